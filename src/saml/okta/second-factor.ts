import { raceAbort } from '../../core/async/abort.ts';
import { DriverError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { AuthnResponse } from './authn-response.ts';
import { type ChosenFactor, chooseFactor, describeFactor } from './factors.ts';
import type { PendingCode } from './memory.ts';
import type { OktaSignInState } from './sign-in-state.ts';

const MAX_ATTEMPTS = 3;
/** Shorter than the default timeout of a sign-in, so that the error names the push. */
const PUSH_MS = 110_000;
/** The interval between polls for an approval. */
const POLL_MS = 3000;
/** Okta's default. */
const STATE_MS = 5 * 60_000;

/** An active factor. */
interface Challenge {
  readonly chosen: ChosenFactor;
  readonly stateToken: Secret;
  readonly verifyUrl: string;
  readonly expiresAt: number;
}

/** Verifies a second factor, and returns Okta's next response. */
export async function answerFactor(answer: AuthnResponse, state: OktaSignInState): Promise<AuthnResponse> {
  const { request, prompter } = state;
  const chosen = await chooseFactor(answer.factors, {
    mfaType: request.mfaType,
    hasCode: state.passCode !== undefined,
    prompt: prompter.prompt === undefined ? undefined : (question) => ask(state, question),
  });
  const challenge = toChallenge(answer, chosen, state);
  const isActive = answer.status === 'MFA_CHALLENGE';
  switch (chosen.method) {
    case 'push':
      return pollPush(isActive ? answer : await sendChallenge(challenge, state), challenge, state);
    case 'generated code':
      return answerCode(
        challenge,
        state,
        `One-time code for Okta, from ${describeFactor(chosen)}${formatPurpose(state)}`,
      );
    case 'sent code':
      return answerSentCode(challenge, state, isActive);
  }
}

function toChallenge(answer: AuthnResponse, chosen: ChosenFactor, state: OktaSignInState): Challenge {
  const { stateToken, mayRemember, expiresAt } = answer;
  if (stateToken === undefined || chosen.factor.verifyUrl === undefined) {
    throw new DriverError(
      'AUTH_MALFORMED',
      'Okta requires a second factor but did not return its verification URL',
    );
  }
  const url = new URL(chosen.factor.verifyUrl);
  // Okta rejects this if the organization does not allow it.
  if (mayRemember && state.request.rememberDevice) url.searchParams.set('rememberDevice', 'true');
  return { chosen, stateToken, verifyUrl: url.href, expiresAt: expiresAt ?? state.now() + STATE_MS };
}

function sendChallenge(
  { verifyUrl, stateToken }: Challenge,
  { api }: OktaSignInState,
): Promise<AuthnResponse> {
  return api.send(verifyUrl, { stateToken }, 'send');
}

/** Sends a code to Okta, which can then not be used again. */
export async function verifyCode(
  { verifyUrl, stateToken }: Pick<Challenge, 'verifyUrl' | 'stateToken'>,
  code: Secret,
  state: OktaSignInState,
): Promise<AuthnResponse> {
  try {
    const passCode = new Secret(code.reveal().trim());
    const answer = await state.api.send(verifyUrl, { stateToken, passCode }, 'code');
    state.passCode = undefined;
    return answer;
  } catch (error) {
    if (isWrongCode(error)) state.passCode = undefined;
    throw error;
  }
}

/** Whether Okta rejected the code but may accept another. */
export function isWrongCode(error: unknown): error is DriverError {
  return error instanceof DriverError && /\(E0000(?:068|082)\)$/.test(error.message);
}

/** Verifies the code that is set, then those that the user enters. */
async function answerCode(
  challenge: Challenge,
  state: OktaSignInState,
  question: string,
): Promise<AuthnResponse> {
  let rejected: DriverError | undefined;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const code = state.passCode ?? (await askForCode(state, question, rejected));
    try {
      return await verifyCode(challenge, code, state);
    } catch (error) {
      if (!isWrongCode(error)) throw error;
      rejected = error;
    }
  }
  throw rejected ?? codeNeededError(question, state);
}

async function askForCode(
  state: OktaSignInState,
  question: string,
  rejected: DriverError | undefined,
): Promise<Secret> {
  if (state.prompter.prompt === undefined) throw rejected ?? codeNeededError(question, state);
  if (rejected !== undefined) state.prompter.notice(`${rejected.message}. ${rejected.remedy}`);
  return new Secret(await ask(state, { kind: 'code', message: question, secret: true }));
}

function codeNeededError(question: string, { request }: OktaSignInState): DriverError {
  if (request.passCode !== undefined) {
    return new DriverError(
      'AUTH_CODE_NEEDED',
      `${question}: MFAPassCode has already been used, and prompting is not possible`,
      {
        remedy: 'Each code works once. Connect with onPrompt, or choose a factor whose code Okta sends.',
      },
    );
  }
  return new DriverError(
    'AUTH_CODE_NEEDED',
    `${question}: MFAPassCode is not set, and prompting is not possible`,
    {
      remedy: "Set SSOProperties='MFAPassCode=…' to the code that the device shows now.",
    },
  );
}

async function ask(
  { prompter, signal }: OktaSignInState,
  question: Parameters<NonNullable<OktaSignInState['prompter']['prompt']>>[0],
): Promise<string> {
  const answer = await raceAbort(Promise.resolve(prompter.prompt?.(question, signal)), signal);
  return (answer ?? '').trim();
}

/** Verifies a code that Okta sends: first the one that is set, which may still be valid, then a new one. */
async function answerSentCode(
  challenge: Challenge,
  state: OktaSignInState,
  isSent: boolean,
): Promise<AuthnResponse> {
  const { request, prompter, passCode } = state;
  let problem: DriverError | undefined;
  if (passCode !== undefined) {
    try {
      return await verifyCode(challenge, passCode, state);
    } catch (error) {
      if (!isWrongCode(error)) throw error;
      problem = error;
    }
  }
  if (!isSent) await sendChallenge(challenge, state);
  const { reaches } = challenge.chosen.factor;
  const where = reaches === '' ? '' : ` to ${reaches}`;
  const question = `One-time code for Okta, sent by ${challenge.chosen.mfaType}${where}${formatPurpose(state)}`;
  if (prompter.prompt !== undefined) return answerCode(challenge, state, question);
  const { stateToken, verifyUrl, expiresAt, chosen } = challenge;
  const rejectedCode = problem === undefined ? undefined : passCode;
  const pending = {
    isStepUp: state.isStepUp,
    cookies: state.session.cookies(state.api.origin),
    stateToken,
    verifyUrl,
    sentAt: state.now(),
    expiresAt,
    mfaType: chosen.mfaType,
    reaches,
    rejectedCode,
  };
  await state.memory.savePending(pending, request.password);
  throw codeSentError(pending, problem);
}

/** Distinguishes the code for the application from the first one. */
function formatPurpose({ isStepUp }: { readonly isStepUp: boolean }): string {
  return isStepUp ? ', for the AWS application' : '';
}

/** The error that asks the user to connect again with the code. */
export function codeSentError(
  { mfaType, reaches, isStepUp }: Pick<PendingCode, 'mfaType' | 'reaches' | 'isStepUp'>,
  problem?: DriverError,
): DriverError {
  const prefix = problem === undefined ? '' : `${problem.message}. `;
  const where = reaches === '' ? `by ${mfaType}` : `by ${mfaType} to ${reaches}`;
  const message = `${prefix}Okta sent a one-time code ${where}${formatPurpose({ isStepUp })}`;
  return new DriverError('AUTH_CODE_NEEDED', message, {
    remedy:
      "Open the connection again with that code: SSOProperties='MFAPassCode=…', or connect with onPrompt.",
    ...(problem === undefined ? {} : { cause: problem }),
  });
}

const PUSH_FAILURES: ReadonlyMap<string, string> = new Map([
  ['REJECTED', 'The request was rejected in Okta Verify'],
  ['TIMEOUT', 'The request in Okta Verify timed out'],
  ['TIME_WINDOW_EXCEEDED', 'The response in Okta Verify came too late'],
  ['CANCELLED', 'The request in Okta Verify was cancelled'],
  ['PASSCODE_REPLAYED', 'The Okta Verify code has already been used'],
  ['ERROR', 'Okta could not reach Okta Verify'],
]);

/** Polls for an approval in the app until Okta, the deadline or the caller ends it. */
async function pollPush(
  first: AuthnResponse,
  challenge: Challenge,
  state: OktaSignInState,
): Promise<AuthnResponse> {
  const { api, prompter, signal } = state;
  const deadline = Math.min(challenge.expiresAt, state.now() + PUSH_MS);
  const { reaches } = challenge.chosen.factor;
  const where = `${reaches === '' ? '' : ` on ${reaches}`}${formatPurpose(state)}`;
  let lastNotice: string | undefined;
  let answer = first;
  while (answer.status === 'MFA_CHALLENGE') {
    const result = answer.factorResult ?? 'WAITING';
    if (result !== 'WAITING') throw pushError(result);
    if (state.now() >= deadline) throw pushError('TIMEOUT');
    const number = answer.factors[0]?.number;
    const notice =
      number === undefined
        ? `Approve the sign-in in Okta Verify${where}`
        : `Choose the number ${number} in Okta Verify${where}`;
    if (notice !== lastNotice && (lastNotice === undefined || number !== undefined)) prompter.notice(notice);
    lastNotice = notice;
    await state.wait(POLL_MS, signal);
    const url = answer.link('next') ?? challenge.verifyUrl;
    answer = await api.send(url, { stateToken: challenge.stateToken }, 'poll');
  }
  return answer;
}

function pushError(result: string): DriverError {
  const message = PUSH_FAILURES.get(result) ?? 'Okta Verify returned an unknown result';
  return new DriverError('AUTH_REFUSED', message, {
    remedy:
      "Connect again and approve the request, or set a code: SSOProperties='MFAType=OktaVerify;MFAPassCode=…'.",
  });
}
