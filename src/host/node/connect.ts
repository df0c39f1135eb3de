import { redact } from '../../connstring/redact.ts';
import type { ConnectionOptions } from '../../connstring/connection-options.ts';
import { parseConnection } from '../../connstring/resolve.ts';
import { anySignal } from '../../core/async/abort.ts';
import { openSharedDatabase, type SharedDatabase } from '../../database/shared-database.ts';
import type { Connection, Database } from '../../session/connection.ts';
import { openSession } from '../../session/open-session.ts';
import { type HostOptions, resolvePorts } from './process-ports.ts';

export interface ConnectOptions extends HostOptions {
  readonly signal?: AbortSignal;
}

/**
 * Opens a connection from a connection string or an object of the same properties. Sends nothing until the first
 * statement, unless ConnectOnOpen or GenerateSchemaFiles=OnStart is set.
 */
export async function connect(
  input: string | ConnectionOptions,
  options: ConnectOptions = {},
): Promise<Connection> {
  const database = await openFor(input, options);
  return openSession(database, {}, {}, () => database.close());
}

/**
 * Opens a database from a connection string or an object of the same properties, for programs that hold several
 * conversations with the same credentials: each gets its own session, which costs next to nothing.
 */
export async function openDatabase(
  input: string | ConnectionOptions,
  options: ConnectOptions = {},
): Promise<Database> {
  const shared = await openFor(input, options);
  return {
    session: (overrides, listeners) => openSession(shared, overrides, listeners),
    description: shared.description,
    whoami: ({ signal } = {}) => shared.whoami(signal ?? anySignal()),
    close: () => shared.close(),
    [Symbol.asyncDispose]: () => shared.close(),
  };
}

async function openFor(
  input: string | ConnectionOptions,
  { signal, ...host }: ConnectOptions,
): Promise<SharedDatabase> {
  const ports = resolvePorts(host);
  const { options: properties, warnings } = await parseConnection(input, ports);
  for (const warning of warnings) ports.warn(warning);
  if (ports.env('NODE_TLS_REJECT_UNAUTHORIZED') === '0')
    ports.warn(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on this connection, whose certificates are checked: SSLServerCert names one to trust',
    );
  const database = await openSharedDatabase(properties, ports, redact(input));
  try {
    if (properties.connectOnOpen) await database.context.client.listTables(signal);
    if (properties.generateSchemaFiles === 'OnStart') {
      await using session = openSession(database);
      await session.schemas.export();
    }
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
