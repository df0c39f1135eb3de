import { DriverError, type ErrorCode } from './errors.ts';

/** A permission may be missing for one table alone. */
const OF_ONE_TABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['AUTH_DENIED']);

/** Whether a failure is of the way to the servers or of the sign-in, so that no part of a statement is to blame. */
export function isConnectionFailure(error: unknown): boolean {
  return error instanceof DriverError && /^(?:AUTH|CONN)_/.test(error.code) && !OF_ONE_TABLE.has(error.code);
}
