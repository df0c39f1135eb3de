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
  | readonly ParameterValue[];

export interface QueryOptions {
  /** `object` (default): a row is an object by column name; `array`: an array by position. */
  readonly rowMode?: 'object' | 'array';
  /** Cancels the statement. */
  readonly signal?: AbortSignal;
  /** For this statement, instead of MaxRCU. */
  readonly maxRcu?: number;
  /** Instead of CapacityPercent. */
  readonly capacityPercent?: number;
  /** Milliseconds, instead of StatementTimeout; 0 for no limit. */
  readonly timeoutMs?: number;
  /** Instead of MaxRows; -1 for all. */
  readonly maxRows?: number;
  /** Items that one request evaluates at most, instead of PageSize. */
  readonly pageSize?: number;
  /** Instead of FullScan. */
  readonly fullScan?: 'Allow' | 'Warn' | 'Deny';
  /** Instead of MaxWCU. */
  readonly maxWcu?: number;
  /** Instead of OnConflict. */
  readonly onConflict?: 'Retry' | 'Skip' | 'Error';
  /** Instead of UseConsistentReads. */
  readonly consistent?: boolean;
  /** Instead of QueryPassthrough: the statement is PartiQL and goes to DynamoDB as it is. */
  readonly passthrough?: boolean;
  /** Hears how far COPY is, as it gets on. */
  readonly onProgress?: (progress: Progress) => void;
}

export type { Progress };

export type RowObject = Record<string, Value>;

/**
 * A column of a result. `type` is PostgreSQL's name of it: `text`, `bigint`, `numeric`, `double precision`, `boolean`,
 * `bytea`, `json` …; `oid` is PostgreSQL's object identifier of that type.
 */
export type OutputColumn = ResultColumn;

export interface StatementStats extends Readonly<ReadStats> {
  /** All read capacity units together. */
  readonly readCapacity: number;
  /** Beside these, what it consumed to sample tables that were not known yet. Budgets count both. */
  readonly sampledCapacity: number;
  /** All write capacity units together. */
  readonly writeCapacity: number;
  /** Write capacity units by `table` or `table.index`. */
  readonly written: ReadonlyMap<string, number>;
  /** Items put, updated or deleted. */
  readonly itemsWritten: number;
  /** Writes that found their item changed by somebody else. */
  readonly conflicts: number;
  readonly elapsedMs: number;
  /** One line a read, as EXPLAIN shows it: `GetItem orders(id)`, `Query orders.by_status(status)`, `Scan readings`. */
  readonly plan: readonly string[];
}

export interface QueryResult<T> {
  readonly rows: T[];
  readonly columns: readonly OutputColumn[];
  /** PostgreSQL's command tag without counts: `SELECT`, `CREATE VIEW` … */
  readonly command: string;
  /** Rows that a command changed; of any other statement, how many rows there are. */
  readonly rowCount: number;
  /** MaxRows left out more rows, or may have, where only another request could tell. */
  readonly truncated: boolean;
  readonly stats: StatementStats;
}

/** A result that is produced as it is read. Leaving the loop early stops the reads. */
export interface RowStream<T> extends AsyncIterable<T>, AsyncDisposable {
  readonly columns: readonly OutputColumn[];
  /** PostgreSQL's command tag without counts: `SELECT`, `INSERT` … */
  readonly command: string;
  /** Rows that a command changed; undefined where it counts none, and of a query. */
  readonly affected: number | undefined;
  /** When the rows were read: whether MaxRows left out more of them, or may have, where only another request could tell. */
  readonly truncated: boolean;
  /** Grows while the stream is read. */
  readonly stats: StatementStats;
  /** Positional, a page or chunk at a time. */
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
  /** The names of `:name` parameters in the order of their numbers; empty for `?` and `$n`. */
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
/** A table's size as DynamoDB last counted it, at most about six hours ago; a view has none. */
export interface TableDetails extends TableInfo {
  readonly itemCount: number;
  readonly sizeBytes: number;
  /** The query of a view. */
  readonly definition: string | undefined;
  /** The file that declares it; undefined where its columns were found by sampling. */
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
  /** Part of the sampled items that had it, 0 to 1; NaN where that is not known. */
  readonly presence: number;
  /** DynamoDB types seen, most frequent first. */
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
  /** `ALL`, or the attributes that the index holds. */
  readonly projection: 'ALL' | readonly string[];
  readonly itemCount: number | undefined;
}
export interface PrimaryKeyInfo {
  readonly table: string;
  readonly name: string;
  /** 1-based place in the key. */
  readonly position: number;
  readonly key: 'partition' | 'sort';
}

/** What JDBC's DatabaseMetaData tells, for DynamoDB. */
export interface Metadata {
  tables(): Promise<readonly TableInfo[]>;
  details(table: string): Promise<TableDetails>;
  columns(table: string): Promise<readonly ColumnInfo[]>;
  indexes(table: string): Promise<readonly IndexInfo[]>;
  primaryKeys(table: string): Promise<readonly PrimaryKeyInfo[]>;
}

/** What runs statements. */
export interface StatementRunner {
  query<T = RowObject>(sql: string, parameters?: Parameters, options?: QueryOptions): Promise<QueryResult<T>>;
  stream<T = RowObject>(sql: string, parameters?: Parameters, options?: QueryOptions): Promise<RowStream<T>>;
  /** Parameter count and result columns without a read. */
  prepare(sql: string): Promise<PreparedStatement>;
  /** Sends nothing but DescribeTable and, once a table, the sampling of its schema. */
  explain(sql: string, parameters?: Parameters): Promise<Explanation>;
}

/** Statements that take place together: what they write is sent when the transaction's function returns. */
export type Transaction = StatementRunner;

export interface TransactionOptions {
  /** Nothing is written; reads by key are transactional, others consistent. */
  readonly readOnly?: boolean;
  /** Cancels the COMMIT; each statement takes a signal of its own. */
  readonly signal?: AbortSignal;
}

/** The one thing that every surface holds. */
export interface Connection extends StatementRunner, AsyncDisposable {
  /** Commits what the function wrote through its argument when it returns, and nothing when it throws. */
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
