import { DriverError, type ErrorCode } from '../../core/errors.ts';
import type { Vault } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { createHttpSession, type HttpSession, type HttpSessionOptions } from '../../net/http-session.ts';
import { oktaApi } from './api.ts';
import { isIdentityEngine, newEngine, openApplication } from './application.ts';
import { type Authenticated, authenticate, stepUp } from './authenticate.ts';
import { oktaMemory } from './memory.ts';
import type { OktaPrompter, OktaRequest, OktaSignInState } from './visit.ts';

/** What a sign-in at Okta needs of the world. */
export interface OktaWorld {
  readonly http: Omit<HttpSessionOptions, 'signal'>;
  readonly signal: AbortSignal;
  readonly person: OktaPrompter;
  /** Keeps the device's name and pending codes; absent: this process does. */
  readonly vault?: Vault | undefined;
  /** Absent: 3 s. */
  readonly pollMs?: number | undefined;
  /** Milliseconds since 1970, UTC. */
  now(): number;
}

const POLL_MS = 3000;
const MAX_STEP_UPS = 2;
/** How Okta answers to a state token that it does not take. */
const NOT_TAKEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'AUTH_EXPIRED',
  'AUTH_MALFORMED',
  'AUTH_NOT_SUPPORTED',
]);

/** Signs the user in and gives the SAML response for AWS, in base64 as Okta issued it. */
export async function signInAtOkta(request: OktaRequest, world: OktaWorld): Promise<Secret> {
  const { origin } = new URL(request.loginUrl);
  const { signal, person, http } = world;
  const memory = oktaMemory(origin, request.user, world.vault, (message) => person.notice(message));
  await using session = createHttpSession({ ...http, signal });
  if (request.apiToken !== undefined) session.addSecret(request.apiToken);
  // It may come back from a page that is asked before it is sent.
  session.addSecret(request.password);
  const api = oktaApi({
    origin,
    apiToken: request.apiToken,
    session,
    signal,
    now: () => world.now(),
  });
  const visit: OktaSignInState = {
    request,
    api,
    person,
    memory,
    session,
    passCode: request.passCode,
    isStepUp: false,
    signal,
    pollMs: world.pollMs ?? POLL_MS,
    now: () => world.now(),
  };
  // Okta knows a remembered device by this cookie; it goes along from the first request on.
  if (request.rememberDevice) session.setCookie(origin, 'DT', await memory.deviceToken());
  const response = await responseFor(await authenticate(visit), visit, session);
  const given = session.cookie(origin, 'DT');
  if (request.rememberDevice && given !== undefined) await memory.keepDeviceToken(given);
  return response;
}

/** Opens the application with what the sign-in gave, and goes through the further steps that it asks for. */
async function responseFor(
  first: Authenticated,
  visit: OktaSignInState,
  session: HttpSession,
): Promise<Secret> {
  let outcome = first;
  for (let steps = 0; steps <= MAX_STEP_UPS; steps += 1) {
    const page = await openApplication(addressFor(outcome, visit.request.loginUrl), session);
    if (page.kind === 'response') return page.encoded;
    outcome = await furtherStep(page.stateToken, visit, session);
  }
  throw new DriverError('AUTH_MALFORMED', 'Okta asks for one sign-in step after another and never ends');
}

function addressFor(outcome: Authenticated, loginUrl: string): string {
  if (outcome.kind === 'continue') return outcome.url ?? loginUrl;
  const url = new URL(loginUrl);
  url.searchParams.set('onetimetoken', outcome.token.reveal());
  return url.href;
}

async function furtherStep(
  stateToken: Secret,
  visit: OktaSignInState,
  session: HttpSession,
): Promise<Authenticated> {
  try {
    return await stepUp(stateToken, visit);
  } catch (error) {
    // Only the classic engine takes a page's state token from a program.
    const isNotTaken = error instanceof DriverError && NOT_TAKEN.has(error.code);
    if (isNotTaken && (await isIdentityEngine(visit.api.origin, session)))
      throw newEngine(visit.api.origin, error);
    throw error;
  }
}
