import { DriverError } from '../core/errors.ts';
import type { Connection } from '../session/connection.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** The connection string if `-c` is absent. Unlike an argument, it does not show in process listings. */
export const CONNECTION_VARIABLE = 'DYNADBC_CONNECTION';

export interface ConnectionFlags {
  readonly connection?: string;
}

/** Runs work with a connection and closes it. Ctrl-C cancels the work; a second Ctrl-C exits at once. */
export async function withConnection<T>(
  flags: ConnectionFlags,
  io: Io,
  work: (connection: Connection, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const text = resolveConnectionString(flags, io);
  return interruptible(io, async (signal) => {
    await using connection = await io.connect(text, { signal });
    return await work(connection, signal);
  });
}

/** The connection string from `-c` or the environment. */
export function resolveConnectionString(flags: ConnectionFlags, io: Io): string {
  const text = flags.connection ?? io.env(CONNECTION_VARIABLE);
  if (text === undefined) {
    throw new UsageError('no connection string', `Pass one with -c or set ${CONNECTION_VARIABLE}.`);
  }
  return text;
}

/** Runs cancellable work: the first Ctrl-C aborts its signal, the second ends the process. */
export async function interruptible<T>(io: Io, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const release = io.onInterrupt(() => {
    if (controller.signal.aborted) io.exit(130);
    else controller.abort(new DriverError('EXEC_CANCELLED', 'Cancelled by Ctrl-C'));
  });
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}
