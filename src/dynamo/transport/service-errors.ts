import { abortError } from '../../core/async/abort.ts';
import { DriverError, type ErrorCode } from '../../core/errors.ts';
import { ServiceError, TransportError, UnconfirmedError } from './failures.ts';

/** The operation and table of a request. */
export interface OperationTarget {
  readonly operation: string;
  readonly table?: string | undefined;
}

/** Error codes by DynamoDB's exception names. All others are DYNAMO_REFUSED. */
const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['ResourceNotFoundException', 'CATALOG_UNKNOWN_TABLE'],
  ['TableNotFoundException', 'CATALOG_UNKNOWN_TABLE'],
  ['UnrecognizedClientException', 'AUTH_REFUSED'],
  ['InvalidSignatureException', 'AUTH_REFUSED'],
  ['SignatureDoesNotMatch', 'AUTH_REFUSED'],
  ['InvalidAccessKeyId', 'AUTH_REFUSED'],
  ['InvalidClientTokenId', 'AUTH_REFUSED'],
  ['IncompleteSignature', 'AUTH_REFUSED'],
  ['IncompleteSignatureException', 'AUTH_REFUSED'],
  ['MissingAuthenticationToken', 'AUTH_REFUSED'],
  ['MissingAuthenticationTokenException', 'AUTH_REFUSED'],
  ['ExpiredToken', 'AUTH_EXPIRED'],
  ['ExpiredTokenException', 'AUTH_EXPIRED'],
  ['RequestExpired', 'AUTH_EXPIRED'],
  ['AccessDeniedException', 'AUTH_DENIED'],
  ['OptInRequired', 'AUTH_DENIED'],
  ['ProvisionedThroughputExceededException', 'DYNAMO_THROTTLED'],
  ['ThrottlingException', 'DYNAMO_THROTTLED'],
  ['Throttling', 'DYNAMO_THROTTLED'],
  ['ThrottledException', 'DYNAMO_THROTTLED'],
  ['RequestLimitExceeded', 'DYNAMO_THROTTLED'],
  ['RequestThrottledException', 'DYNAMO_THROTTLED'],
  ['TooManyRequestsException', 'DYNAMO_THROTTLED'],
  ['TransactionConflictException', 'EXEC_CONFLICT'],
  ['TransactionCanceledException', 'EXEC_CONFLICT'],
  ['TransactionInProgressException', 'EXEC_UNKNOWN_OUTCOME'],
  ['ResourceInUseException', 'DYNAMO_IN_USE'],
  ['LimitExceededException', 'DYNAMO_QUOTA'],
]);

/** What to do without a permission, by the operation that it allows. */
const DENIED_REMEDIES: ReadonlyMap<string, string> = new Map([
  [
    'DescribeTable',
    'Grant dynamodb:DescribeTable on this table, or declare its key and indexes in a schema file ("key", "indexes").',
  ],
  [
    'Scan',
    'Grant dynamodb:Scan on this table, or compare its key or that of an index with values, so that the statement becomes a Query. A schema file can declare columns without sampling.',
  ],
]);

const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException']);

/** Where AWS starts to repeat the request, with its session token and signature. */
const ECHO = /\s*(?:\n|The Canonical String|Authorization=)[^]*$/;

/** Whether DynamoDB throttled the request. */
export function isThrottle({ name, $metadata }: ServiceError): boolean {
  return $metadata.httpStatusCode === 429 || CODES.get(name) === 'DYNAMO_THROTTLED';
}

/** Whether the table or index does not exist. */
export function isNotFound(thrown: unknown): boolean {
  return thrown instanceof Error && CODES.get(thrown.name) === 'CATALOG_UNKNOWN_TABLE';
}

/** Whether the session token has expired. */
export function isExpired(thrown: unknown): boolean {
  return thrown instanceof Error && EXPIRED.has(thrown.name);
}

/** Converts the failure of a request to a DriverError. */
export function toDriverError(thrown: unknown, target: OperationTarget, signal?: AbortSignal): DriverError {
  if (thrown instanceof DriverError) return thrown;
  if (signal?.aborted === true) return abortError(signal);
  const { operation, table } = target;
  const request = table === undefined ? operation : `${operation} on ${table}`;
  if (thrown instanceof UnconfirmedError)
    return new DriverError(
      'EXEC_UNKNOWN_OUTCOME',
      `${request} may or may not have been applied: ${thrown.message}`,
      {
        cause: thrown.cause,
      },
    );
  if (thrown instanceof TransportError) return fromTransport(thrown, request);
  if (!(thrown instanceof Error)) return new DriverError('DYNAMO_REFUSED', `${request}: ${String(thrown)}`);
  if (thrown.name === 'UnknownOperationException' && operation.startsWith('Transact'))
    return new DriverError(
      'DYNAMO_REFUSED',
      `${operation}: this endpoint does not support transactions; nothing was changed`,
      {
        cause: thrown,
        remedy:
          'Use DynamoDB or DynamoDB Local: the embedded DynamoDB of the demo does not support transactions.',
      },
    );
  if (thrown.name === 'UnknownOperationException')
    return new DriverError('DYNAMO_REFUSED', `this endpoint does not implement ${operation}`, {
      cause: thrown,
      remedy: 'Connect to DynamoDB itself: emulators do not implement all operations.',
    });
  const code = CODES.get(thrown.name) ?? 'DYNAMO_REFUSED';
  const message = thrown.message.replace(ECHO, '');
  const remedy = code === 'AUTH_DENIED' ? DENIED_REMEDIES.get(operation) : undefined;
  return new DriverError(code, `${request}: ${message} (${thrown.name})`, {
    ...(remedy !== undefined && { remedy }),
    ...(message === thrown.message && { cause: thrown }),
    // A write with status 5xx that may have been applied is an UnconfirmedError, handled above.
    ...(thrown instanceof ServiceError && thrown.$metadata.httpStatusCode >= 500 && { retryable: true }),
  });
}

/** Throws if the statement has been cancelled. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortError(signal);
}

function fromTransport(error: TransportError, request: string): DriverError {
  const { kind, host, message } = error;
  switch (kind) {
    case 'aborted':
      return new DriverError('EXEC_CANCELLED', `${request} was cancelled`, { cause: error.cause });
    case 'timeout':
      return new DriverError('EXEC_TIMEOUT', `${request}: ${message} from ${host}`, { cause: error });
    case 'malformed':
      return new DriverError('DYNAMO_MALFORMED', `${request}: malformed response from ${host}: ${message}`, {
        cause: error,
      });
    case 'network':
      return new DriverError('CONN_NETWORK', `${request}: could not reach ${host}: ${message}`, {
        cause: error,
      });
  }
}
