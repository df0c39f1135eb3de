/** What a program and a person need to know about a kind of failure. */
interface ErrorSpec {
  /** Five characters: PostgreSQL's appendix A, or SQL:2016 where PostgreSQL has none. */
  readonly sqlState: string;
  /** What to do about it, as an instruction to the person who sees the message. */
  readonly remedy: string;
}

/**
 * Every failure the driver can report, once. The code is stable and may be matched on; the documentation's
 * page of errors is generated from this table.
 */
export const ERRORS = {
  CONN_SYNTAX: {
    sqlState: '08001',
    remedy: 'Write the connection string as Key=Value;Key=Value and quote values that hold ";" or quotes.',
  },
  CONN_UNKNOWN_PROPERTY: {
    sqlState: '08001',
    remedy: 'Check the spelling of the property; `dynadbc properties` lists them all.',
  },
  CONN_DUPLICATE_PROPERTY: { sqlState: '08001', remedy: 'Give each property once.' },
  CONN_BAD_VALUE: {
    sqlState: '08001',
    remedy:
      'Give a value of the kind that the message names; `dynadbc properties` shows what each property takes.',
  },
  CONN_DSN_NOT_FOUND: {
    sqlState: '08001',
    remedy: 'Add the section to odbc.ini, or set ODBCINI to the file that has it.',
  },
  CONN_NO_REGION: {
    sqlState: '08001',
    remedy:
      'Set AWSRegion (a code such as eu-west-1, or a name such as Ireland), or AWS_REGION in the environment.',
  },
  CONN_CLOSED: { sqlState: '08003', remedy: 'Connect again: this connection was closed.' },
  CONN_NETWORK: {
    sqlState: '08006',
    remedy:
      'Check that the endpoint can be reached from here (Endpoint, AWSRegion, proxy settings) and try again.',
  },
  CONN_TLS: {
    sqlState: '08006',
    remedy:
      "Set SSLServerCert to the certificate of the authority that signed the server's, or have the server's certificate corrected.",
  },
  CONN_PROXY: {
    sqlState: '08006',
    remedy:
      'Check ProxyServer, ProxyPort, ProxyUser and ProxyPassword; list hosts to reach without the proxy in ProxyExceptions.',
  },
  AUTH_MISSING_PROPERTY: {
    sqlState: '28000',
    remedy: 'Add the properties that the AuthScheme needs, or choose another AuthScheme.',
  },
  AUTH_CONFLICTING_PROPERTY: {
    sqlState: '28000',
    remedy: 'Remove the property that does not go with the AuthScheme, or choose another AuthScheme.',
  },
  AUTH_NOT_SUPPORTED: {
    sqlState: '0A000',
    remedy: 'Choose one of the AuthSchemes that the message lists.',
  },
  AUTH_NO_CREDENTIALS: {
    sqlState: '28000',
    remedy: 'Give AWSAccessKey and AWSSecretKey, or name a profile with AWSCredentialsFileProfile.',
  },
  AUTH_PROFILE: {
    sqlState: '28000',
    remedy: 'Correct the profile in the AWS credentials or config file that the message names.',
  },
  AUTH_REFUSED: {
    sqlState: '28000',
    remedy:
      'Check the keys, the session token and the clock of this machine; `dynadbc whoami` tests a sign-in.',
  },
  AUTH_EXPIRED: { sqlState: '28000', remedy: 'Sign in again to get new credentials.' },
  AUTH_CODE_NEEDED: {
    sqlState: '28000',
    remedy:
      'Give the code that the device shows now as MFAToken, or connect with onPrompt to be asked for it.',
  },
  AUTH_MALFORMED: {
    sqlState: '08P01',
    remedy: 'Check the address of the sign-in service, and that no proxy changes its answers.',
  },
  AUTH_UNAVAILABLE: {
    sqlState: '08006',
    remedy: 'The service for signing in is busy or has failed: try again in a while.',
  },
  AUTH_UNTRUSTED: {
    sqlState: '28000',
    remedy:
      'Nothing secret was sent there. Set SSOLoginURL to the https address at which the identity provider itself signs users in.',
  },
  AUTH_SAML: {
    sqlState: '28000',
    remedy:
      'Ask the administrator of the identity provider to correct what the message names in its settings for AWS.',
  },
  AUTH_ROLE: {
    sqlState: '28000',
    remedy: 'Set AWSRoleARN to one of the roles that the identity provider gives you.',
  },
  AUTH_DENIED: {
    sqlState: '42501',
    remedy: 'Ask for the IAM permission that the message names on this table.',
  },
  DYNAMO_LIMIT: {
    sqlState: '54000',
    remedy: 'Make the condition smaller: DynamoDB limits the size of an expression and of a request.',
  },
  DYNAMO_THROTTLED: {
    sqlState: '53000',
    remedy: 'Try again later, lower ThreadCount, or raise the capacity of the table or index.',
  },
  DYNAMO_IN_USE: {
    sqlState: '55006',
    remedy: 'DynamoDB is at work on the table: run the statement again when its status is ACTIVE.',
  },
  DYNAMO_QUOTA: {
    sqlState: '53400',
    remedy: 'Run the statement again later, or have the quota of the account raised.',
  },
  DYNAMO_REFUSED: {
    sqlState: '58000',
    remedy: 'The message is what DynamoDB said; correct the statement or the table.',
  },
  DYNAMO_MALFORMED: {
    sqlState: '08P01',
    remedy: 'Check that the endpoint is DynamoDB and that no proxy changes its answers.',
  },
  CATALOG_AMBIGUOUS_TABLE: {
    sqlState: '42P09',
    remedy: 'Write the name in double quotes exactly as DynamoDB spells it.',
  },
  CATALOG_UNKNOWN_TABLE: {
    sqlState: '42P01',
    remedy: 'Check the name, the Region and the account; `dynadbc tables` lists the tables.',
  },
  CATALOG_DUPLICATE_TABLE: {
    sqlState: '42P07',
    remedy:
      'Choose another name; IF NOT EXISTS leaves a table or index as it is, CREATE OR REPLACE VIEW replaces a view.',
  },
  CATALOG_WRONG_KIND: {
    sqlState: '42809',
    remedy: 'Name a view; `dynadbc tables` lists tables and views.',
  },
  CATALOG_VIEW: {
    sqlState: '42P17',
    remedy: 'Correct the query of the view that the message names, or drop the view.',
  },
  CATALOG_SCHEMA_FILE: {
    sqlState: 'F0000',
    remedy:
      'Correct the schema file at the place that the message names; docs/guide/schemas-and-views.md shows the format.',
  },
  CATALOG_TYPE_DRIFT: {
    sqlState: '22000',
    remedy: 'Raise RowScanDepth so that sampling sees such values, or read the attribute through "$item".',
  },
  SQL_SYNTAX: { sqlState: '42601', remedy: 'Correct the statement at the marked position.' },
  SQL_UNKNOWN_COLUMN: {
    sqlState: '42703',
    remedy: `Check the name; an attribute that sampling did not see is reached as "$item"->>'name'.`,
  },
  SQL_UNKNOWN_INDEX: {
    sqlState: '42704',
    remedy: 'Name an index of the table; EXPLAIN shows which there are and why they are not used.',
  },
  SQL_AMBIGUOUS_COLUMN: { sqlState: '42702', remedy: 'Put the table name or alias before the column.' },
  SQL_UNKNOWN_FUNCTION: {
    sqlState: '42883',
    remedy: 'Check the function name and its argument types; a cast may be needed.',
  },
  SQL_UNKNOWN_SETTING: { sqlState: '42704', remedy: 'SHOW ALL and pg_settings list the settings there are.' },
  SQL_WINDOWING: {
    sqlState: '42P20',
    remedy: 'Compute the window function in a subquery, and ask for its column around it.',
  },
  SQL_COLUMN_REFERENCE: {
    sqlState: '42P10',
    remedy: 'Give the position of a column of the SELECT list, or its name.',
  },
  SQL_CARDINALITY: {
    sqlState: '21000',
    remedy: 'Make the subquery give one row: with an aggregate, LIMIT 1, or a condition on a whole key.',
  },
  SQL_ROW_COUNT: { sqlState: '2201W', remedy: 'Give LIMIT and OFFSET numbers from 0 on.' },
  SQL_GROUPING: { sqlState: '42803', remedy: 'Add the column to GROUP BY or wrap it in an aggregate.' },
  SQL_BAD_VALUE: {
    sqlState: '22P02',
    remedy: 'Correct the value, or cast it to the type that the column has.',
  },
  SQL_NOT_NULL: {
    sqlState: '23502',
    remedy: 'Give a value: an item is stored under its key, which has no default.',
  },
  SQL_UNIQUE: {
    sqlState: '23505',
    remedy: 'Add ON CONFLICT DO NOTHING or DO UPDATE, or replace the item with REPLACE INTO.',
  },
  SQL_NUMERIC_RANGE: {
    sqlState: '22003',
    remedy: 'Cast to a wider type, such as DOUBLE PRECISION, before computing.',
  },
  SQL_DIVISION_BY_ZERO: {
    sqlState: '22012',
    remedy: 'Leave such rows out, or divide by NULLIF(divisor, 0), which gives NULL for them.',
  },
  SQL_LOGARITHM: { sqlState: '2201E', remedy: 'Take logarithms of positive numbers only.' },
  SQL_POWER: { sqlState: '2201F', remedy: 'Take roots of numbers that are not negative.' },
  SQL_BAD_DATETIME: {
    sqlState: '22007',
    remedy: 'Correct the value, or the pattern that it is read or printed by.',
  },
  SQL_DATETIME_RANGE: { sqlState: '22008', remedy: 'Give a date and a time that exist.' },
  SQL_BAD_ARGUMENT: { sqlState: '22023', remedy: 'Correct the argument that the message names.' },
  SQL_BIND: { sqlState: '42000', remedy: 'Correct the statement; the message says what does not fit.' },
  SQL_PARAMETERS: {
    sqlState: '07001',
    remedy: 'Pass one value for each parameter, as an array for ? and $n, as an object for :name.',
  },
  SQL_TABLE_DEFINITION: {
    sqlState: '42P16',
    remedy: 'Correct the definition; docs/guide/tables.md says what DynamoDB takes.',
  },
  SQL_NOT_SUPPORTED: {
    sqlState: '0A000',
    remedy: 'Rewrite the statement without it; docs/guide/limits.md lists what is not supported.',
  },
  SQL_READ_ONLY: {
    sqlState: '25006',
    remedy: 'Connect without Readonly=true to write; an open READ ONLY transaction has to end first.',
  },
  SQL_NO_TRANSACTION: {
    sqlState: '25P01',
    remedy: 'Begin a transaction first, with BEGIN or transaction().',
  },
  SQL_IN_TRANSACTION: { sqlState: '25001', remedy: 'Run the statement after COMMIT, or before BEGIN.' },
  SQL_FAILED_TRANSACTION: {
    sqlState: '25P02',
    remedy: 'Run ROLLBACK, and the whole transaction again.',
  },
  EXEC_CANCELLED: {
    sqlState: '57014',
    remedy: 'The statement was cancelled; run it again if that was not intended.',
  },
  EXEC_CONFLICT: {
    sqlState: '40001',
    remedy: 'Somebody else changed the item at the same time: run the statement again.',
  },
  EXEC_UNKNOWN_OUTCOME: {
    sqlState: '40003',
    remedy: 'Read the item to see whether the write took place before you run the statement again.',
  },
  EXEC_TIMEOUT: { sqlState: '57014', remedy: 'Raise Timeout, or narrow the statement with a key condition.' },
  EXEC_FULL_SCAN: {
    sqlState: '53400',
    remedy: 'Add a condition on a key, make an index that serves the statement, or set FullScan=Allow.',
  },
  EXEC_CAPACITY: {
    sqlState: '53400',
    remedy: 'Narrow the statement with a key condition, or raise MaxRCU.',
  },
  EXEC_ENGINE: {
    sqlState: 'XX000',
    remedy: 'This is a fault of the driver: please report the statement and the message.',
  },
  EXEC_MEMORY: {
    sqlState: '53200',
    remedy: 'Raise MemoryLimit, set TempDirectory to a disk with room, or narrow the statement.',
  },
  FILE_NOT_FOUND: {
    sqlState: '58P01',
    remedy: 'Check the path: it is taken from the folder in which the process was started.',
  },
  FILE_EXISTS: {
    sqlState: '58P02',
    remedy: 'Name another file, or replace this one: WITH (OVERWRITE true).',
  },
  FILE_DENIED: {
    sqlState: '42501',
    remedy: 'Name a file that this process may read and write.',
  },
  FILE_IO: {
    sqlState: '58030',
    remedy: 'Check the disk: its room, and whether the file can be read to its end.',
  },
  FILE_FORMAT: {
    sqlState: '22P04',
    remedy: 'Correct the file at the line that the message names, or the options of COPY.',
  },
  SANDBOX_UNAVAILABLE: {
    sqlState: '58000',
    remedy: 'Install the optional package that the message names, beside dynadbc.',
  },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

/** A failure that was found before anything was sent, to be thrown by the caller. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
}

/** One way that was tried and why it failed. */
export interface Attempt {
  readonly what: string;
  readonly why: string;
}

export interface ErrorDetails {
  readonly cause?: unknown;
  /** Where several ways were tried. */
  readonly attempts?: readonly Attempt[];
  /** One-based character position in the statement or connection string, as PostgreSQL counts. */
  readonly position?: number;
  /** Names that may have been meant. */
  readonly candidates?: readonly string[];
  /** Instead of the remedy of the table, where the failure knows a better one. */
  readonly remedy?: string;
}

/** A failure as JSON. */
export type ErrorReport = Pick<
  DriverError,
  'name' | 'code' | 'sqlState' | 'message' | 'remedy' | 'position' | 'candidates' | 'attempts'
>;

/** What every failure of the driver looks like: a stable code, its SQLSTATE, and what to do. */
export class DriverError extends Error {
  readonly code: ErrorCode;
  readonly sqlState: string;
  readonly remedy: string;
  readonly position: number | undefined;
  readonly attempts: readonly Attempt[];
  readonly candidates: readonly string[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DriverError';
    this.code = code;
    this.sqlState = ERRORS[code].sqlState;
    this.remedy = details.remedy ?? ERRORS[code].remedy;
    this.position = details.position;
    this.attempts = details.attempts ?? [];
    this.candidates = details.candidates ?? [];
  }

  /** What JSON.stringify and loggers write. Without the cause: it is somebody else's, and may hold what must not be shown. */
  toJSON(): ErrorReport {
    const { name, code, sqlState, message, remedy, position, candidates, attempts } = this;
    return { name, code, sqlState, message, remedy, position, candidates, attempts };
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
