import { setTimeout as pause } from 'node:timers/promises';
import { raceAbort } from '../../core/async/abort.ts';
import { DriverError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { HttpSession, SessionResponse } from '../../net/http-session.ts';
import { readAnswer } from './answer.ts';
import { type OktaRefusal, type OktaStep, oktaError } from './errors.ts';
import type { OktaApi } from './visit.ts';

/** What the API of one organisation is reached with. */
export interface OktaApiOptions {
  readonly origin: string;
  readonly apiToken: Secret | undefined;
  readonly session: HttpSession;
  readonly signal: AbortSignal;
  now(): number;
}

/** A limit that ends sooner than this is waited for, once. */
const WORTH_WAITING_MS = 30_000;
/** The end of a sign-in is told to Okta, but nobody waits longer for it. */
const FAREWELL_MS = 3000;

/** Talks to Okta's authentication API. */
export function oktaApi(options: OktaApiOptions): OktaApi {
  const { origin, apiToken, session, signal } = options;

  async function post(url: string, body: Readonly<Record<string, unknown>>): Promise<SessionResponse> {
    const headers = {
      accept: 'application/json',
      // No other page of the organisation gets to see the token.
      ...(apiToken === undefined ? {} : { authorization: `SSWS ${apiToken.reveal()}` }),
    };
    const text = new Secret(JSON.stringify(revealed(body)));
    return session.send({ url, headers, body: { type: 'application/json', text }, maxRedirects: 0 });
  }

  /** The fields as they are sent; answers that repeat a secret one are shown without it. */
  function revealed(body: Readonly<Record<string, unknown>>): object {
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
      const waitMs = waitOf(answer, options.now());
      if (waitMs !== undefined && waitMs <= WORTH_WAITING_MS) {
        await raceAbort(pause(Math.max(waitMs, 0), undefined, { ref: false }), signal);
        answer = await post(url, body);
      }
      const json = jsonOf(answer);
      if (answer.status === 200 && json !== undefined) return readAnswer(json, origin, answer.redact);
      const { status, redact } = answer;
      const refusal: OktaRefusal = { status, json, limitedUntil: limitOf(answer), redact };
      throw oktaError(refusal, step, apiToken !== undefined, origin);
    },
    async cancel(url, stateToken) {
      try {
        const text = new Secret(JSON.stringify({ stateToken: stateToken.reveal() }));
        await session.send({
          url,
          headers: { accept: 'application/json' },
          body: { type: 'application/json', text },
          maxRedirects: 0,
          afterAbortMs: FAREWELL_MS,
        });
      } catch (error) {
        // Okta ends it by itself after some minutes, and the sign-in has failed for a reason of its own.
        if (!(error instanceof DriverError)) throw error;
      }
    },
  };
}

function jsonOf(answer: SessionResponse): unknown {
  try {
    const json: unknown = JSON.parse(answer.text);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

/** How long a limit lasts yet, by Okta's own clock where it tells; undefined where none was met or its end is not known. */
function waitOf(answer: SessionResponse, now: number): number | undefined {
  const until = answer.status === 429 ? limitOf(answer) : undefined;
  if (until === undefined) return undefined;
  const theirs = Date.parse(answer.headers('date')[0] ?? '');
  return until - (Number.isNaN(theirs) ? now : theirs);
}

/** When the limit on requests ends: the header counts seconds since 1970. */
function limitOf(answer: SessionResponse): number | undefined {
  const [seconds = ''] = answer.headers('x-rate-limit-reset');
  return /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
