import { setTimeout as pause } from 'node:timers/promises';
import { raceAbort } from '../../core/async/abort.ts';
import { DriverError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { OktaAnswer } from './answer.ts';
import { type ChosenFactor, chooseFactor, nameOf } from './factors.ts';
import type { PendingCode } from './memory.ts';
import type { OktaSignInState } from './visit.ts';

const TRIES = 3;
/** Shorter than a sign-in may take by default, so that the message says what was waited for. */
const PUSH_MS = 110_000;
/** Okta's own default, where it names no time. */
const STATE_MS = 5 * 60_000;

/** A factor under way: where its answers go. */
interface Challenge {
  readonly chosen: ChosenFactor;
  readonly stateToken: Secret;
  readonly verifyUrl: string;
  readonly expiresAt: number;
}

/** Answers Okta's question for a second factor; the answer is Okta's next one. */
export async function answerFactor(answer: OktaAnswer, visit: OktaSignInState): Promise<OktaAnswer> {
  const { request, person } = visit;
  const chosen = await chooseFactor(answer.factors, {
    mfaType: request.mfaType,
    hasCode: visit.passCode !== undefined,
    prompt: person.prompt === undefined ? undefined : (question) => ask(visit, question),
  });
  const challenge = challengeOf(answer, chosen, visit);
  const isUnderWay = answer.status === 'MFA_CHALLENGE';
  switch (chosen.answered) {
    case 'by touch':
      return untilTouched(isUnderWay ? answer : await begin(challenge, visit), challenge, visit);
    case 'by shown code':
      return answerCode(
        challenge,
        visit,
        `One-time code for Okta, from ${nameOf(chosen)}${purposeOf(visit)}`,
      );
    case 'by sent code':
      return answerSentCode(challenge, visit, isUnderWay);
  }
}

function challengeOf(answer: OktaAnswer, chosen: ChosenFactor, visit: OktaSignInState): Challenge {
  const { stateToken, mayRemember, expiresAt } = answer;
  if (stateToken === undefined || chosen.factor.verifyUrl === undefined) {
    throw new DriverError('AUTH_MALFORMED', 'Okta asked for a second factor without saying where to answer');
  }
  const url = new URL(chosen.factor.verifyUrl);
  // Where the organisation does not allow it, asking for it is refused.
  if (mayRemember && visit.request.rememberDevice) url.searchParams.set('rememberDevice', 'true');
  return { chosen, stateToken, verifyUrl: url.href, expiresAt: expiresAt ?? visit.now() + STATE_MS };
}

function begin({ verifyUrl, stateToken }: Challenge, { api }: OktaSignInState): Promise<OktaAnswer> {
  return api.send(verifyUrl, { stateToken }, 'send');
}

/** Sends a code to Okta. Whether it is taken or refused, it is spent. */
export async function verifyCode(
  { verifyUrl, stateToken }: Pick<Challenge, 'verifyUrl' | 'stateToken'>,
  code: Secret,
  visit: OktaSignInState,
): Promise<OktaAnswer> {
  try {
    const passCode = new Secret(code.reveal().trim());
    const answer = await visit.api.send(verifyUrl, { stateToken, passCode }, 'code');
    visit.passCode = undefined;
    return answer;
  } catch (error) {
    if (isWrongCode(error)) visit.passCode = undefined;
    throw error;
  }
}

/** Whether Okta did not take the code, but may take another. */
export function isWrongCode(error: unknown): error is DriverError {
  return error instanceof DriverError && /\(E0000(?:068|082)\)$/.test(error.message);
}

/** Answers with the code that was given, then with those that the person gives. */
async function answerCode(
  challenge: Challenge,
  visit: OktaSignInState,
  question: string,
): Promise<OktaAnswer> {
  let refused: DriverError | undefined;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const code = visit.passCode ?? (await askForCode(visit, question, refused));
    try {
      return await verifyCode(challenge, code, visit);
    } catch (error) {
      if (!isWrongCode(error)) throw error;
      refused = error;
    }
  }
  throw refused ?? codeNeeded(question, visit);
}

async function askForCode(
  visit: OktaSignInState,
  question: string,
  refused: DriverError | undefined,
): Promise<Secret> {
  if (visit.person.prompt === undefined) throw refused ?? codeNeeded(question, visit);
  if (refused !== undefined) visit.person.notice(`${refused.message}. ${refused.remedy}`);
  return new Secret(await ask(visit, { kind: 'code', message: question, secret: true }));
}

function codeNeeded(question: string, { request }: OktaSignInState): DriverError {
  if (request.passCode !== undefined) {
    return new DriverError(
      'AUTH_CODE_NEEDED',
      `${question}: MFAPassCode is spent and there is nobody to ask`,
      {
        remedy: 'Each code works once. Connect with onPrompt, or choose a factor whose code Okta sends.',
      },
    );
  }
  return new DriverError('AUTH_CODE_NEEDED', `${question}: there is no MFAPassCode and nobody to ask`, {
    remedy: "Give the code that the device shows now: SSOProperties='MFAPassCode=…'.",
  });
}

async function ask(
  { person, signal }: OktaSignInState,
  question: Parameters<NonNullable<OktaSignInState['person']['prompt']>>[0],
): Promise<string> {
  const answer = await raceAbort(Promise.resolve(person.prompt?.(question, signal)), signal);
  return (answer ?? '').trim();
}

/** A code that Okta sends: the one that was given may still be good; otherwise a new one is sent. */
async function answerSentCode(
  challenge: Challenge,
  visit: OktaSignInState,
  isSent: boolean,
): Promise<OktaAnswer> {
  const { request, person, passCode } = visit;
  let problem: DriverError | undefined;
  if (passCode !== undefined) {
    try {
      return await verifyCode(challenge, passCode, visit);
    } catch (error) {
      if (!isWrongCode(error)) throw error;
      problem = error;
    }
  }
  if (!isSent) await begin(challenge, visit);
  const { reaches } = challenge.chosen.factor;
  const where = reaches === '' ? '' : ` to ${reaches}`;
  const question = `One-time code for Okta, sent by ${challenge.chosen.mfaType}${where}${purposeOf(visit)}`;
  if (person.prompt !== undefined) return answerCode(challenge, visit, question);
  const { stateToken, verifyUrl, expiresAt, chosen } = challenge;
  const refusedCode = problem === undefined ? undefined : passCode;
  const pending = {
    isStepUp: visit.isStepUp,
    cookies: visit.session.cookies(visit.api.origin),
    stateToken,
    verifyUrl,
    sentAt: visit.now(),
    expiresAt,
    mfaType: chosen.mfaType,
    reaches,
    refusedCode,
  };
  await visit.memory.keepPending(pending, request.password);
  throw codeWasSent(pending, problem);
}

/** Tells the second question from the first, where the application has one of its own. */
function purposeOf({ isStepUp }: { readonly isStepUp: boolean }): string {
  return isStepUp ? ', for the AWS application' : '';
}

/** What tells the user to come back with the code. */
export function codeWasSent(
  { mfaType, reaches, isStepUp }: Pick<PendingCode, 'mfaType' | 'reaches' | 'isStepUp'>,
  problem?: DriverError,
): DriverError {
  const why = problem === undefined ? '' : `${problem.message}. `;
  const where = reaches === '' ? `by ${mfaType}` : `by ${mfaType} to ${reaches}`;
  const message = `${why}Okta sent a one-time code ${where}${purposeOf({ isStepUp })}`;
  return new DriverError('AUTH_CODE_NEEDED', message, {
    remedy:
      "Open the connection again with that code: SSOProperties='MFAPassCode=…', or connect with onPrompt.",
    ...(problem === undefined ? {} : { cause: problem }),
  });
}

const PUSH_FAILURES: ReadonlyMap<string, string> = new Map([
  ['REJECTED', 'The request was refused in Okta Verify'],
  ['TIMEOUT', 'Nobody answered the request in Okta Verify in time'],
  ['TIME_WINDOW_EXCEEDED', 'The answer in Okta Verify came too late'],
  ['CANCELLED', 'The request in Okta Verify was cancelled'],
  ['PASSCODE_REPLAYED', 'The code of Okta Verify was used already'],
  ['ERROR', 'Okta could not reach Okta Verify'],
]);

/** Asks again and again whether the request in the app was approved, until Okta, the clock or the caller ends it. */
async function untilTouched(
  first: OktaAnswer,
  challenge: Challenge,
  visit: OktaSignInState,
): Promise<OktaAnswer> {
  const { api, person, signal, pollMs } = visit;
  const deadline = Math.min(challenge.expiresAt, visit.now() + PUSH_MS);
  const { reaches } = challenge.chosen.factor;
  const where = `${reaches === '' ? '' : ` on ${reaches}`}${purposeOf(visit)}`;
  let told: string | undefined;
  let answer = first;
  while (answer.status === 'MFA_CHALLENGE') {
    const result = answer.factorResult ?? 'WAITING';
    if (result !== 'WAITING') throw pushFailure(result);
    if (visit.now() >= deadline) throw pushFailure('TIMEOUT');
    const number = answer.factors[0]?.number;
    const news =
      number === undefined
        ? `Approve the sign-in in Okta Verify${where}`
        : `Choose the number ${number} in Okta Verify${where}`;
    if (news !== told && (told === undefined || number !== undefined)) person.notice(news);
    told = news;
    // The wait itself keeps no process alive.
    await raceAbort(pause(pollMs, undefined, { ref: false }), signal);
    const url = answer.link('next') ?? challenge.verifyUrl;
    answer = await api.send(url, { stateToken: challenge.stateToken }, 'poll');
  }
  return answer;
}

function pushFailure(result: string): DriverError {
  const message = PUSH_FAILURES.get(result) ?? 'Okta Verify gave an answer that is not known';
  return new DriverError('AUTH_REFUSED', message, {
    remedy:
      "Connect again and approve the request, or give a code: SSOProperties='MFAType=OktaVerify;MFAPassCode=…'.",
  });
}
