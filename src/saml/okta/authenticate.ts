import { DriverError } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import type { OktaAnswer } from './answer.ts';
import type { PendingCode } from './memory.ts';
import { answerFactor, codeWasSent, isWrongCode, verifyCode } from './second-factor.ts';
import type { OktaSignInState } from './visit.ts';

/** How a sign-in ended: with a token that opens a session, or with an address to go on at. */
export type Authenticated =
  | { readonly kind: 'session'; readonly token: Secret }
  | { readonly kind: 'continue'; readonly url: string | undefined };

const MAX_STEPS = 12;
/** Okta itself sends no two codes within this time. */
const RESEND_MS = 30_000;

/** Signs the user in: with the code that Okta has sent before, where one is pending, else with the password. */
export async function authenticate(visit: OktaSignInState): Promise<Authenticated> {
  const pending = await answerPending(visit);
  return pending ?? proceed(await sendPassword(visit), visit);
}

async function sendPassword({ api, request, memory }: OktaSignInState): Promise<OktaAnswer> {
  // Okta listens to the name of the device only where a trusted application gives it.
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

/** Goes on with what the application asks for beyond the session. */
export async function stepUp(stateToken: Secret, visit: OktaSignInState): Promise<Authenticated> {
  visit.isStepUp = true;
  // The state token alone: with an empty name and password beside it, Okta would check those.
  const body = { stateToken };
  return proceed(await visit.api.send(`${visit.api.origin}/api/v1/authn`, body, 'state'), visit);
}

async function answerPending(visit: OktaSignInState): Promise<Authenticated | undefined> {
  const { memory, request, api, passCode } = visit;
  const pending = await memory.pending(request.password, visit.now());
  if (pending === undefined || (request.mfaType ?? pending.mfaType) !== pending.mfaType) return undefined;
  if (!pending.verifyUrl.startsWith(`${api.origin}/`)) return undefined;
  if (passCode === undefined) {
    // Every statement of a connection without a code would have another one sent.
    const isRecent = visit.now() - pending.sentAt < RESEND_MS && visit.person.prompt === undefined;
    if (isRecent) throw codeWasSent(pending);
    return undefined;
  }
  if (pending.refusedCode?.equals(passCode) === true) throw codeWasSent(pending, refusedBefore());
  visit.session.restoreCookies(api.origin, pending.cookies);
  let answer: OktaAnswer;
  try {
    answer = await verifyCode(pending, passCode, visit);
  } catch (error) {
    if (isWrongCode(error)) {
      await memory.keepPending({ ...pending, refusedCode: passCode }, request.password);
      throw await sentAgain(pending, error, visit);
    }
    await memory.keepPending(undefined, request.password);
    if (error instanceof DriverError && error.code === 'AUTH_EXPIRED') return undefined;
    throw error;
  }
  await memory.keepPending(undefined, request.password);
  visit.isStepUp = pending.isStepUp;
  return proceed(answer, visit);
}

function refusedBefore(): DriverError {
  return new DriverError('AUTH_REFUSED', 'MFAPassCode is one that Okta did not accept before');
}

/** Another code for the same sign-in; where Okta sends none so soon, the one before is still good. */
async function sentAgain(
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
  return codeWasSent(pending, problem);
}

/** Walks from state to state until the user is signed in. Whatever ends it otherwise also ends it at Okta. */
async function proceed(first: OktaAnswer, visit: OktaSignInState): Promise<Authenticated> {
  let answer = first;
  try {
    for (let step = 0; step < MAX_STEPS; step += 1) {
      if (answer.status === 'SUCCESS') return outcomeOf(answer);
      answer = await nextAnswer(answer, visit);
    }
    throw new DriverError('AUTH_MALFORMED', `Okta did not come to an end within ${MAX_STEPS} steps`);
  } catch (error) {
    const { stateToken } = answer;
    if (stateToken !== undefined && !(await isPending(stateToken, visit))) {
      await visit.api.cancel(answer.link('cancel') ?? `${visit.api.origin}/api/v1/authn/cancel`, stateToken);
    }
    throw error;
  }
}

/** Whether a later connection will come back to it with the code. */
async function isPending(stateToken: Secret, visit: OktaSignInState): Promise<boolean> {
  const pending = await visit.memory.pending(visit.request.password, visit.now());
  return pending?.stateToken.equals(stateToken) === true;
}

function outcomeOf(answer: OktaAnswer): Authenticated {
  return answer.sessionToken === undefined
    ? { kind: 'continue', url: answer.link('next') }
    : { kind: 'session', token: answer.sessionToken };
}

async function nextAnswer(answer: OktaAnswer, visit: OktaSignInState): Promise<OktaAnswer> {
  switch (answer.status) {
    case 'MFA_REQUIRED':
    case 'MFA_CHALLENGE':
      return answerFactor(answer, visit);
    case 'PASSWORD_WARN':
      visit.person.notice('The password expires soon at Okta');
      return skip(answer, visit);
    case 'MFA_ENROLL':
    case 'MFA_ENROLL_ACTIVATE':
      return skip(answer, visit);
    default:
      throw cannotGoOn(answer.status);
  }
}

function skip(answer: OktaAnswer, { api }: OktaSignInState): Promise<OktaAnswer> {
  const url = answer.link('skip');
  if (url === undefined || answer.stateToken === undefined) throw cannotGoOn(answer.status);
  return api.send(url, { stateToken: answer.stateToken }, 'state');
}

const DEAD_ENDS: ReadonlyMap<string, readonly [message: string, remedy: string]> = new Map([
  ['MFA_ENROLL', ['Okta wants a second factor to be set up first', 'Sign in at Okta with a browser once.']],
  [
    'MFA_ENROLL_ACTIVATE',
    ['Okta wants a second factor to be activated first', 'Sign in at Okta with a browser once.'],
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
    ['The account is locked at Okta', 'Unlock the account at Okta, or ask an administrator of Okta.'],
  ],
]);

function cannotGoOn(status: string): DriverError {
  const known = DEAD_ENDS.get(status);
  if (known !== undefined) return new DriverError('AUTH_REFUSED', known[0], { remedy: known[1] });
  const word = /^[A-Z_]{1,40}$/.test(status) ? status : 'a state without a name';
  return new DriverError('AUTH_NOT_SUPPORTED', `Okta answered ${word}, which only a browser can go on from`, {
    remedy: 'Sign in at Okta with a browser once, then connect again.',
  });
}
