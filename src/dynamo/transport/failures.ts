import { tryParseObject } from '../json/parse-object.ts';

/** Why a request has no usable response. */
export type TransportFailure = 'network' | 'timeout' | 'malformed' | 'aborted';

interface TransportDetails {
  readonly host: string;
  readonly reason: string;
  readonly signal?: AbortSignal | undefined;
  readonly cause?: unknown;
}

/** A request without a usable response. The AWS SDK retries those with `$retryable`. */
export class TransportError extends Error {
  readonly kind: TransportFailure;
  readonly host: string;
  /** The signal of the request, which also ends the wait before a retry. */
  readonly signal: AbortSignal | undefined;
  readonly $retryable?: { readonly throttling: false };

  constructor(kind: TransportFailure, { host, reason, signal, cause }: TransportDetails) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = kind === 'aborted' ? 'AbortError' : 'TransportError';
    this.kind = kind;
    this.host = host;
    this.signal = signal;
    if (kind === 'network' || kind === 'malformed') this.$retryable = { throttling: false };
  }
}

/** A request that must not be sent twice and may have been applied: it is not retried. */
export class UnconfirmedError extends Error {
  constructor(cause: unknown) {
    super(explainFailure(cause), { cause });
    this.name = 'UnconfirmedError';
  }
}

interface ErrorResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** An error response of DynamoDB, with the properties by which the AWS SDK decides on retries and corrects the clock. */
export class ServiceError extends Error {
  readonly signal: AbortSignal | undefined;
  readonly $metadata: { readonly httpStatusCode: number };
  readonly $response: { readonly statusCode: number; readonly headers: Record<string, string> };
  /** The parsed response body. */
  readonly body: object;

  constructor({ statusCode, headers, body }: ErrorResponse, signal?: AbortSignal) {
    const content = tryParseObject(body.toString()) ?? {};
    const strings = collectStrings(content);
    super(strings.get('message') ?? strings.get('Message') ?? `HTTP status ${statusCode}`);
    this.name = (strings.get('__type') ?? headers['x-amzn-errortype'] ?? 'UnknownError')
      .replace(/^.*#/, '')
      .replace(/:.*$/, '');
    this.signal = signal;
    this.body = content;
    this.$metadata = { httpStatusCode: statusCode };
    this.$response = { statusCode, headers };
  }
}

/** Why a connection failed, for each address that was tried. */
export function explainFailure(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.map(explainFailure).join('; ');
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}

/** The string members of an object. */
function collectStrings(object: object): ReadonlyMap<string, string> {
  const strings = new Map<string, string>();
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === 'string') strings.set(name, value);
  }
  return strings;
}
