import { DriverError } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import type { AuthnResponse } from './authn-response.ts';
import type { PendingCode } from './memory.ts';
import { answerFactor, codeSentError, isWrongCode, verifyCode } from './second-factor.ts';
import type { OktaSignInState } from './sign-in-state.ts';

/** The result of a sign-in: a session token, or a URL to continue at. */
export type Authenticated =
  | { readonly kind: 'session'; readonly token: Secret }
  | { readonly kind: 'continue'; readonly url: string | undefined };

const MAX_STEPS = 12;
/** Okta sends at most one code within this time. */
const RESEND_MS = 30_000;

/** Signs the user in with the code of a pending sign-in, or else with the password. */
export async function authenticate(state: OktaSignInState): Promise<Authenticated> {
  const pending = await answerPending(state);
  return pending ?? proceed(await sendPassword(state), state);
}

async function sendPassword({ api, request, memory }: OktaSignInState): Promise<AuthnResponse> {
  // Okta accepts a device token only from trusted applications.
  const isTrusted = request.apiToken !== undefined && request.rememberDevice;
  const context = isTrusted ? { context: { deviceToken: (await memory.deviceToken()).reveal() } } : {};
  const body = {
    username: request.user,
    password: request.password,
    options: { multiOptionalFactorEnroll: false, warnBeforePasswordExpired: false },
    ...context,
  };
  return api.send(`${api.origin}/api/v1/authn`, body, 'password');
}

/** Continues with the further step that the application requires. */
export async function stepUp(stateToken: Secret, state: OktaSignInState): Promise<Authenticated> {
  state.isStepUp = true;
  // Only the state token: Okta would check an empty user name and password.
  const body = { stateToken };
  return proceed(await state.api.send(`${state.api.origin}/api/v1/authn`, body, 'state'), state);
}

async function answerPending(state: OktaSignInState): Promise<Authenticated | undefined> {
  const { memory, request, api, passCode } = state;
  const pending = await memory.pending(request.password, state.now());
  if (pending === undefined || (request.mfaType ?? pending.mfaType) !== pending.mfaType) return undefined;
  if (!pending.verifyUrl.startsWith(`${api.origin}/`)) return undefined;
  if (passCode === undefined) {
    // Otherwise every statement without a code would send another one.
    const isRecent = state.now() - pending.sentAt < RESEND_MS && state.prompter.prompt === undefined;
    if (isRecent) throw codeSentError(pending);
    return undefined;
  }
  if (pending.rejectedCode?.equals(passCode) === true) throw codeSentError(pending, rejectedBeforeError());
  state.session.restoreCookies(api.origin, pending.cookies);
  let answer: AuthnResponse;
  try {
    answer = await verifyCode(pending, passCode, state);
  } catch (error) {
    if (isWrongCode(error)) {
      await memory.savePending({ ...pending, rejectedCode: passCode }, request.password);
      throw await resendCode(pending, error, state);
    }
    await memory.savePending(undefined, request.password);
    if (error instanceof DriverError && error.code === 'AUTH_EXPIRED') return undefined;
    throw error;
  }
  await memory.savePending(undefined, request.password);
  state.isStepUp = pending.isStepUp;
  return proceed(answer, state);
}

function rejectedBeforeError(): DriverError {
  return new DriverError('AUTH_REFUSED', 'Okta has already rejected this MFAPassCode');
}

/** Requests another code for the same sign-in; if Okta does not send one so soon, the last one is still valid. */
async function resendCode(
  pending: PendingCode,
  problem: DriverError,
  { api }: OktaSignInState,
): Promise<DriverError> {
  try {
    await api.send(pending.verifyUrl, { stateToken: pending.stateToken }, 'send');
  } catch (error) {
    if (error instanceof DriverError && error.code === 'AUTH_CODE_NEEDED') {
      return new DriverError('AUTH_CODE_NEEDED', `${problem.message}. ${error.message}`, {
        remedy: error.remedy,
        cause: problem,
      });
    }
    return error instanceof DriverError ? error : problem;
  }
  return codeSentError(pending, problem);
}

/** Walks from state to state until the user is signed in. On failure, the sign-in is cancelled at Okta. */
async function proceed(first: AuthnResponse, state: OktaSignInState): Promise<Authenticated> {
  let answer = first;
  try {
    for (let step = 0; step < MAX_STEPS; step += 1) {
      if (answer.status === 'SUCCESS') return toAuthenticated(answer);
      answer = await nextAnswer(answer, state);
    }
    throw new DriverError('AUTH_MALFORMED', `The Okta sign-in did not complete within ${MAX_STEPS} steps`);
  } catch (error) {
    const { stateToken } = answer;
    if (stateToken !== undefined && !(await isPending(stateToken, state))) {
      await state.api.cancel(answer.link('cancel') ?? `${state.api.origin}/api/v1/authn/cancel`, stateToken);
    }
    throw error;
  }
}

/** Whether a later connection will continue with the code. */
async function isPending(stateToken: Secret, state: OktaSignInState): Promise<boolean> {
  const pending = await state.memory.pending(state.request.password, state.now());
  return pending?.stateToken.equals(stateToken) === true;
}

function toAuthenticated(answer: AuthnResponse): Authenticated {
  return answer.sessionToken === undefined
    ? { kind: 'continue', url: answer.link('next') }
    : { kind: 'session', token: answer.sessionToken };
}

async function nextAnswer(answer: AuthnResponse, state: OktaSignInState): Promise<AuthnResponse> {
  switch (answer.status) {
    case 'MFA_REQUIRED':
    case 'MFA_CHALLENGE':
      return answerFactor(answer, state);
    case 'PASSWORD_WARN':
      state.prompter.notice('The Okta password expires soon');
      return skip(answer, state);
    case 'MFA_ENROLL':
    case 'MFA_ENROLL_ACTIVATE':
      return skip(answer, state);
    default:
      throw unsupportedStatusError(answer.status);
  }
}

function skip(answer: AuthnResponse, { api }: OktaSignInState): Promise<AuthnResponse> {
  const url = answer.link('skip');
  if (url === undefined || answer.stateToken === undefined) throw unsupportedStatusError(answer.status);
  return api.send(url, { stateToken: answer.stateToken }, 'state');
}

const DEAD_ENDS: ReadonlyMap<string, readonly [message: string, remedy: string]> = new Map([
  [
    'MFA_ENROLL',
    ['Okta requires a second factor to be enrolled first', 'Sign in at Okta with a browser once.'],
  ],
  [
    'MFA_ENROLL_ACTIVATE',
    ['Okta requires a second factor to be activated first', 'Sign in at Okta with a browser once.'],
  ],
  ['PASSWORD_EXPIRED', ['The password has expired at Okta', 'Change the password at Okta.']],
  ['PASSWORD_WARN', ['The password expires at Okta', 'Change the password at Okta.']],
  ['PASSWORD_RESET', ['The password must be reset at Okta', 'Set a new password at Okta.']],
  ['RECOVERY', ['The account is being recovered at Okta', 'Finish the recovery at Okta with a browser.']],
  [
    'RECOVERY_CHALLENGE',
    ['The account is being recovered at Okta', 'Finish the recovery at Okta with a browser.'],
  ],
  [
    'LOCKED_OUT',
    ['The account is locked at Okta', 'Unlock the account at Okta, or ask an Okta administrator.'],
  ],
]);

function unsupportedStatusError(status: string): DriverError {
  const deadEnd = DEAD_ENDS.get(status);
  if (deadEnd !== undefined) return new DriverError('AUTH_REFUSED', deadEnd[0], { remedy: deadEnd[1] });
  const name = /^[A-Z_]{1,40}$/.test(status) ? status : 'an unnamed status';
  return new DriverError('AUTH_NOT_SUPPORTED', `Okta responded with ${name}, which requires a browser`, {
    remedy: 'Sign in at Okta with a browser once, then connect again.',
  });
}
