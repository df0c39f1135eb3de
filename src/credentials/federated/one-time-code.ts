import { DriverError, type ErrorCode } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';

/** Failures after which a one-time code is as good as before. */
const BEFORE_THE_CODE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CONN_NETWORK',
  'CONN_TLS',
  'CONN_PROXY',
  'AUTH_UNAVAILABLE',
]);

/** Gives the code to a sign-in until one has spent it: codes work once, and later sign-ins do without. */
export function oneTimeCode(
  code: Secret | undefined,
): <T>(signIn: (code: Secret | undefined) => Promise<T>) => Promise<T> {
  let left = code;
  return async (signIn) => {
    try {
      const result = await signIn(left);
      left = undefined;
      return result;
    } catch (error) {
      const isUnspent = error instanceof DriverError && BEFORE_THE_CODE.has(error.code);
      if (!isUnspent) left = undefined;
      throw error;
    }
  };
}
