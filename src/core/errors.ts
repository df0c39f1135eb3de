/** What programs and users need to know about a kind of failure. */
interface ErrorSpec {
  /** Five characters: PostgreSQL's appendix A, or SQL:2016 where PostgreSQL has none. */
  readonly sqlState: string;
  /** Whether the same statement or sign-in may succeed when it is repeated unchanged. */
  readonly retryable: boolean;
  /** What the user can do about it: whole imperative sentences. */
  readonly remedy: string;
}

/**
 * Every failure that the driver can report. Codes are stable and may be matched on; docs/reference/errors.md is
 * generated from this table.
 */
export const ERRORS = {
  CONN_SYNTAX: {
    sqlState: '08001',
    retryable: false,
    remedy:
      'Write the connection string as Key=Value;Key=Value, and quote values that contain ";" or quotes.',
  },
  CONN_UNKNOWN_PROPERTY: {
    sqlState: '08001',
    retryable: false,
    remedy: 'Check the spelling of the property; `dynadbc properties` lists all of them.',
  },
  CONN_DUPLICATE_PROPERTY: {
    sqlState: '08001',
    retryable: false,
    remedy: 'Set each property only once.',
  },
  CONN_BAD_VALUE: {
    sqlState: '08001',
    retryable: false,
    remedy:
      'Set the property to a value of the type named in the message; `dynadbc properties` shows the values of each property.',
  },
  CONN_DSN_NOT_FOUND: {
    sqlState: '08001',
    retryable: false,
    remedy: 'Add the section to odbc.ini, or set ODBCINI to the path of the file that contains it.',
  },
  CONN_NO_REGION: {
    sqlState: '08001',
    retryable: false,
    remedy:
      'Set AWSRegion to a Region code or name (eu-west-1 or Ireland), or set AWS_REGION in the environment.',
  },
  CONN_CLOSED: {
    sqlState: '08003',
    retryable: false,
    remedy: 'Open a new connection.',
  },
  CONN_NETWORK: {
    sqlState: '08006',
    retryable: true,
    remedy:
      'Check that this machine can reach the endpoint (Endpoint, AWSRegion, proxy settings), and retry.',
  },
  CONN_TLS: {
    sqlState: '08006',
    retryable: false,
    remedy:
      "Set SSLServerCert to the certificate of the authority that signed the server certificate, or have the server's certificate corrected.",
  },
  CONN_PROXY: {
    sqlState: '08006',
    retryable: false,
    remedy:
      'Check ProxyServer, ProxyPort, ProxyUser and ProxyPassword; list hosts that need no proxy in ProxyExceptions.',
  },
  AUTH_MISSING_PROPERTY: {
    sqlState: '28000',
    retryable: false,
    remedy:
      'Set the properties that the AuthScheme requires, or choose another AuthScheme; docs/reference/authschemes.md lists them.',
  },
  AUTH_CONFLICTING_PROPERTY: {
    sqlState: '28000',
    retryable: false,
    remedy: 'Remove the property that the AuthScheme does not accept, or choose another AuthScheme.',
  },
  AUTH_NOT_SUPPORTED: {
    sqlState: '0A000',
    retryable: false,
    remedy: 'Choose one of the AuthSchemes listed in docs/reference/authschemes.md.',
  },
  AUTH_NO_CREDENTIALS: {
    sqlState: '28000',
    retryable: false,
    remedy:
      'Set AWSAccessKey and AWSSecretKey, or name a profile with AWSCredentialsFileProfile; docs/guide/sign-in.md describes the other sources.',
  },
  AUTH_PROFILE: {
    sqlState: '28000',
    retryable: false,
    remedy: 'Correct the profile named in the message in the AWS credentials or config file.',
  },
  AUTH_REFUSED: {
    sqlState: '28000',
    retryable: false,
    remedy:
      'Check the access keys, the session token and the clock of this machine; `dynadbc whoami` tests the sign-in.',
  },
  AUTH_EXPIRED: {
    sqlState: '28000',
    retryable: false,
    remedy: 'Sign in again to get new credentials.',
  },
  AUTH_CODE_NEEDED: {
    sqlState: '28000',
    retryable: false,
    remedy:
      'Set MFAToken to the code that the device shows now, or connect with onPrompt to be asked for it.',
  },
  AUTH_MALFORMED: {
    sqlState: '08P01',
    retryable: false,
    remedy: 'Check the address of the identity service, and that no proxy alters its responses.',
  },
  AUTH_UNAVAILABLE: {
    sqlState: '08006',
    retryable: true,
    remedy: 'The identity service is unavailable. Retry later.',
  },
  AUTH_UNTRUSTED: {
    sqlState: '28000',
    retryable: false,
    remedy:
      'Set SSOLoginURL to the https address where the identity provider signs users in. No secret was sent to the address in the message.',
  },
  AUTH_SAML: {
    sqlState: '28000',
    retryable: false,
    remedy:
      'Ask the administrator of the identity provider to correct its AWS settings as the message describes.',
  },
  AUTH_ROLE: {
    sqlState: '28000',
    retryable: false,
    remedy: 'Set AWSRoleARN to one of the roles that the identity provider offers.',
  },
  AUTH_DENIED: {
    sqlState: '42501',
    retryable: false,
    remedy: 'Grant the IAM permission named in the message for this table.',
  },
  DYNAMO_LIMIT: {
    sqlState: '54000',
    retryable: false,
    remedy: 'Shorten the condition: DynamoDB limits the size of expressions and requests.',
  },
  DYNAMO_THROTTLED: {
    sqlState: '53000',
    retryable: true,
    remedy: 'Retry later, lower ThreadCount, or raise the capacity of the table or index.',
  },
  DYNAMO_IN_USE: {
    sqlState: '55006',
    retryable: true,
    remedy: 'Retry when the status of the table is ACTIVE.',
  },
  DYNAMO_QUOTA: {
    sqlState: '53400',
    retryable: true,
    remedy: 'Retry later, or request a higher quota for the account.',
  },
  DYNAMO_REFUSED: {
    sqlState: '58000',
    retryable: false,
    remedy: 'Correct the statement or the table; the message is from DynamoDB.',
  },
  DYNAMO_MALFORMED: {
    sqlState: '08P01',
    retryable: false,
    remedy: 'Check that the endpoint is DynamoDB, and that no proxy alters its responses.',
  },
  CATALOG_AMBIGUOUS_TABLE: {
    sqlState: '42P09',
    retryable: false,
    remedy: 'Write the name in double quotes, exactly as DynamoDB spells it.',
  },
  CATALOG_UNKNOWN_TABLE: {
    sqlState: '42P01',
    retryable: false,
    remedy: 'Check the name, the Region and the account; `dynadbc tables` lists the tables.',
  },
  CATALOG_DUPLICATE_TABLE: {
    sqlState: '42P07',
    retryable: false,
    remedy:
      'Choose another name, or use IF NOT EXISTS for a table or index and CREATE OR REPLACE for a view.',
  },
  CATALOG_WRONG_KIND: {
    sqlState: '42809',
    retryable: false,
    remedy: 'Name a view; `dynadbc tables` lists tables and views.',
  },
  CATALOG_VIEW: {
    sqlState: '42P17',
    retryable: false,
    remedy: 'Correct the query of the view named in the message, or drop the view.',
  },
  CATALOG_SCHEMA_FILE: {
    sqlState: 'F0000',
    retryable: false,
    remedy:
      'Correct the schema file at the position named in the message; docs/guide/schemas-and-views.md#schema-files describes the format.',
  },
  CATALOG_UNKNOWN_ATTRIBUTE: {
    sqlState: '22000',
    retryable: true,
    remedy: 'Run the statement again: the attribute is a column now. Or set UnknownAttributes=Warn.',
  },
  CATALOG_TYPE_DRIFT: {
    sqlState: '22000',
    retryable: false,
    remedy: 'Raise RowScanDepth so that sampling sees such values, or read the attribute through "$item".',
  },
  SQL_SYNTAX: {
    sqlState: '42601',
    retryable: false,
    remedy: 'Correct the statement at the marked position.',
  },
  SQL_UNKNOWN_COLUMN: {
    sqlState: '42703',
    retryable: false,
    remedy: `Check the name; read an attribute that sampling did not see as "$item"->>'name'.`,
  },
  SQL_UNKNOWN_INDEX: {
    sqlState: '42704',
    retryable: false,
    remedy: 'Name an index of the table; EXPLAIN lists the indexes and why each is not used.',
  },
  SQL_AMBIGUOUS_COLUMN: {
    sqlState: '42702',
    retryable: false,
    remedy: 'Qualify the column with the table name or alias.',
  },
  SQL_UNKNOWN_FUNCTION: {
    sqlState: '42883',
    retryable: false,
    remedy: 'Check the function name and the argument types; you might need to add explicit type casts.',
  },
  SQL_AMBIGUOUS_FUNCTION: {
    sqlState: '42725',
    retryable: false,
    remedy: 'Cast the arguments to the types that are meant.',
  },
  SQL_CANNOT_CAST: {
    sqlState: '42846',
    retryable: false,
    remedy: 'Cast to a type that the value converts to, such as text.',
  },
  SQL_WRONG_OBJECT: {
    sqlState: '42809',
    retryable: false,
    remedy: 'Use the function or operator as the message says.',
  },
  SQL_UNKNOWN_OBJECT: {
    sqlState: '42704',
    retryable: false,
    remedy: 'Correct the name.',
  },
  SQL_RECURSION: {
    sqlState: '42P19',
    retryable: false,
    remedy: 'Write the recursive query as: non-recursive term UNION [ALL] recursive term.',
  },
  SQL_UNKNOWN_SETTING: {
    sqlState: '42704',
    retryable: false,
    remedy: 'Check the name; SHOW ALL and pg_settings list the settings.',
  },
  SQL_WINDOWING: {
    sqlState: '42P20',
    retryable: false,
    remedy: 'Compute the window function in a subquery, and refer to its column in the outer query.',
  },
  SQL_COLUMN_REFERENCE: {
    sqlState: '42P10',
    retryable: false,
    remedy: 'Use the name or position of a column in the select list.',
  },
  SQL_DUPLICATE_ALIAS: {
    sqlState: '42712',
    retryable: false,
    remedy: 'Give each table in the statement its own alias.',
  },
  SQL_CARDINALITY: {
    sqlState: '21000',
    retryable: false,
    remedy: 'Make the subquery return one row, with an aggregate, LIMIT 1 or a condition on the whole key.',
  },
  SQL_ROW_COUNT: {
    sqlState: '2201W',
    retryable: false,
    remedy: 'Use LIMIT and OFFSET values of 0 or more.',
  },
  SQL_GROUPING: {
    sqlState: '42803',
    retryable: false,
    remedy: 'Add the column to GROUP BY, or use it in an aggregate function.',
  },
  SQL_BAD_VALUE: {
    sqlState: '22P02',
    retryable: false,
    remedy: 'Correct the value, or cast it to the type of the column.',
  },
  SQL_TYPE_MISMATCH: {
    sqlState: '42804',
    retryable: false,
    remedy: 'Rewrite the expression, or cast it to the type of the column.',
  },
  SQL_STRING_LENGTH: {
    sqlState: '22001',
    retryable: false,
    remedy: 'Shorten the value, or declare a longer type for the column.',
  },
  SQL_NOT_NULL: {
    sqlState: '23502',
    retryable: false,
    remedy: 'Set a value: key attributes are required and have no default.',
  },
  SQL_UNIQUE: {
    sqlState: '23505',
    retryable: false,
    remedy: 'Add ON CONFLICT DO NOTHING or DO UPDATE, or replace the item with REPLACE INTO.',
  },
  SQL_NUMERIC_RANGE: {
    sqlState: '22003',
    retryable: false,
    remedy: 'Cast to a wider type, such as double precision, before computing.',
  },
  SQL_DIVISION_BY_ZERO: {
    sqlState: '22012',
    retryable: false,
    remedy: 'Filter out zero divisors, or use NULLIF(divisor, 0).',
  },
  SQL_LOGARITHM: {
    sqlState: '2201E',
    retryable: false,
    remedy: 'Take logarithms of positive numbers only.',
  },
  SQL_POWER: {
    sqlState: '2201F',
    retryable: false,
    remedy: 'Use a non-negative number, or an integer exponent.',
  },
  SQL_BAD_DATETIME: {
    sqlState: '22007',
    retryable: false,
    remedy: 'Correct the value, or the pattern used to parse or format it.',
  },
  SQL_DATETIME_RANGE: {
    sqlState: '22008',
    retryable: false,
    remedy: 'Use a valid date and time.',
  },
  SQL_SUBSTRING: {
    sqlState: '22011',
    retryable: false,
    remedy: 'Use a length of zero or more.',
  },
  SQL_JSON_DATETIME: {
    sqlState: '22031',
    retryable: false,
    remedy: 'Pass a template to datetime(), or correct the strings of the documents.',
  },
  SQL_JSON_SUBSCRIPT: {
    sqlState: '22033',
    retryable: false,
    remedy: 'Use a position within the array, or the lax mode of the path.',
  },
  SQL_JSON_NOT_NUMERIC: {
    sqlState: '22036',
    retryable: false,
    remedy: 'Filter the items by their type(), or pass silent => true.',
  },
  SQL_JSON_NOT_SINGLE: {
    sqlState: '22038',
    retryable: false,
    remedy: 'Make the operands of the path single values, or pass silent => true.',
  },
  SQL_JSON_ARRAY: {
    sqlState: '22039',
    retryable: false,
    remedy: 'Use the lax mode of the path, which takes a value for an array of one element.',
  },
  SQL_JSON_MEMBER: {
    sqlState: '2203A',
    retryable: false,
    remedy: 'Use the lax mode of the path, or pass silent => true.',
  },
  SQL_JSON_NUMBER: {
    sqlState: '2203B',
    retryable: false,
    remedy: 'Filter the items by their type(), or pass silent => true.',
  },
  SQL_JSON_OBJECT: {
    sqlState: '2203C',
    retryable: false,
    remedy: 'Filter the items by their type(), or pass silent => true.',
  },
  SQL_JSON_VARIABLE: {
    sqlState: '42704',
    retryable: false,
    remedy: 'Pass an object with the variable as the third argument.',
  },
  SQL_ARRAY_ELEMENT: {
    sqlState: '2202E',
    retryable: false,
    remedy: 'Use a number between 0 and the length of the array.',
  },
  SQL_REGULAR_EXPRESSION: {
    sqlState: '2201B',
    retryable: false,
    remedy: 'Correct the regular expression.',
  },
  SQL_BAD_ARGUMENT: {
    sqlState: '22023',
    retryable: false,
    remedy: 'Correct the argument named in the message.',
  },
  SQL_BAD_ESCAPE: {
    sqlState: '22025',
    retryable: false,
    remedy: 'Use one character as ESCAPE, and none of them at the end of the pattern.',
  },
  SQL_WINDOW_FRAME: {
    sqlState: '22013',
    retryable: false,
    remedy: 'Use a frame offset of zero or more.',
  },
  SQL_PROGRAM_LIMIT: {
    sqlState: '54000',
    retryable: false,
    remedy: 'Use a smaller value.',
  },
  SQL_BIND: {
    sqlState: '42000',
    retryable: false,
    remedy: 'Correct the statement as the message describes.',
  },
  SQL_PARAMETERS: {
    sqlState: '07001',
    retryable: false,
    remedy: 'Pass one value for each parameter: an array for ? and $n, an object for :name.',
  },
  SQL_TABLE_DEFINITION: {
    sqlState: '42P16',
    retryable: false,
    remedy: 'Correct the definition; docs/guide/tables.md describes what DynamoDB accepts.',
  },
  SQL_NOT_SUPPORTED: {
    sqlState: '0A000',
    retryable: false,
    remedy: 'Rewrite the statement without the feature; docs/guide/limits.md lists what is not supported.',
  },
  SQL_READ_ONLY: {
    sqlState: '25006',
    retryable: false,
    remedy: 'Connect without Readonly=true to write, or end the READ ONLY transaction first.',
  },
  SQL_NO_TRANSACTION: {
    sqlState: '25P01',
    retryable: false,
    remedy: 'Begin a transaction first, with BEGIN or transaction().',
  },
  SQL_IN_TRANSACTION: {
    sqlState: '25001',
    retryable: false,
    remedy: 'Run the statement after COMMIT, or before BEGIN.',
  },
  SQL_UNKNOWN_SAVEPOINT: {
    sqlState: '3B001',
    retryable: false,
    remedy: 'Set the savepoint first, with SAVEPOINT name.',
  },
  SQL_FAILED_TRANSACTION: {
    sqlState: '25P02',
    retryable: false,
    remedy: 'Run ROLLBACK, then repeat the whole transaction, or ROLLBACK TO a savepoint.',
  },
  EXEC_CANCELLED: {
    sqlState: '57014',
    retryable: false,
    remedy: 'Run the statement again if you did not mean to cancel it.',
  },
  EXEC_CONFLICT: {
    sqlState: '40001',
    retryable: true,
    remedy: 'Retry the statement: the item was modified concurrently.',
  },
  EXEC_UNKNOWN_OUTCOME: {
    sqlState: '40003',
    retryable: false,
    remedy: 'Read the item to see whether the write took place before you run the statement again.',
  },
  EXEC_TIMEOUT: {
    sqlState: '57014',
    retryable: false,
    remedy: 'Raise Timeout, or narrow the statement with a key condition.',
  },
  EXEC_FULL_SCAN: {
    sqlState: '53400',
    retryable: false,
    remedy: 'Add a condition on a key, create an index that serves the statement, or set FullScan=Allow.',
  },
  EXEC_CAPACITY: {
    sqlState: '53400',
    retryable: false,
    remedy: 'Narrow the statement with a key condition, or raise MaxRCU.',
  },
  EXEC_ENGINE: {
    sqlState: 'XX000',
    retryable: false,
    remedy: 'Report the statement and the message: this is a bug in DynaDBC.',
  },
  EXEC_MEMORY: {
    sqlState: '53200',
    retryable: false,
    remedy: 'Raise MemoryLimit, set TempDirectory to a disk with free space, or narrow the statement.',
  },
  FILE_NOT_FOUND: {
    sqlState: '58P01',
    retryable: false,
    remedy: 'Check the path; relative paths start at the working directory of the process.',
  },
  FILE_EXISTS: {
    sqlState: '58P02',
    retryable: false,
    remedy: 'Name another file, or overwrite this one with WITH (OVERWRITE true).',
  },
  FILE_DENIED: {
    sqlState: '42501',
    retryable: false,
    remedy: 'Name a file that this process has permission to read and write.',
  },
  FILE_IO: {
    sqlState: '58030',
    retryable: false,
    remedy: 'Check the free space of the disk and that the file is readable.',
  },
  FILE_FORMAT: {
    sqlState: '22P04',
    retryable: false,
    remedy: 'Correct the file at the line named in the message, or the options of COPY.',
  },
  SANDBOX_UNAVAILABLE: {
    sqlState: '58000',
    retryable: false,
    remedy: 'Install the optional package named in the message alongside dynadbc.',
  },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

/** A failure found before anything was sent, for the caller to throw. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
}

/** One alternative that was tried, and why it failed. */
export interface Attempt {
  readonly what: string;
  readonly why: string;
}

export interface ErrorDetails {
  readonly cause?: unknown;
  /** The alternatives that were tried, where there were several. */
  readonly attempts?: readonly Attempt[];
  /** One-based character position in the statement or connection string, as PostgreSQL counts. */
  readonly position?: number;
  /** Existing names that the user may have meant. */
  readonly candidates?: readonly string[];
  /** Replaces the remedy of the code where the failure allows a more specific one. */
  readonly remedy?: string;
  /** Replaces the code's `retryable` where more is known about this failure. */
  readonly retryable?: boolean;
}

/** A failure as JSON. */
export type ErrorReport = Pick<
  DriverError,
  'name' | 'code' | 'sqlState' | 'retryable' | 'message' | 'remedy' | 'position' | 'candidates' | 'attempts'
>;

/** The error that the driver throws: a stable code, its SQLSTATE, and a remedy. */
export class DriverError extends Error {
  readonly code: ErrorCode;
  readonly sqlState: string;
  /** Whether the same statement or sign-in may succeed when it is repeated unchanged; in a transaction, all of it. */
  readonly retryable: boolean;
  readonly remedy: string;
  readonly position: number | undefined;
  readonly attempts: readonly Attempt[];
  readonly candidates: readonly string[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DriverError';
    this.code = code;
    this.sqlState = ERRORS[code].sqlState;
    this.retryable = details.retryable ?? inheritedRetryable(code, details.cause) ?? ERRORS[code].retryable;
    this.remedy = details.remedy ?? ERRORS[code].remedy;
    this.position = details.position;
    this.attempts = details.attempts ?? [];
    this.candidates = details.candidates ?? [];
  }

  /** What JSON.stringify and loggers write. The cause is left out: it may contain secrets. */
  toJSON(): ErrorReport {
    const { name, code, sqlState, retryable, message, remedy, position, candidates, attempts } = this;
    return { name, code, sqlState, retryable, message, remedy, position, candidates, attempts };
  }
}

/** An error wrapped to add context (a row, a file, a view) is as retryable as before. */
function inheritedRetryable(code: ErrorCode, cause: unknown): boolean | undefined {
  return cause instanceof DriverError && cause.code === code ? cause.retryable : undefined;
}

/**
 * Whether the connection or the sign-in failed, so that no part of a statement is to blame. A denied permission does
 * not count: it may be missing for a single table.
 */
export function isConnectionFailure(error: unknown): boolean {
  return error instanceof DriverError && /^(?:AUTH|CONN)_/.test(error.code) && error.code !== 'AUTH_DENIED';
}

/** The message of anything that was thrown. */
export function getErrorMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
