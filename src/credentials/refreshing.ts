import { raceAbort } from '../core/async/abort.ts';
import {
  type CredentialSource,
  type Credentials,
  RENEW_EARLY_MS,
  sealCredentials,
} from '../core/credentials.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import type { TimedPrompts } from './prompt-timeout.ts';
import {
  isLoginFailure,
  createFailureCache,
  LOGIN_FAILURE_TTL_MS,
  type LoginFailureCache,
} from './login-failure-cache.ts';
import { type RetryOptions, retrying, getBackoffMs } from './retrying.ts';

/** Credentials with a short lifetime are renewed in the last fifth of it. */
const RENEW_FRACTION = 5;
const FETCH_TIMEOUT_MS = 60_000;
const BACKGROUND_WAIT_MS = 5000;
const NO_RETRIES: RetryOptions = { maxAttempts: 1, waitMs: 0 };

interface RefreshOptions {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** The timeout of one fetch, including retries. */
  readonly timeoutMs?: number;
  readonly retries?: RetryOptions;
  /** Where rejected sign-ins are remembered; by default in this source only. */
  readonly failureCache?: LoginFailureCache;
  /** The prompts of the sign-in: the timeout is paused while one is open. */
  readonly prompts?: TimedPrompts['prompts'];
  /** The base of the backoff between background renewals. */
  readonly backgroundWaitMs?: number;
  warn?(message: string): void;
}

/** A source that caches its credentials until it is closed. */
export interface RefreshingSource extends CredentialSource {
  /** The cached credentials, if any. */
  latest(): Credentials | undefined;
  /** Replaces credentials that AWS reported as expired, unless another caller has already done so. */
  renew(expired: Credentials, signal: AbortSignal): Promise<Credentials>;
  /** Clears the credentials and aborts a pending fetch. */
  close(): void;
}

/**
 * Caches the credentials of a source. Credentials that expire soon are renewed in the background, and stay in use until
 * they expire if that fails. Without credentials, all callers wait for one shared fetch; a caller's signal ends only its
 * own wait.
 */
export function refreshing(source: CredentialSource, options: RefreshOptions): RefreshingSource {
  const {
    retries = NO_RETRIES,
    failureCache = createFailureCache(),
    timeoutMs = FETCH_TIMEOUT_MS,
    prompts,
  } = options;
  const retried = retrying(source, retries);
  const closing = new AbortController();
  let latest: Credentials | undefined;
  let earlyMs = RENEW_EARLY_MS;
  let pending: Promise<Credentials> | undefined;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const leftMs = ({ expiration }: Credentials): number =>
    expiration === undefined ? Infinity : expiration.getTime() - options.now();

  async function fetch(): Promise<Credentials> {
    const answers = prompts?.countAnswers();
    try {
      const fetched = await withTimeout(retried, closing.signal, timeoutMs, () => prompts?.isOpen() === true);
      const left = leftMs(fetched);
      if (left <= 0) {
        const origin = fetched.origin === undefined ? '' : ` of ${fetched.origin}`;
        const when = fetched.expiration?.toISOString();
        throw new DriverError('AUTH_EXPIRED', `The credentials${origin} expired at ${when}`);
      }
      closing.signal.throwIfAborted();
      latest = sealCredentials(fetched);
      earlyMs = Math.min(RENEW_EARLY_MS, left / RENEW_FRACTION);
      failures = 0;
      return latest;
    } catch (error) {
      // A user who typed something wrong may try again at once.
      if (prompts?.countAnswers() === answers) failureCache.record(error, options.now());
      throw error;
    } finally {
      pending = undefined;
    }
  }

  function renewSoon(): void {
    if (pending !== undefined || timer !== undefined || closing.signal.aborted) return;
    pending = fetch();
    pending.catch((error: unknown) => {
      if (closing.signal.aborted) return;
      if (failures === 0) options.warn?.(`could not refresh the credentials: ${getErrorMessage(error)}`);
      const backoffMs = getBackoffMs(failures, {
        ...retries,
        waitMs: options.backgroundWaitMs ?? BACKGROUND_WAIT_MS,
      });
      failures += 1;
      timer = setTimeout(
        tryAgain,
        isLoginFailure(error) ? Math.max(backoffMs, LOGIN_FAILURE_TTL_MS) : backoffMs,
      );
      timer.unref();
    });
  }

  function tryAgain(): void {
    timer = undefined;
    // Expired credentials are fetched when they are needed.
    if (latest !== undefined && leftMs(latest) > 0) renewSoon();
  }

  async function get(signal: AbortSignal): Promise<Credentials> {
    closing.signal.throwIfAborted();
    if (latest !== undefined) {
      const left = leftMs(latest);
      if (left > 0) {
        if (left <= earlyMs) renewSoon();
        return latest;
      }
    }
    const failure = pending === undefined ? failureCache.get(options.now()) : undefined;
    if (failure !== undefined) throw failure;
    pending ??= fetch();
    return waitFor(pending, signal);
  }

  return Object.assign(get, {
    latest: () => latest,
    async renew(expired: Credentials, signal: AbortSignal): Promise<Credentials> {
      if (latest === expired) latest = undefined;
      return get(signal);
    },
    close(): void {
      latest = undefined;
      clearTimeout(timer);
      closing.abort(new DriverError('CONN_CLOSED', 'The connection was closed'));
    },
  });
}

/** Waits for a shared promise. Since all timers here are unreferenced, it keeps the process alive meanwhile. */
async function waitFor<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const keepAlive = setInterval(() => undefined, 60_000);
  try {
    return await raceAbort(work, signal);
  } finally {
    clearInterval(keepAlive);
  }
}

/** Settles with the source, or fails on close or timeout. The timeout is paused while a prompt is open. */
async function withTimeout(
  source: CredentialSource,
  closing: AbortSignal,
  timeoutMs: number,
  isPaused: () => boolean,
): Promise<Credentials> {
  const timeout = new AbortController();
  const remedy =
    'Check that this machine can reach the services of the sign-in (SSOLoginURL, STSEndpoint, proxy settings), or increase MaxRecoverySeconds.';
  const begin = (): NodeJS.Timeout => setTimeout(end, timeoutMs).unref();
  const end = (): void => {
    if (isPaused()) timer = begin();
    else
      timeout.abort(
        new DriverError('CONN_NETWORK', `the sign-in timed out after ${timeoutMs / 1000} s`, { remedy }),
      );
  };
  let timer = begin();
  const signal = AbortSignal.any([closing, timeout.signal]);
  try {
    return await raceAbort(source(signal), signal);
  } finally {
    clearTimeout(timer);
  }
}
