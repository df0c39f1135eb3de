import { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type dynalite from 'dynalite';
import { DriverError } from '../core/errors.ts';
import { createClient } from '../dynamo/transport/client.ts';
import { SHOP, type SandboxTable } from './shop.ts';

/** An embedded DynamoDB with the shop in it. It is gone when it closes. */
export interface Sandbox extends AsyncDisposable {
  readonly connectionString: string;
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** Called while the tables are filled. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Other tables than the shop's. */
  readonly tables?: readonly SandboxTable[];
  /** Brings the embedded server, which is an optional package. */
  readonly load?: () => Promise<{ readonly default: typeof dynalite }>;
}

const REGION = 'us-east-1';
const KEYS = { accessKeyId: 'demo', secretAccessKey: 'demo', sessionToken: 'demo' };
const REQUESTS_AT_ONCE = 8;

/** Starts an embedded DynamoDB on a free loopback port, creates the tables and fills them. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { default: createServer } = await loadServer(options.load ?? (() => import('dynalite')));
  const server = createServer({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${portOf(server.address())}`;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    await new Promise<void>((resolve) => {
      // dynalite's own close takes the store from requests still under way, and they throw where nobody can catch it.
      // The store is in memory and goes with the server.
      Server.prototype.close.call(server, () => resolve());
      server.closeAllConnections();
    });
  };
  try {
    await fill(endpoint, options);
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

async function fill(endpoint: string, { tables = SHOP, onProgress, signal }: SandboxOptions): Promise<void> {
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
        concurrency: REQUESTS_AT_ONCE,
        onProgress: (done) => onProgress?.(before + done, total),
        ...(signal && { signal }),
      });
    }
  } finally {
    client.close();
  }
}

async function loadServer<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new DriverError(
      'SANDBOX_UNAVAILABLE',
      'The embedded DynamoDB needs the optional package dynalite.',
      {
        cause,
        remedy: 'Run `npm install dynalite` where dynadbc is installed.',
      },
    );
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('The server listens on no port.');
  return address.port;
}
