import type { ReadStats } from '../dynamo/read/read-stats.ts';
import type { Progress } from '../sql/exec/context.ts';
import type { Explanation } from '../sql/plan/explain.ts';
import type { ResultColumn } from '../sql/types/types.ts';
import type { Value } from '../sql/types/value.ts';
import type { SessionListeners } from '../database/session-context.ts';
import type { SessionOptions } from '../database/session-properties.ts';
import type { Identity } from '../database/shared-database.ts';
import type { Schemas } from './schemas.ts';

/** Values for `?` and `$n` by position, or for `:name` by name. */
export type Parameters = readonly ParameterValue[] | Readonly<Record<string, ParameterValue>>;
export type ParameterValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | Uint8Array
  | readonly ParameterValue[]
  /** A plain object, Map or Set, a typed array, an ArrayBuffer, or an object with toJSON. */
  | object;

export interface QueryOptions {
  /** `object` (default): a row is an object by column name; `array`: an array by position. */
  readonly rowMode?: 'object' | 'array';
  /** Cancels the statement. */
  readonly signal?: AbortSignal;
  /** Overrides MaxRCU for this statement. */
  readonly maxRcu?: number;
  /** Overrides CapacityPercent. */
  readonly capacityPercent?: number;
  /** Overrides StatementTimeout, in milliseconds; 0 for no limit. */
  readonly timeoutMs?: number;
  /** Overrides MaxRows; -1 for all. */
  readonly maxRows?: number;
  /** Overrides Pagesize, the maximum number of items that one request evaluates. */
  readonly pageSize?: number;
  /** Overrides FullScan. */
  readonly fullScan?: 'Allow' | 'Warn' | 'Deny';
  /** Overrides MaxWCU. */
  readonly maxWcu?: number;
  /** Overrides OnConflict. */
  readonly onConflict?: 'Retry' | 'Skip' | 'Error';
  /** Overrides UnknownAttributes. */
  readonly unknownAttributes?: 'Warn' | 'Error' | 'Ignore';
  /** Overrides UseConsistentReads. */
  readonly consistent?: boolean;
  /** Overrides QueryPassthrough: the statement is PartiQL, for DynamoDB to execute unchanged. */
  readonly passthrough?: boolean;
  /** Called with the progress of COPY. */
  readonly onProgress?: (progress: Progress) => void;
}

export type { Progress };

export type RowObject = Record<string, Value>;

/**
 * A column of a result. `type` is PostgreSQL's name of its type: `text`, `bigint`, `numeric`, `double precision`, `boolean`,
 * `bytea`, `json` …; `oid` is PostgreSQL's object identifier of that type.
 */
export type OutputColumn = ResultColumn;

export interface StatementStats extends Readonly<ReadStats> {
  /** Read capacity units in total. */
  readonly readCapacity: number;
  /** Read capacity units for sampling new tables, in addition to `readCapacity`. Budgets count both. */
  readonly sampledCapacity: number;
  /** Write capacity units in total. */
  readonly writeCapacity: number;
  /** Write capacity units by `table` or `table.index`. */
  readonly written: ReadonlyMap<string, number>;
  /** Items put, updated or deleted. */
  readonly itemsWritten: number;
  /** Writes whose item was modified concurrently. */
  readonly conflicts: number;
  readonly elapsedMs: number;
  /** One line per read, as EXPLAIN shows it: `GetItem orders(id)`, `Query orders.by_status(status)`, `Scan readings`. */
  readonly plan: readonly string[];
}

export interface QueryResult<T> {
  readonly rows: T[];
  readonly columns: readonly OutputColumn[];
  /** PostgreSQL's command tag without the row count: `SELECT`, `CREATE VIEW` … */
  readonly command: string;
  /** Number of rows that a command changed, else the number of rows returned. */
  readonly rowCount: number;
  /** MaxRows omitted rows, or may have, if only another request could tell. */
  readonly truncated: boolean;
  readonly stats: StatementStats;
}

/** A result that is read as it arrives. Leaving the loop early stops the reads. */
export interface RowStream<T> extends AsyncIterable<T>, AsyncDisposable {
  readonly columns: readonly OutputColumn[];
  /** The session's time zone, in which `textBatches` prints timestamps with time zone; undefined: UTC. */
  readonly timeZone?: string | undefined;
  /** PostgreSQL's command tag without the row count: `SELECT`, `INSERT` … */
  readonly command: string;
  /** Number of rows that a command changed; undefined for queries and commands without a count. */
  readonly affected: number | undefined;
  /** After the rows were read: whether MaxRows omitted rows, or may have, if only another request could tell. */
  readonly truncated: boolean;
  /** Updated while the stream is read. */
  readonly stats: StatementStats;
  /** Rows as arrays by position, a page or chunk at a time. */
  batches(): AsyncIterable<readonly (readonly Value[])[]>;
  /** The same rows in PostgreSQL's text format, `t` and `\\x00ff` and `{a,"b c",NULL}`; NULL is null. */
  textBatches(): AsyncIterable<readonly (readonly (string | null)[])[]>;
  close(): Promise<void>;
}

/** PostgreSQL's name of a parameter's type, and its object identifier. */
export interface ParameterType {
  readonly type: string;
  readonly oid: number;
}

export interface PreparedStatement extends AsyncDisposable {
  readonly text: string;
  readonly parameterCount: number;
  /** Names of `:name` parameters in order; empty for `?` and `$n`. */
  readonly parameterNames: readonly string[];
  /** By position, as PostgreSQL infers them from their use: of a column that they are compared with, of a cast … */
  readonly parameterTypes: readonly ParameterType[];
  readonly columns: readonly OutputColumn[];
  query<T = RowObject>(parameters?: Parameters, options?: QueryOptions): Promise<QueryResult<T>>;
  stream<T = RowObject>(parameters?: Parameters, options?: QueryOptions): Promise<RowStream<T>>;
  close(): Promise<void>;
}

export interface TableInfo {
  readonly name: string;
  readonly kind: 'table' | 'view';
}
/** A table with DynamoDB's counters, up to six hours old; 0 for views. */
export interface TableDetails extends TableInfo {
  readonly itemCount: number;
  readonly sizeBytes: number;
  /** The query of a view. */
  readonly definition: string | undefined;
  /** The schema file; undefined if the columns come from a sample. */
  readonly schemaFile: string | undefined;
}
export interface ColumnInfo {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** 1-based. */
  readonly position: number;
  readonly nullable: boolean;
  readonly hidden: boolean;
  /** Fraction of the sampled items that have it, 0 to 1; NaN if unknown. */
  readonly presence: number;
  /** DynamoDB types in the sample, most frequent first. */
  readonly dynamoTypes: readonly string[];
  /** `partition`, `sort`, or undefined. */
  readonly key: 'partition' | 'sort' | undefined;
}
export interface IndexInfo {
  readonly table: string;
  readonly name: string;
  readonly kind: 'global' | 'local';
  readonly partition: readonly string[];
  readonly sort: readonly string[];
  /** `ALL`, or the projected attributes. */
  readonly projection: 'ALL' | readonly string[];
  readonly itemCount: number | undefined;
}
export interface PrimaryKeyInfo {
  readonly table: string;
  readonly name: string;
  /** 1-based position in the key. */
  readonly position: number;
  readonly key: 'partition' | 'sort';
}

/** Tables, columns, indexes and keys, like JDBC's DatabaseMetaData. */
export interface Metadata {
  tables(): Promise<readonly TableInfo[]>;
  details(table: string): Promise<TableDetails>;
  columns(table: string): Promise<readonly ColumnInfo[]>;
  indexes(table: string): Promise<readonly IndexInfo[]>;
  primaryKeys(table: string): Promise<readonly PrimaryKeyInfo[]>;
}

/** Runs statements. */
export interface StatementRunner {
  query<T = RowObject>(sql: string, parameters?: Parameters, options?: QueryOptions): Promise<QueryResult<T>>;
  stream<T = RowObject>(sql: string, parameters?: Parameters, options?: QueryOptions): Promise<RowStream<T>>;
  /** Determines parameters and result columns without reading items. */
  prepare(sql: string): Promise<PreparedStatement>;
  /** Describes how a statement would run. Sends DescribeTable and, once per table, a sample. */
  explain(sql: string, parameters?: Parameters): Promise<Explanation>;
}

/** Runs the statements of one transaction; their writes are sent when its function returns. */
export type Transaction = StatementRunner;

export interface TransactionOptions {
  /** Rejects writes; reads by key are transactional, others strongly consistent. */
  readonly readOnly?: boolean;
  /** Cancels the COMMIT; statements have their own signals. */
  readonly signal?: AbortSignal;
}

/** A connection, or a session of a database. */
export interface Connection extends StatementRunner, AsyncDisposable {
  /** Commits the statements of the function when it returns, and rolls back when it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  readonly metadata: Metadata;
  readonly schemas: Schemas;
  /** The connection string with its secrets masked. */
  readonly description: string;
  whoami(options?: { readonly signal?: AbortSignal }): Promise<Identity>;
  close(): Promise<void>;
}

/** One conversation over a database: its own transaction, settings and limits. */
export type Session = Connection;

/** One set of credentials with what its sessions share: client, catalog, planner and engine. */
export interface Database extends AsyncDisposable {
  /**
   * Opens a session. Sends nothing; closing it leaves the database and its other sessions open. Its properties replace
   * the database's: limits such as MaxRows and MaxConnectionRCU, or Readonly.
   */
  session(properties?: SessionOptions, listeners?: SessionListeners): Session;
  /** The connection string with its secrets masked. */
  readonly description: string;
  whoami(options?: { readonly signal?: AbortSignal }): Promise<Identity>;
  /** Cancels the statements of all sessions, and closes them. */
  close(): Promise<void>;
}

export type { Identity, SessionListeners, SessionOptions };
