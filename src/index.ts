export { connect, openDatabase, type ConnectOptions } from './host/node/connect.ts';
export type {
  ColumnInfo,
  Connection,
  Database,
  Identity,
  IndexInfo,
  Metadata,
  OutputColumn,
  ParameterType,
  Parameters,
  ParameterValue,
  PreparedStatement,
  PrimaryKeyInfo,
  Progress,
  QueryOptions,
  QueryResult,
  RowObject,
  RowStream,
  Session,
  SessionListeners,
  SessionOptions,
  StatementRunner,
  StatementStats,
  TableDetails,
  TableInfo,
  Transaction,
  TransactionOptions,
} from './session/connection.ts';
export type { SchemaFinding, Schemas, SchemaTarget, SavedSchema } from './session/schemas.ts';
export type { Value } from './sql/types/value.ts';
export type { ExplainedRead, Explanation } from './sql/plan/explain.ts';
export type { UnusedIndex } from './sql/plan/unused-indexes.ts';
export { DriverError, ERRORS, type Attempt, type ErrorCode, type ErrorReport } from './core/errors.ts';
export { Secret } from './core/secret.ts';
export { format, parse } from './connstring/format.ts';
export { redact } from './connstring/redact.ts';
export type { ConnectionOptions } from './connstring/connection-options.ts';
export type { Ports, PromptRequest } from './core/ports.ts';
