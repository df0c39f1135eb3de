import {
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  waitUntilTableExists,
  type CreateTableInput,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { Dispatcher } from 'undici';
import { createAbortController, raceAbort } from '../../core/async/abort.ts';
import type { Credentials } from '../../core/credentials.ts';
import { DriverError } from '../../core/errors.ts';
import { createAdmin, type TableAdmin } from './admin.ts';
import type { AttributeMap } from '../attribute-value.ts';
import { ServiceError } from './failures.ts';
import type { BuiltWrite } from '../write/item-write.ts';
import { type Exchange, observeTransport } from './observed-transport.ts';
import { createRawLane, type OnFailedAttempt } from '../lane/raw-request.ts';
import type { ReadStats } from '../read/read-stats.ts';
import { createRetryStrategy, withSignal } from './retry.ts';
import {
  isExpired,
  isNotFound,
  isThrottle,
  throwIfCancelled,
  toDriverError,
  type OperationTarget,
} from './service-errors.ts';
import { createSha256 } from './sha256.ts';
import { createTransport, type SignedRequest } from './transport.ts';
import { mayHaveBeenApplied, sendWrite, type WriteOutcome } from '../write/write.ts';
import type { WriteStats } from '../write/write-stats.ts';
import { type BatchedWrite, type BatchOptions, type Chunks, writeBatches } from '../write/writer.ts';

export interface ClientOptions {
  readonly region: string;
  /** A full URL; absent: the endpoint of the Region. */
  readonly endpoint?: string;
  /** Called before each request; caching is up to the caller. */
  readonly credentials: (signal?: AbortSignal) => Promise<Credentials>;
  /** Replaces credentials that DynamoDB rejected as expired; absent: they cannot be replaced. */
  readonly renew?: (expired: Credentials, signal?: AbortSignal) => Promise<Credentials>;
  /** Retries of a request after the first attempt. */
  readonly maxRetries: number;
  /** The maximum wait before the first retry; it doubles with each retry. */
  readonly retryBaseMs?: number;
  /** Whether waits are random; true by default. */
  readonly retryJitter?: boolean;
  /** No retry starts later than this after the first attempt; 0: no limit. */
  readonly recoveryMs?: number;
  /** For one attempt, from the first byte sent to the last received; 0: no limit. */
  readonly timeoutMs: number;
  /** For proxies and TLS settings; closed by the caller. */
  readonly dispatcher?: Dispatcher;
  readonly userAgent?: string;
  /** Called after each attempt of each request. */
  readonly observe?: ((exchange: Exchange) => void) | undefined;
}

export type ReadOperation =
  | 'Scan'
  | 'Query'
  | 'GetItem'
  | 'BatchGetItem'
  | 'TransactGetItems'
  | 'ExecuteStatement';

/** Sends all requests to DynamoDB. Methods throw DriverErrors. */
export interface DynamoClient {
  /** Sends a read request, adds to `stats`, and returns the response body undecoded. */
  read(
    operation: ReadOperation,
    input: Readonly<Record<string, unknown>>,
    stats: ReadStats,
    signal?: AbortSignal,
    onThrottle?: () => void,
  ): Promise<Buffer>;
  /** Sends a PartiQL statement. With `once` it is not retried if an attempt may have been applied. */
  execute(
    input: Readonly<Record<string, unknown>>,
    stats: ReadStats,
    options: { readonly once: boolean; readonly onThrottle?: (() => void) | undefined },
    signal?: AbortSignal,
  ): Promise<Buffer>;
  /**
   * Sends a write request; a condition that does not hold is an outcome, not an error. With `once` it is not retried if a failed
   * attempt may have been applied, and fails with EXEC_UNKNOWN_OUTCOME.
   */
  write(
    built: BuiltWrite,
    stats: WriteStats,
    options: { readonly once: boolean },
    signal?: AbortSignal,
  ): Promise<WriteOutcome>;
  /** Lists all tables of the account in the Region. */
  listTables(signal?: AbortSignal): Promise<string[]>;
  /** Undefined if the table does not exist. */
  describeTable(name: string, signal?: AbortSignal): Promise<TableDescription | undefined>;
  /** Creates, changes and deletes tables. */
  readonly admin: TableAdmin;
  /** Creates a table and waits until it is active. */
  createTable(input: CreateTableInput, signal?: AbortSignal): Promise<void>;
  /** Puts and deletes items in batches of 25; returns their number. */
  writeBatches(table: string, writes: Chunks<BatchedWrite>, options?: BatchOptions): Promise<number>;
  /** Puts items in batches of 25; returns their number. */
  putItems(
    table: string,
    items: AsyncIterable<AttributeMap> | Iterable<AttributeMap>,
    options?: BatchOptions,
  ): Promise<number>;
  close(): void;
}

const MAX_ADMIN_RESPONSE_BYTES = 16 * 1024 * 1024;
const MAX_TABLE_WAIT_SECONDS = 300;

/** A client for one Region and one identity. */
export function createClient(options: ClientOptions): DynamoClient {
  // Aborts requests that have no signal when the client is closed.
  const closing = createAbortController();
  const sender = createTransport(options.timeoutMs, options.dispatcher);
  const transport = options.observe === undefined ? sender : observeTransport(sender, options.observe);
  const sdk = new DynamoDBClient({
    region: options.region,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    // The SDK would cache credentials beyond their expiry; a memoized provider is called for each request.
    credentials: Object.assign(() => options.credentials(), { memoized: true }),
    maxAttempts: options.maxRetries + 1,
    retryMode: 'standard',
    retryStrategy: createRetryStrategy(options.maxRetries, options),
    defaultsMode: 'standard',
    sha256: createSha256(),
    ...(options.userAgent !== undefined && { customUserAgent: options.userAgent }),
    requestHandler: {
      handle: async (request: SignedRequest, { abortSignal }: { abortSignal?: AbortSignal } = {}) => ({
        response: withSignal(
          await transport.send(request, MAX_ADMIN_RESPONSE_BYTES, abortSignal),
          abortSignal,
        ),
      }),
    },
  });
  const sendRaw = createRawLane(sdk, transport);
  const { credentials, renew } = options;

  /** Runs a request, and once more with new credentials if DynamoDB rejects the first as expired. */
  const send = <T>(
    target: OperationTarget,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> =>
    runRequest(target, signal, async () => {
      if (renew === undefined) return work();
      const used = await credentials(signal);
      try {
        return await work();
      } catch (thrown) {
        if (!isExpired(thrown)) throw thrown;
        const renewed = await renew(used, signal);
        if (renewed.sessionToken === used.sessionToken) throw thrown;
        return work();
      }
    });

  const admin = createAdmin(sdk, send);

  /** Each request renews credentials separately: they may expire between two batches. */
  const batches: DynamoClient['writeBatches'] = (table, writes, batchOptions) =>
    writeBatches(
      (input, stats, signal) =>
        send({ operation: 'BatchWriteItem', table }, signal, () =>
          sendRaw('BatchWriteItem', input, stats, signal),
        ),
      table,
      writes,
      batchOptions,
    );

  return {
    read: (operation, input, stats, signal = closing.signal, onThrottle) =>
      send({ operation, table: findTable(input) }, signal, () =>
        sendRaw(operation, input, stats, signal, onThrottle && throttleListener(onThrottle)),
      ),

    execute: (input, stats, { once, onThrottle }, signal) => {
      const listen = onThrottle && throttleListener(onThrottle);
      return send({ operation: 'ExecuteStatement' }, signal, () =>
        sendRaw('ExecuteStatement', input, stats, signal, (failure) => {
          listen?.(failure);
          return once && mayHaveBeenApplied(failure) ? 'stop' : undefined;
        }),
      );
    },

    write: (built, stats, { once }, signal) =>
      send({ operation: built.operation, table: findTable(built.input) }, signal, () =>
        sendWrite(built, stats, ({ operation, input }, counted, onFailedAttempt) =>
          sendRaw(operation, input, counted, signal, (failure) => {
            onFailedAttempt(failure);
            return once && mayHaveBeenApplied(failure) ? 'stop' : undefined;
          }),
        ),
      ),

    listTables: (signal = closing.signal) =>
      send({ operation: 'ListTables' }, signal, async () => {
        const names: string[] = [];
        let next: string | undefined;
        do {
          const page = await sdk.send(
            new ListTablesCommand({ ExclusiveStartTableName: next }),
            abortable(signal),
          );
          names.push(...(page.TableNames ?? []));
          next = page.LastEvaluatedTableName;
        } while (next !== undefined);
        return names;
      }),

    describeTable: (name, signal = closing.signal) =>
      send({ operation: 'DescribeTable', table: name }, signal, async () => {
        try {
          return (await sdk.send(new DescribeTableCommand({ TableName: name }), abortable(signal))).Table;
        } catch (thrown) {
          if (isNotFound(thrown)) return undefined;
          throw thrown;
        }
      }),

    admin,

    createTable: async (input, signal) => {
      await admin.create(input, signal);
      await send({ operation: 'DescribeTable', table: input.TableName }, signal, () =>
        waitUntilTableExists(
          { client: sdk, maxWaitTime: MAX_TABLE_WAIT_SECONDS, minDelay: 1, ...abortable(signal) },
          { TableName: input.TableName },
        ),
      );
    },

    writeBatches: batches,

    putItems: (table, items, batchOptions) => batches(table, toPuts(items), batchOptions),

    close: () => {
      closing.abort(new DriverError('CONN_CLOSED', 'The connection was closed'));
      sdk.destroy();
      transport.close();
    },
  };
}

async function* toPuts(
  items: AsyncIterable<AttributeMap> | Iterable<AttributeMap>,
): AsyncGenerator<readonly BatchedWrite[]> {
  for await (const item of items) yield [{ kind: 'put', item }];
}

/** Runs a request and converts failures to DriverErrors. */
async function runRequest<T>(
  target: OperationTarget,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    throwIfCancelled(signal);
    return await raceAbort(work(), signal);
  } catch (thrown) {
    throw toDriverError(thrown, target, signal);
  }
}

function throttleListener(onThrottle: () => void): OnFailedAttempt {
  return (failure) => {
    if (failure instanceof ServiceError && isThrottle(failure)) onThrottle();
    return undefined;
  };
}

function abortable(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** Finds the name of the table in a request. */
function findTable(input: Readonly<Record<string, unknown>>): string | undefined {
  const { TableName: name, RequestItems: batch } = input;
  if (typeof name === 'string') return name;
  return typeof batch === 'object' && batch !== null ? Object.keys(batch)[0] : undefined;
}
