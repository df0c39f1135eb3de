import { Secret } from '../../core/secret.ts';
import { type Redactor, redactNothing } from '../../net/redactor.ts';
import { resolveSameOrigin } from '../../net/redirects.ts';

/** A second factor of the user. */
export interface OktaFactor {
  readonly id: string;
  /** Okta's word for the kind: `push`, `sms`, `token:software:totp` … */
  readonly type: string;
  readonly provider: string;
  /** Where it reaches the user, masked by Okta: a phone number, an address, a device. */
  readonly reaches: string;
  /** Where codes are asked for and answered. */
  readonly verifyUrl: string | undefined;
  /** The number to choose in the app, where Okta asks for one. */
  readonly number: string | undefined;
}

/** One answer of Okta's authentication API. */
export interface OktaAnswer {
  readonly status: string;
  readonly stateToken: Secret | undefined;
  readonly sessionToken: Secret | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  readonly factorResult: string | undefined;
  /** The factors to choose from, or the one that is under way. */
  readonly factors: readonly OktaFactor[];
  /** Whether the organisation lets this device be remembered. */
  readonly mayRemember: boolean;
  /** The name of the next step. */
  readonly next: string | undefined;
  /** The address of a step, always at the organisation itself. */
  link(name: string): string | undefined;
}

const MAX_FACTORS = 50;

/**
 * Reads an answer. Links that lead elsewhere than to the organisation's origin are an error: they would carry secrets.
 * What is shown of it passes `redact`.
 */
export function readAnswer(json: unknown, origin: string, redact: Redactor = redactNothing): OktaAnswer {
  const status = textAt(json, 'status');
  const stateToken = textAt(json, 'stateToken');
  const sessionToken = textAt(json, 'sessionToken');
  const expiresAt = Date.parse(textAt(json, 'expiresAt') ?? '');
  const one = at(json, '_embedded', 'factor');
  const several = at(json, '_embedded', 'factors');
  const factors = Array.isArray(several) ? several.slice(0, MAX_FACTORS) : one === undefined ? [] : [one];
  return {
    // Between a state token and the first step, Okta names no state.
    status: status ?? (stateToken === undefined ? 'SUCCESS' : 'UNAUTHENTICATED'),
    stateToken: stateToken === undefined ? undefined : new Secret(stateToken),
    sessionToken: sessionToken === undefined ? undefined : new Secret(sessionToken),
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
    factorResult: textAt(json, 'factorResult'),
    factors: factors.map((factor: unknown) => readFactor(factor, origin, redact)),
    mayRemember: at(json, '_embedded', 'policy', 'allowRememberDevice') === true,
    next: textAt(json, '_links', 'next', 'name'),
    link: (name) => linkOf(json, name, origin),
  };
}

function readFactor(json: unknown, origin: string, redact: Redactor): OktaFactor {
  const profile = at(json, 'profile');
  const reaches = textAt(profile, 'phoneNumber') ?? textAt(profile, 'email') ?? textAt(profile, 'name') ?? '';
  const number = at(json, '_embedded', 'challenge', 'correctAnswer');
  return {
    id: textAt(json, 'id') ?? '',
    type: redact(textAt(json, 'factorType') ?? ''),
    provider: redact(textAt(json, 'provider') ?? ''),
    reaches: shown(redact(reaches)),
    verifyUrl: linkOf(json, 'verify', origin),
    number:
      typeof number === 'number' || typeof number === 'string' ? shown(redact(String(number))) : undefined,
  };
}

/** Okta gives one link or a list of them under one name. */
function linkOf(json: unknown, name: string, origin: string): string | undefined {
  const found = at(json, '_links', name);
  const href = textAt(Array.isArray(found) ? found[0] : found, 'href');
  return href === undefined ? undefined : resolveSameOrigin(new URL(origin), href, 'links').href;
}

/** A value inside an answer; only what the answer itself has, never what objects inherit. */
export function at(json: unknown, ...path: readonly string[]): unknown {
  let value = json;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

/** A text inside an answer; an empty one counts as absent. */
export function textAt(json: unknown, ...path: readonly string[]): string | undefined {
  const value = at(json, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A server's words as they may be shown on a terminal. */
export function shown(text: string): string {
  return text
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 200);
}
