import { tryParseObject } from '../json/parse-object.ts';

/** Why a request got no usable answer. */
export type TransportFailure = 'network' | 'timeout' | 'malformed' | 'aborted';

interface TransportDetails {
  readonly host: string;
  readonly reason: string;
  readonly signal?: AbortSignal | undefined;
  readonly cause?: unknown;
}

/** A request that got no usable answer. The AWS SDK repeats those that carry `$retryable`. */
export class TransportError extends Error {
  readonly kind: TransportFailure;
  readonly host: string;
  /** The signal of the request, so that the wait before a retry ends with it. */
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

/** A request that must not be sent twice, and whose first try may have taken place: nobody repeats it. */
export class UnconfirmedError extends Error {
  constructor(cause: unknown) {
    super(explainFailure(cause), { cause });
    this.name = 'UnconfirmedError';
  }
}

interface ErrorAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** DynamoDB's own error, with what the AWS SDK looks at when it decides on a retry and on the clock. */
export class ServiceError extends Error {
  readonly signal: AbortSignal | undefined;
  readonly $metadata: { readonly httpStatusCode: number };
  readonly $response: { readonly statusCode: number; readonly headers: Record<string, string> };
  /** All that the answer says, as DynamoDB's JSON. */
  readonly answer: object;

  constructor({ statusCode, headers, body }: ErrorAnswer, signal?: AbortSignal) {
    const answer = tryParseObject(body.toString()) ?? {};
    const said = collectStrings(answer);
    super(said.get('message') ?? said.get('Message') ?? `HTTP status ${statusCode}`);
    this.name = (said.get('__type') ?? headers['x-amzn-errortype'] ?? 'UnknownError')
      .replace(/^.*#/, '')
      .replace(/:.*$/, '');
    this.signal = signal;
    this.answer = answer;
    this.$metadata = { httpStatusCode: statusCode };
    this.$response = { statusCode, headers };
  }
}

/** Why a connection failed; when several addresses were tried, why each did. */
export function explainFailure(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.map(explainFailure).join('; ');
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}

/** The texts of a JSON object; none where it is something else, as what proxies answer often is. */
function collectStrings(answer: object): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(answer)) {
    if (typeof value === 'string') texts.set(name, value);
  }
  return texts;
}
