import { abortError } from '../../core/async/abort.ts';
import { DriverError, type ErrorCode } from '../../core/errors.ts';
import { ServiceError, TransportError, UnconfirmedError } from './failures.ts';

/** What was being done when it failed. */
export interface OperationTarget {
  readonly operation: string;
  readonly table?: string | undefined;
}

/** DynamoDB's names of its errors, and what each is to us. Whatever is not here is DYNAMO_REFUSED. */
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

const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException']);

/** After these words AWS repeats the request it got, session token and signature included. */
const ECHO = /\s*(?:\n|The Canonical String|Authorization=)[^]*$/;

/** Whether DynamoDB said "slow down". */
export function isThrottle({ name, $metadata }: ServiceError): boolean {
  return $metadata.httpStatusCode === 429 || CODES.get(name) === 'DYNAMO_THROTTLED';
}

/** Whether DynamoDB said that there is no such table or index. */
export function isNotFound(thrown: unknown): boolean {
  return thrown instanceof Error && CODES.get(thrown.name) === 'CATALOG_UNKNOWN_TABLE';
}

/** Whether DynamoDB said that the session of the credentials is over. */
export function isExpired(thrown: unknown): boolean {
  return thrown instanceof Error && EXPIRED.has(thrown.name);
}

/** What the driver throws for anything that went wrong with a request. */
export function toDriverError(thrown: unknown, doing: OperationTarget, signal?: AbortSignal): DriverError {
  if (thrown instanceof DriverError) return thrown;
  if (signal?.aborted === true) return abortError(signal);
  const what = doing.table === undefined ? doing.operation : `${doing.operation} on ${doing.table}`;
  if (thrown instanceof UnconfirmedError)
    return new DriverError('EXEC_UNKNOWN_OUTCOME', `${what} may have taken place or not: ${thrown.message}`, {
      cause: thrown.cause,
    });
  if (thrown instanceof TransportError) return fromTransport(thrown, what);
  if (!(thrown instanceof Error)) return new DriverError('DYNAMO_REFUSED', `${what}: ${String(thrown)}`);
  if (thrown.name === 'UnknownOperationException' && doing.operation.startsWith('Transact'))
    return new DriverError(
      'DYNAMO_REFUSED',
      `${what}: this DynamoDB has no transactions; nothing was done.`,
      {
        cause: thrown,
        remedy: 'The embedded DynamoDB of the demo has none: DynamoDB itself and DynamoDB Local have them.',
      },
    );
  if (thrown.name === 'UnknownOperationException')
    return new DriverError('DYNAMO_REFUSED', `${what}: this DynamoDB knows no such request.`, {
      cause: thrown,
      remedy: 'An emulator may not know all of them; DynamoDB itself does.',
    });
  const code = CODES.get(thrown.name) ?? 'DYNAMO_REFUSED';
  const said = thrown.message.replace(ECHO, '');
  return new DriverError(code, `${what}: ${said} (${thrown.name})`, {
    ...(said === thrown.message && { cause: thrown }),
    // A 5xx that may have written something is an UnconfirmedError, handled above.
    ...(thrown instanceof ServiceError && thrown.$metadata.httpStatusCode >= 500 && { retryable: true }),
  });
}

/** Throws where the statement was cancelled already. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortError(signal);
}

function fromTransport(error: TransportError, what: string): DriverError {
  const { kind, host, message } = error;
  switch (kind) {
    case 'aborted':
      return new DriverError('EXEC_CANCELLED', `${what} was cancelled`, { cause: error.cause });
    case 'timeout':
      return new DriverError('EXEC_TIMEOUT', `${what}: ${host} gave ${message}`, { cause: error });
    case 'malformed':
      return new DriverError('DYNAMO_MALFORMED', `${what}: from ${host}, ${message}`, { cause: error });
    case 'network':
      return new DriverError('CONN_NETWORK', `${what}: cannot talk to ${host}: ${message}`, { cause: error });
  }
}
