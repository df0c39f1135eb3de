import { DriverError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { HttpSession, SessionResponse } from '../../net/http-session.ts';
import { readAuthnResponse } from './authn-response.ts';
import { type OktaErrorResponse, type OktaStep, toOktaError } from './errors.ts';
import type { OktaApi } from './sign-in-state.ts';

/** The options of an API client for one organization. */
export interface OktaApiOptions {
  readonly origin: string;
  readonly apiToken: Secret | undefined;
  readonly session: HttpSession;
  readonly signal: AbortSignal;
  now(): number;
  /** Waits for a rate limit. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** A rate limit that resets within this time is waited for, once. */
const MAX_RATE_LIMIT_WAIT_MS = 30_000;
/** The timeout for cancelling a sign-in at Okta. */
const CANCEL_TIMEOUT_MS = 3000;

/** A client of Okta's authentication API. */
export function createOktaApi(options: OktaApiOptions): OktaApi {
  const { origin, apiToken, session, signal } = options;

  async function post(url: string, body: Readonly<Record<string, unknown>>): Promise<SessionResponse> {
    const headers = {
      accept: 'application/json',
      // Sent only to the API, not to pages of the organization.
      ...(apiToken === undefined ? {} : { authorization: `SSWS ${apiToken.reveal()}` }),
    };
    const text = new Secret(JSON.stringify(revealSecrets(body)));
    return session.send({ url, headers, body: { type: 'application/json', text }, maxRedirects: 0 });
  }

  /** The fields with their secrets, which are masked in responses from now on. */
  function revealSecrets(body: Readonly<Record<string, unknown>>): object {
    const fields = Object.entries(body).map(([name, value]) => {
      if (!(value instanceof Secret)) return [name, value] as const;
      session.addSecret(value);
      return [name, value.reveal()] as const;
    });
    return Object.fromEntries(fields);
  }

  return {
    origin,
    async send(url, body, step: OktaStep) {
      let answer = await post(url, body);
      const waitMs = getRateLimitWait(answer, options.now());
      if (waitMs !== undefined && waitMs <= MAX_RATE_LIMIT_WAIT_MS) {
        await options.wait(Math.max(waitMs, 0), signal);
        answer = await post(url, body);
      }
      const json = parseObject(answer);
      if (answer.status === 200 && json !== undefined) return readAuthnResponse(json, origin, answer.redact);
      const { status, redact } = answer;
      const error: OktaErrorResponse = { status, json, limitedUntil: getRateLimitReset(answer), redact };
      throw toOktaError(error, step, apiToken !== undefined, origin);
    },
    async cancel(url, stateToken) {
      try {
        const text = new Secret(JSON.stringify({ stateToken: stateToken.reveal() }));
        await session.send({
          url,
          headers: { accept: 'application/json' },
          body: { type: 'application/json', text },
          maxRedirects: 0,
          afterAbortMs: CANCEL_TIMEOUT_MS,
        });
      } catch (error) {
        // Not important: Okta ends the sign-in after some minutes, and its own error is more useful.
        if (!(error instanceof DriverError)) throw error;
      }
    },
  };
}

function parseObject(answer: SessionResponse): unknown {
  try {
    const json: unknown = JSON.parse(answer.text);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

/** How long to wait for a rate limit, by Okta's clock if it sends one; undefined without a limit or a known reset. */
function getRateLimitWait(answer: SessionResponse, now: number): number | undefined {
  const until = answer.status === 429 ? getRateLimitReset(answer) : undefined;
  if (until === undefined) return undefined;
  const oktaNow = Date.parse(answer.headers('date')[0] ?? '');
  return until - (Number.isNaN(oktaNow) ? now : oktaNow);
}

/** When the rate limit resets; the header is in seconds since 1970. */
function getRateLimitReset(answer: SessionResponse): number | undefined {
  const [seconds = ''] = answer.headers('x-rate-limit-reset');
  return /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
