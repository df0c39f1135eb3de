import { DriverError } from '../core/errors.ts';
import type { Connection } from '../session/connection.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** Holds the connection string where `-c` is not given: there it is in no list of processes. */
export const CONNECTION_VARIABLE = 'DYNADBC_CONNECTION';

export interface ConnectionFlags {
  readonly connection?: string;
}

/** Connects, works and closes. Ctrl-C cancels the work; a second one leaves at once. */
export async function withConnection<T>(
  flags: ConnectionFlags,
  io: Io,
  work: (connection: Connection, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const text = connectionText(flags, io);
  return interruptible(io, async (signal) => {
    await using connection = await io.connect(text, { signal });
    return await work(connection, signal);
  });
}

/** The connection string of the flags, else of the environment. */
export function connectionText(flags: ConnectionFlags, io: Io): string {
  const text = flags.connection ?? io.env(CONNECTION_VARIABLE);
  if (text === undefined) {
    throw new UsageError(
      'There is no connection string.',
      `Give one with -c, or set ${CONNECTION_VARIABLE}.`,
    );
  }
  return text;
}

/** Runs work whose signal the first Ctrl-C aborts; the second Ctrl-C ends the process. */
export async function interruptible<T>(io: Io, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const release = io.onInterrupt(() => {
    if (controller.signal.aborted) io.exit(130);
    else controller.abort(new DriverError('EXEC_CANCELLED', 'Cancelled by Ctrl-C.'));
  });
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}
