import { DriverError, type ErrorCode } from '../../core/errors.ts';
import type { Vault } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { createHttpSession, type HttpSession, type HttpSessionOptions } from '../../net/http-session.ts';
import { createOktaApi } from './api.ts';
import { isIdentityEngine, identityEngineError, openApplication } from './application.ts';
import { type Authenticated, authenticate, stepUp } from './authenticate.ts';
import { openOktaMemory } from './memory.ts';
import type { OktaPrompter, OktaRequest, OktaSignInState } from './sign-in-state.ts';

/** The environment of a sign-in at Okta. */
export interface OktaContext {
  readonly http: Omit<HttpSessionOptions, 'signal'>;
  readonly signal: AbortSignal;
  readonly prompter: OktaPrompter;
  /** Stores the device token and pending codes; by default they last as long as the process. */
  readonly vault?: Vault | undefined;
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Waits between polls and for a rate limit. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const MAX_STEP_UPS = 2;
/** Okta's errors for a state token that it does not accept. */
const NOT_ACCEPTED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'AUTH_EXPIRED',
  'AUTH_MALFORMED',
  'AUTH_NOT_SUPPORTED',
]);

/** Signs the user in and returns the base64-encoded SAML response for AWS. */
export async function signInToOkta(request: OktaRequest, context: OktaContext): Promise<Secret> {
  const { origin } = new URL(request.loginUrl);
  const { signal, prompter, http } = context;
  const memory = openOktaMemory(origin, request.user, context.vault, (message) => prompter.notice(message));
  await using session = createHttpSession({ ...http, signal });
  if (request.apiToken !== undefined) session.addSecret(request.apiToken);
  // A page may echo it even before it is sent.
  session.addSecret(request.password);
  const api = createOktaApi({
    origin,
    apiToken: request.apiToken,
    session,
    signal,
    now: () => context.now(),
    wait: (ms, aborted) => context.wait(ms, aborted),
  });
  const state: OktaSignInState = {
    request,
    api,
    prompter,
    memory,
    session,
    passCode: request.passCode,
    isStepUp: false,
    signal,
    now: () => context.now(),
    wait: (ms, aborted) => context.wait(ms, aborted),
  };
  // Okta recognizes a remembered device by this cookie, from the first request on.
  if (request.rememberDevice) session.setCookie(origin, 'DT', await memory.deviceToken());
  const response = await fetchResponse(await authenticate(state), state, session);
  const deviceToken = session.cookie(origin, 'DT');
  if (request.rememberDevice && deviceToken !== undefined) await memory.saveDeviceToken(deviceToken);
  return response;
}

/** Opens the application with the result of the sign-in, and completes the further steps that it requires. */
async function fetchResponse(
  first: Authenticated,
  state: OktaSignInState,
  session: HttpSession,
): Promise<Secret> {
  let outcome = first;
  for (let steps = 0; steps <= MAX_STEP_UPS; steps += 1) {
    const page = await openApplication(resolveApplicationUrl(outcome, state.request.loginUrl), session);
    if (page.kind === 'response') return page.encoded;
    outcome = await tryStepUp(page.stateToken, state, session);
  }
  throw new DriverError('AUTH_MALFORMED', 'Okta keeps requesting further sign-in steps');
}

function resolveApplicationUrl(outcome: Authenticated, loginUrl: string): string {
  if (outcome.kind === 'continue') return outcome.url ?? loginUrl;
  const url = new URL(loginUrl);
  url.searchParams.set('onetimetoken', outcome.token.reveal());
  return url.href;
}

async function tryStepUp(
  stateToken: Secret,
  state: OktaSignInState,
  session: HttpSession,
): Promise<Authenticated> {
  try {
    return await stepUp(stateToken, state);
  } catch (error) {
    // Only the classic engine accepts a page's state token through the API.
    const isNotAccepted = error instanceof DriverError && NOT_ACCEPTED.has(error.code);
    if (isNotAccepted && (await isIdentityEngine(state.api.origin, session)))
      throw identityEngineError(state.api.origin, error);
    throw error;
  }
}
