import { raceAbort } from '../core/async/abort.ts';
import {
  type CredentialSource,
  type Credentials,
  RENEW_EARLY_MS,
  sealCredentials,
} from '../core/credentials.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import type { PromptWait } from './prompt-timeout.ts';
import {
  isLoginFailure,
  privateFailureCache,
  REFUSAL_MS,
  type LoginFailureCache,
} from './login-failure-cache.ts';
import { type Retries, retrying, waitBefore } from './retrying.ts';

/** Those that last for minutes only are renewed in the last part of them. */
const LAST_PART = 5;
const FETCH_TIMEOUT_MS = 60_000;
const BACKGROUND_WAIT_MS = 5000;
const NO_RETRIES: Retries = { maxAttempts: 1, waitMs: 0 };

interface Settings {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** The longest that one fetch may take, repetitions included. */
  readonly timeoutMs?: number;
  readonly retries?: Retries;
  /** Where refusals are remembered; absent: here only. */
  readonly refusal?: LoginFailureCache;
  /** The person who signs in, and whether that person is being asked something: no time limit runs meanwhile. */
  readonly person?: PromptWait['person'];
  /** What the first wait before another try in the background is drawn from. */
  readonly backgroundWaitMs?: number;
  warn?(message: string): void;
}

/** A source that remembers, until it is closed. */
export interface RefreshingSource extends CredentialSource {
  /** What was fetched last, if anything was. */
  latest(): Credentials | undefined;
  /** Others than these, which AWS calls expired: a fetch only where nobody else has renewed them meanwhile. */
  renew(expired: Credentials, signal: AbortSignal): Promise<Credentials>;
  /** Forgets the credentials and ends a fetch that is under way. */
  close(): void;
}

/**
 * Gives a source a memory. Credentials that expire soon are renewed in the background; should that fail they stay in
 * use while they are good. Whoever asks while there are none waits for the fetch under way: it belongs to nobody, so a
 * waiter's signal ends only its own wait.
 */
export function refreshing(source: CredentialSource, settings: Settings): RefreshingSource {
  const {
    retries = NO_RETRIES,
    refusal = privateFailureCache(),
    timeoutMs = FETCH_TIMEOUT_MS,
    person,
  } = settings;
  const patient = retrying(source, retries);
  const closing = new AbortController();
  let latest: Credentials | undefined;
  let earlyMs = RENEW_EARLY_MS;
  let flight: Promise<Credentials> | undefined;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const leftMs = ({ expiration }: Credentials): number =>
    expiration === undefined ? Infinity : expiration.getTime() - settings.now();

  async function fetch(): Promise<Credentials> {
    const answers = person?.answers();
    try {
      const fetched = await withTimeout(patient, closing.signal, timeoutMs, () => person?.isAsked() === true);
      const left = leftMs(fetched);
      if (left <= 0) {
        const origin = fetched.origin === undefined ? '' : ` of ${fetched.origin}`;
        const when = fetched.expiration?.toISOString();
        throw new DriverError('AUTH_EXPIRED', `The credentials${origin} expired at ${when}`);
      }
      closing.signal.throwIfAborted();
      latest = sealCredentials(fetched);
      earlyMs = Math.min(RENEW_EARLY_MS, left / LAST_PART);
      failures = 0;
      return latest;
    } catch (error) {
      // A person who types has time to think, and should see what became of it.
      if (person?.answers() === answers) refusal.note(error, settings.now());
      throw error;
    } finally {
      flight = undefined;
    }
  }

  function renewSoon(): void {
    if (flight !== undefined || timer !== undefined || closing.signal.aborted) return;
    flight = fetch();
    flight.catch((error: unknown) => {
      if (closing.signal.aborted) return;
      if (failures === 0) settings.warn?.(`Credentials could not be renewed yet: ${getErrorMessage(error)}`);
      const again = waitBefore(failures, {
        ...retries,
        waitMs: settings.backgroundWaitMs ?? BACKGROUND_WAIT_MS,
      });
      failures += 1;
      timer = setTimeout(tryAgain, isLoginFailure(error) ? Math.max(again, REFUSAL_MS) : again);
      timer.unref();
    });
  }

  function tryAgain(): void {
    timer = undefined;
    // Once they have expired, whoever needs them asks.
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
    const refused = flight === undefined ? refusal.current(settings.now()) : undefined;
    if (refused !== undefined) throw refused;
    flight ??= fetch();
    return waitFor(flight, signal);
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

/** Waits as one of several. Timers here let the process end; whoever waits does not. */
async function waitFor<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const alive = setInterval(() => undefined, 60_000);
  try {
    return await raceAbort(work, signal);
  } finally {
    clearInterval(alive);
  }
}

/** The source's answer, its failure, the closing of the connection or the end of the time, whichever comes first. */
async function withTimeout(
  source: CredentialSource,
  closing: AbortSignal,
  timeoutMs: number,
  isPaused: () => boolean,
): Promise<Credentials> {
  const late = new AbortController();
  const remedy =
    'Check that the services of the sign-in can be reached from here (SSOLoginURL, STSEndpoint, proxy settings). MaxRecoverySeconds sets the limit.';
  const begin = (): NodeJS.Timeout => setTimeout(end, timeoutMs).unref();
  const end = (): void => {
    if (isPaused()) timer = begin();
    else
      late.abort(
        new DriverError('CONN_NETWORK', `No credentials came within ${timeoutMs / 1000} s`, { remedy }),
      );
  };
  let timer = begin();
  const signal = AbortSignal.any([closing, late.signal]);
  try {
    return await raceAbort(source(signal), signal);
  } finally {
    clearTimeout(timer);
  }
}
