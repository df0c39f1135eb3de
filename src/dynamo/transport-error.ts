export type TransportFailure = 'network' | 'timeout' | 'malformed' | 'aborted';

/** A request that got no usable answer. The AWS SDK repeats those that carry `$retryable`. */
export class TransportError extends Error {
  readonly kind: TransportFailure;
  readonly host: string;
  readonly $retryable?: { readonly throttling: false };

  constructor(kind: TransportFailure, host: string, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = kind === 'aborted' ? 'AbortError' : 'TransportError';
    this.kind = kind;
    this.host = host;
    if (kind === 'network' || kind === 'malformed') this.$retryable = { throttling: false };
  }
}

/** Why a connection failed; when several addresses were tried, why each did. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.map(reasonOf).join('; ');
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}
