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
import { createRawLane, type OnFailedTry } from '../lane/raw-request.ts';
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
  /** A full URL; absent: the Region's own endpoint. */
  readonly endpoint?: string;
  /** Asked before each request: caching is the caller's business. */
  readonly credentials: (signal?: AbortSignal) => Promise<Credentials>;
  /** Others than these, which DynamoDB called expired; absent where there are none to be had. */
  readonly renew?: (expired: Credentials, signal?: AbortSignal) => Promise<Credentials>;
  /** How often a request is repeated after the first try. */
  readonly maxRetries: number;
  /** What the first wait before a retry is drawn from; it doubles with each. */
  readonly retryBaseMs?: number;
  /** Whether waits are varied at random; they are unless told otherwise. */
  readonly retryJitter?: boolean;
  /** A request is not repeated later than this after its first try; 0 means no bound. */
  readonly recoveryMs?: number;
  /** One request, from first to last byte; 0 means no bound. */
  readonly timeoutMs: number;
  /** For proxies and TLS settings; its owner closes it. */
  readonly dispatcher?: Dispatcher;
  readonly userAgent?: string;
  /** Hears of every try of every request. */
  readonly observe?: ((exchange: Exchange) => void) | undefined;
}

export type ReadOperation =
  | 'Scan'
  | 'Query'
  | 'GetItem'
  | 'BatchGetItem'
  | 'TransactGetItems'
  | 'ExecuteStatement';

/** The only way to DynamoDB. */
export interface DynamoClient {
  /** Sends one read and returns the answer's body bytes, undecoded. Counts what it took. */
  read(
    operation: ReadOperation,
    input: Readonly<Record<string, unknown>>,
    stats: ReadStats,
    signal?: AbortSignal,
    onThrottle?: () => void,
  ): Promise<Buffer>;
  /** Sends one PartiQL statement. With `once` it is repeated only where it cannot have taken place. */
  execute(
    input: Readonly<Record<string, unknown>>,
    stats: ReadStats,
    how: { readonly once: boolean; readonly onThrottle?: (() => void) | undefined },
    signal?: AbortSignal,
  ): Promise<Buffer>;
  /**
   * Sends one write. What its conditions refuse is an outcome. `once`: it is not repeated where a try that failed may have
   * taken place; the error is EXEC_UNKNOWN_OUTCOME then.
   */
  write(
    built: BuiltWrite,
    stats: WriteStats,
    options: { readonly once: boolean },
    signal?: AbortSignal,
  ): Promise<WriteOutcome>;
  /** The names of all tables of the account in the Region. */
  listTables(signal?: AbortSignal): Promise<string[]>;
  /** Undefined where there is no such table. */
  describeTable(name: string, signal?: AbortSignal): Promise<TableDescription | undefined>;
  /** Makes, changes and removes tables. */
  readonly admin: TableAdmin;
  /** Creates a table and waits until it can be used. */
  createTable(input: CreateTableInput, signal?: AbortSignal): Promise<void>;
  /** Puts and deletes items, 25 to a request; gives their number. */
  writeBatches(table: string, writes: Chunks<BatchedWrite>, options?: BatchOptions): Promise<number>;
  /** Puts items, as batches do. */
  putItems(
    table: string,
    items: AsyncIterable<AttributeMap> | Iterable<AttributeMap>,
    options?: BatchOptions,
  ): Promise<number>;
  close(): void;
}

const SMALL_ANSWER_BYTES = 16 * 1024 * 1024;
const TABLE_WAIT_SECONDS = 300;

/** A client for one Region and one identity. */
export function createClient(options: ClientOptions): DynamoClient {
  // What has no signal of its own goes on until the client is closed.
  const closing = createAbortController();
  const sender = createTransport(options.timeoutMs, options.dispatcher);
  const transport = options.observe === undefined ? sender : observeTransport(sender, options.observe);
  const sdk = new DynamoDBClient({
    region: options.region,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    // The SDK would keep them longer than they are good; one that says it remembers is asked each time.
    credentials: Object.assign(() => options.credentials(), { memoized: true }),
    maxAttempts: options.maxRetries + 1,
    retryMode: 'standard',
    retryStrategy: createRetryStrategy(options.maxRetries, options),
    defaultsMode: 'standard',
    sha256: createSha256(),
    ...(options.userAgent !== undefined && { customUserAgent: options.userAgent }),
    requestHandler: {
      handle: async (request: SignedRequest, { abortSignal }: { abortSignal?: AbortSignal } = {}) => ({
        response: withSignal(await transport.send(request, SMALL_ANSWER_BYTES, abortSignal), abortSignal),
      }),
    },
  });
  const sendRaw = createRawLane(sdk, transport);
  const { credentials, renew } = options;

  /** Does the work, and once more with new credentials where those it was done with have expired. */
  const send = <T>(
    doing: OperationTarget,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> =>
    runRequest(doing, signal, async () => {
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

  /** Each request is an attempt of its own: credentials may expire on the way. */
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
        sendWrite(built, stats, ({ operation, input }, counted, onFailedTry) =>
          sendRaw(operation, input, counted, signal, (failure) => {
            onFailedTry(failure);
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
          { client: sdk, maxWaitTime: TABLE_WAIT_SECONDS, minDelay: 1, ...abortable(signal) },
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

/** Runs one request; whatever goes wrong becomes an error of ours. */
async function runRequest<T>(
  doing: OperationTarget,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    throwIfCancelled(signal);
    return await raceAbort(work(), signal);
  } catch (thrown) {
    throw toDriverError(thrown, doing, signal);
  }
}

function throttleListener(onThrottle: () => void): OnFailedTry {
  return (failure) => {
    if (failure instanceof ServiceError && isThrottle(failure)) onThrottle();
    return undefined;
  };
}

function abortable(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** The table that a request names; a batch names it as a key. */
function findTable(input: Readonly<Record<string, unknown>>): string | undefined {
  const { TableName: name, RequestItems: batch } = input;
  if (typeof name === 'string') return name;
  return typeof batch === 'object' && batch !== null ? Object.keys(batch)[0] : undefined;
}
