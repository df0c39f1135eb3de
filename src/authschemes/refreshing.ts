import { abandonable } from '../core/abandonable.ts';
import { type CredentialSource, type Credentials, sealCredentials } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';

/** Credentials are renewed this long before they expire. */
export const EARLY_MS = 5 * 60_000;
const FETCH_TIMEOUT_MS = 60_000;

interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** The longest that one fetch may take. */
  readonly timeoutMs?: number;
}

/** A source that remembers, until it is closed. */
export interface RefreshingSource extends CredentialSource {
  /** What was fetched last, if anything was. */
  latest(): Credentials | undefined;
  /** Forgets the credentials and ends a fetch that is under way. */
  close(): void;
}

/**
 * Gives a source a memory. Whoever asks while a fetch is under way waits for that fetch; a failure is told to those who
 * waited and then forgotten. The fetch belongs to nobody, so a waiter's signal ends only its own wait.
 */
export function refreshing(source: CredentialSource, clock: Clock): RefreshingSource {
  const closing = new AbortController();
  let latest: Credentials | undefined;
  let flight: Promise<Credentials> | undefined;

  const isFresh = (credentials: Credentials, spareMs: number): boolean =>
    credentials.expiration === undefined || credentials.expiration.getTime() - clock.now() > spareMs;

  async function fetch(): Promise<Credentials> {
    try {
      const fetched = await withTimeout(source, closing.signal, clock.timeoutMs ?? FETCH_TIMEOUT_MS);
      if (!isFresh(fetched, 0)) {
        const origin = fetched.origin === undefined ? '' : ` of ${fetched.origin}`;
        throw new DriverError(
          'AUTH_EXPIRED',
          `The credentials${origin} expired at ${fetched.expiration?.toISOString()}`,
        );
      }
      closing.signal.throwIfAborted();
      latest = sealCredentials(fetched);
      return latest;
    } catch (error) {
      // What is still good is better than nothing; the next one who asks tries again.
      if (latest !== undefined && isFresh(latest, 0) && !closing.signal.aborted) return latest;
      throw error;
    } finally {
      flight = undefined;
    }
  }

  async function get(signal: AbortSignal): Promise<Credentials> {
    closing.signal.throwIfAborted();
    if (latest !== undefined && isFresh(latest, EARLY_MS)) return latest;
    flight ??= fetch();
    return abandonable(flight, signal);
  }

  return Object.assign(get, {
    latest: () => latest,
    close(): void {
      latest = undefined;
      closing.abort(new DriverError('CONN_CLOSED', 'The connection was closed'));
    },
  });
}

/** The source's answer, its failure, the closing of the connection or the end of the time, whichever comes first. */
async function withTimeout(
  source: CredentialSource,
  closing: AbortSignal,
  timeoutMs: number,
): Promise<Credentials> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new DriverError('CONN_NETWORK', `No credentials came within ${timeoutMs / 1000} s`));
  }, timeoutMs);
  timer.unref();
  const signal = AbortSignal.any([closing, late.signal]);
  try {
    return await abandonable(source(signal), signal);
  } finally {
    clearTimeout(timer);
  }
}
