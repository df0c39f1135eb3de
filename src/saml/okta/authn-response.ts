import { Secret } from '../../core/secret.ts';
import { type Redactor, redactNothing } from '../../net/redactor.ts';
import { resolveSameOrigin } from '../../net/redirects.ts';

/** A second factor of the user. */
export interface OktaFactor {
  readonly id: string;
  /** Okta's factor type: `push`, `sms`, `token:software:totp` … */
  readonly type: string;
  readonly provider: string;
  /** The masked phone number, email address or device name. */
  readonly reaches: string;
  /** The URL to request and verify codes. */
  readonly verifyUrl: string | undefined;
  /** The number to choose in the app, if Okta requires one. */
  readonly number: string | undefined;
}

/** A response of Okta's authentication API. */
export interface AuthnResponse {
  readonly status: string;
  readonly stateToken: Secret | undefined;
  readonly sessionToken: Secret | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  readonly factorResult: string | undefined;
  /** The factors to choose from, or the active one. */
  readonly factors: readonly OktaFactor[];
  /** Whether the organization allows remembering this device. */
  readonly mayRemember: boolean;
  /** The name of the next step. */
  readonly next: string | undefined;
  /** The URL of a step, always on the organization's origin. */
  link(name: string): string | undefined;
}

const MAX_FACTORS = 50;

/**
 * Reads a response. Links to other origins are an error, since secrets would be sent to them. Text for display passes
 * through `redact`.
 */
export function readAuthnResponse(
  json: unknown,
  origin: string,
  redact: Redactor = redactNothing,
): AuthnResponse {
  const status = getString(json, 'status');
  const stateToken = getString(json, 'stateToken');
  const sessionToken = getString(json, 'sessionToken');
  const expiresAt = Date.parse(getString(json, 'expiresAt') ?? '');
  const single = getMember(json, '_embedded', 'factor');
  const list = getMember(json, '_embedded', 'factors');
  const factors = Array.isArray(list) ? list.slice(0, MAX_FACTORS) : single === undefined ? [] : [single];
  return {
    // Before the first step, Okta sends a state token without a status.
    status: status ?? (stateToken === undefined ? 'SUCCESS' : 'UNAUTHENTICATED'),
    stateToken: stateToken === undefined ? undefined : new Secret(stateToken),
    sessionToken: sessionToken === undefined ? undefined : new Secret(sessionToken),
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
    factorResult: getString(json, 'factorResult'),
    factors: factors.map((factor: unknown) => readFactor(factor, origin, redact)),
    mayRemember: getMember(json, '_embedded', 'policy', 'allowRememberDevice') === true,
    next: getString(json, '_links', 'next', 'name'),
    link: (name) => resolveLink(json, name, origin),
  };
}

function readFactor(json: unknown, origin: string, redact: Redactor): OktaFactor {
  const profile = getMember(json, 'profile');
  const reaches =
    getString(profile, 'phoneNumber') ?? getString(profile, 'email') ?? getString(profile, 'name') ?? '';
  const number = getMember(json, '_embedded', 'challenge', 'correctAnswer');
  return {
    id: getString(json, 'id') ?? '',
    type: redact(getString(json, 'factorType') ?? ''),
    provider: redact(getString(json, 'provider') ?? ''),
    reaches: toDisplayText(redact(reaches)),
    verifyUrl: resolveLink(json, 'verify', origin),
    number:
      typeof number === 'number' || typeof number === 'string'
        ? toDisplayText(redact(String(number)))
        : undefined,
  };
}

/** Okta returns one link or a list of links under a name. */
function resolveLink(json: unknown, name: string, origin: string): string | undefined {
  const link = getMember(json, '_links', name);
  const href = getString(Array.isArray(link) ? link[0] : link, 'href');
  return href === undefined ? undefined : resolveSameOrigin(new URL(origin), href, 'links').href;
}

/** A nested member of a JSON value; own members only, never inherited ones. */
export function getMember(json: unknown, ...path: readonly string[]): unknown {
  let value = json;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

/** A nested string member; undefined if it is empty. */
export function getString(json: unknown, ...path: readonly string[]): string | undefined {
  const value = getMember(json, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Text from a server, ready for display on a terminal. */
export function toDisplayText(text: string): string {
  return text
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 200);
}
