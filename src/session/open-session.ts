import { createAbortController } from '../core/async/abort.ts';
import { DriverError } from '../core/errors.ts';
import { createSessionContext, type SessionListeners } from '../database/session-context.ts';
import { resolveSessionProperties, type SessionOptions } from '../database/session-properties.ts';
import type { SharedDatabase } from '../database/shared-database.ts';
import type { Session } from './connection.ts';
import { createSession } from './session.ts';

/** Opens a session; `close` replaces what closing it frees beyond the session itself. */
export function openSession(
  database: SharedDatabase,
  overrides: SessionOptions = {},
  listeners: SessionListeners = {},
  close: () => Promise<void> = () => Promise.resolve(),
): Session {
  if (database.closed) throw new DriverError('CONN_CLOSED', 'The database is closed');
  const { description, ports, log, sessions, statements } = database;
  const properties = resolveSessionProperties(database.properties, overrides, ports);
  const closing = createAbortController();
  sessions.add(closing);
  return createSession({
    session: createSessionContext(database, properties, listeners),
    description,
    folders: ports.folders,
    log,
    statements,
    whoami: (signal) => database.whoami(signal),
    closing,
    async close() {
      sessions.delete(closing);
      await close();
    },
  });
}
