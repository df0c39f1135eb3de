import { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type dynalite from 'dynalite';
import { DriverError } from '../core/errors.ts';
import { createClient } from '../dynamo/transport/client.ts';
import { SHOP, type SandboxTable } from './shop.ts';

/** An embedded, in-memory DynamoDB that holds the shop's tables until it is closed. */
export interface Sandbox extends AsyncDisposable {
  readonly connectionString: string;
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** Called while items are loaded, with the number of items done and in all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Tables to create instead of the shop's. */
  readonly tables?: readonly SandboxTable[];
  /** Loads dynalite, an optional dependency. */
  readonly load?: () => Promise<{ readonly default: typeof dynalite }>;
}

const REGION = 'us-east-1';
const KEYS = { accessKeyId: 'demo', secretAccessKey: 'demo', sessionToken: 'demo' };
const CONCURRENT_REQUESTS = 8;

/** Starts an embedded DynamoDB on a free loopback port, creates the tables and fills them. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { default: createServer } = await loadDynalite(options.load ?? (() => import('dynalite')));
  const server = createServer({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${listeningPort(server.address())}`;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    await new Promise<void>((resolve) => {
      // dynalite's close destroys the store while requests are still running, and their errors cannot be caught.
      // The store is in memory and is released together with the server.
      Server.prototype.close.call(server, () => resolve());
      server.closeAllConnections();
    });
  };
  try {
    await fillTables(endpoint, options);
  } catch (failure) {
    await close();
    throw failure;
  }
  return {
    connectionString:
      `AWSAccessKey=${KEYS.accessKeyId};AWSSecretKey=${KEYS.secretAccessKey};` +
      `AWSSessionToken=${KEYS.sessionToken};Endpoint=${endpoint}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function fillTables(
  endpoint: string,
  { tables = SHOP, onProgress, signal }: SandboxOptions,
): Promise<void> {
  const client = createClient({
    region: REGION,
    endpoint,
    credentials: async () => KEYS,
    maxRetries: 3,
    timeoutMs: 30_000,
  });
  const total = tables.reduce((sum, table) => sum + table.itemCount, 0);
  let before = 0;
  try {
    for (const { definition, items } of tables) {
      await client.createTable(definition, signal);
      before += await client.putItems(definition.TableName, items(), {
        concurrency: CONCURRENT_REQUESTS,
        onProgress: (done) => onProgress?.(before + done, total),
        ...(signal && { signal }),
      });
    }
  } finally {
    client.close();
  }
}

async function loadDynalite<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new DriverError(
      'SANDBOX_UNAVAILABLE',
      'the embedded DynamoDB requires the optional package dynalite',
      {
        cause,
        remedy: 'Run `npm install dynalite` in the project that uses dynadbc.',
      },
    );
  }
}

function listeningPort(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string')
    throw new TypeError('the server is not listening on a port');
  return address.port;
}
