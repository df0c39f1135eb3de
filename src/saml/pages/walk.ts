import { setTimeout as pause } from 'node:timers/promises';
import { DriverError } from '../../core/errors.ts';
import type { PromptRequest } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import { submitForm } from '../forms.ts';
import type { HttpSession, SessionResponse, SessionRequest } from '../../net/http-session.ts';
import { readPage } from '../page.ts';
import { quoted } from '../quoted.ts';
import { resolveSameOrigin } from '../../net/redirects.ts';
import type { PagesProvider, WantedPage } from './wanted-page.ts';

/** Who goes through the pages, and with what. */
export interface PagesSignIn {
  /** Absent: HTTP has said already who it is. */
  readonly user?: { readonly name: string; readonly password: Secret } | undefined;
  /** The code of a second factor, where there is one. */
  readonly passCode?: Secret | undefined;
  readonly signal: AbortSignal;
  /** Asks the person; absent where nobody listens. */
  prompt?: ((request: PromptRequest, signal: AbortSignal) => Promise<string>) | undefined;
  /** One line of news: a number to choose on the phone. */
  notice(message: string): void;
  /** Between two looks at whether the phone was touched. Absent: 3 seconds. */
  readonly pollMs?: number | undefined;
  /** How addresses are asked for. Absent: as they are. */
  open?: ((request: SessionRequest) => Promise<SessionResponse>) | undefined;
}

type PageOf<K extends WantedPage['kind']> = Extract<WantedPage, { kind: K }>;

interface Walk {
  readonly session: HttpSession;
  readonly provider: PagesProvider;
  readonly signIn: PagesSignIn;
  /** What was answered already: each question is answered once. */
  readonly answered: Set<string>;
  codes: number;
  looks: number;
}

const BROWSER_REMEDY =
  'Have the administrator allow a factor with a code, or sign in with a browser and use AuthScheme=SAMLAssertion.';

const MAX_PAGES = 12;
const MAX_LOOKS = 60;
const POLL_MS = 3000;

/** Goes from page to page until one has the response for AWS, which is given in base64 and sent nowhere. */
export async function walkPages(
  session: HttpSession,
  url: string,
  provider: PagesProvider,
  signIn: PagesSignIn,
): Promise<Secret> {
  const walk: Walk = { session, provider, signIn, answered: new Set(), codes: 0, looks: 0 };
  const open = signIn.open ?? ((request: SessionRequest) => session.send(request));
  let answer = await open({ url });
  for (let pages = 0; pages - walk.looks < MAX_PAGES; pages += 1) {
    if (answer.status === 401) throw provider.unauthorized(answer, signIn.user !== undefined);
    const page = provider.read(readPage(answer.text, answer.url, answer.redact), answer);
    switch (page.kind) {
      case 'assertion':
        return page.encoded;
      case 'name':
        answer = await sendName(page, walk);
        break;
      case 'password':
        answer = await sendPassword(page, walk);
        break;
      case 'second factor': {
        const factor = { ...page, method: answer.redact(page.method) };
        answer = page.isWaiting ? await lookAgain(factor, walk) : await sendCode(factor, walk);
        break;
      }
      case 'relay':
        once(`the form ${JSON.stringify([page.form.action, page.form.fields])}`, walk, () => waiting(walk));
        answer = await submitForm(session, page.form);
        break;
      case 'moving on':
        answer = await open({ url: resolveSameOrigin(answer.url, page.address, 'has a page that leads') });
        break;
      case 'dead end':
        throw page.error;
    }
  }
  throw new DriverError(
    'AUTH_MALFORMED',
    `${provider.name} showed ${MAX_PAGES} pages and no response for AWS`,
  );
}

async function sendName(page: PageOf<'name'>, walk: Walk): Promise<SessionResponse> {
  const { name } = userOf(walk);
  once('the name', walk, () => refusedPassword(page.says, walk));
  return submitForm(walk.session, page.form, { [page.user.name]: name });
}

/** A password goes out once: the form that comes back after it says that it was wrong. */
async function sendPassword(page: PageOf<'password'>, walk: Walk): Promise<SessionResponse> {
  const { name, password } = userOf(walk);
  once('the password', walk, () => refusedPassword(page.says, walk));
  return submitForm(walk.session, page.form, {
    ...page.scripted,
    ...(page.user === undefined ? {} : { [page.user.name]: name }),
    [page.password.name]: password,
  });
}

function userOf({ signIn, provider }: Walk): { readonly name: string; readonly password: Secret } {
  if (signIn.user === undefined) throw provider.passwordWanted();
  return signIn.user;
}

function once(question: string, { answered }: Walk, refusal: () => DriverError): void {
  if (answered.has(question)) throw refusal();
  answered.add(question);
}

async function sendCode(page: PageOf<'second factor'>, walk: Walk): Promise<SessionResponse> {
  const { field, form } = page;
  const { name } = walk.provider;
  const method = shown(page.method);
  if (field === undefined) {
    throw new DriverError(
      'AUTH_NOT_SUPPORTED',
      `${name} asks for the second factor ${method}, which needs a browser`,
      { remedy: BROWSER_REMEDY },
    );
  }
  const refusal = (): DriverError =>
    new DriverError('AUTH_REFUSED', `${name} did not accept the code for ${method}${quoted(page.says)}`, {
      remedy: 'Give the code that the device shows now; each code works once.',
    });
  once(`${page.method} ${field.name}`, walk, refusal);
  return submitForm(walk.session, form, { [field.name]: await codeFor(method, page.says, walk) });
}

async function codeFor(method: string, says: string, walk: Walk): Promise<Secret> {
  const { passCode, prompt, signal } = walk.signIn;
  const { name } = walk.provider;
  walk.codes += 1;
  // A code is good for one question.
  if (passCode !== undefined && walk.codes === 1) return passCode;
  if (prompt === undefined) {
    throw new DriverError('AUTH_CODE_NEEDED', `${name} asks for a code for ${method}${quoted(says)}`, {
      remedy: 'Give the code as MFAPassCode in SSOProperties, or connect with onPrompt to be asked for it.',
    });
  }
  return new Secret(
    await prompt({ kind: 'code', message: `Code for ${method} at ${name}`, secret: true }, signal),
  );
}

/** The page's own form, sent again, is how a page learns what happened on the phone. */
async function lookAgain(
  { form, method, number, says }: PageOf<'second factor'>,
  walk: Walk,
): Promise<SessionResponse> {
  const { signIn, provider } = walk;
  if (says !== '' && walk.looks > 0)
    throw notApproved(`${provider.name} did not accept ${shown(method)}${quoted(says)}`);
  if (walk.looks === 0) {
    const what = number === undefined ? 'Approve the sign-in' : `Choose ${number}`;
    signIn.notice(`${what} on your phone: ${provider.name} waits for it`);
  }
  walk.looks += 1;
  if (walk.looks > MAX_LOOKS)
    throw notApproved(`Nobody approved the sign-in at ${provider.name} on the phone`);
  await waitALittle(signIn);
  return submitForm(walk.session, form);
}

function notApproved(message: string): DriverError {
  return new DriverError('AUTH_REFUSED', message, {
    remedy: 'Approve the request on the phone while the connection is being opened.',
  });
}

async function waitALittle({ pollMs = POLL_MS, signal }: PagesSignIn): Promise<void> {
  try {
    await pause(pollMs, undefined, { signal });
  } catch (cause) {
    if (signal.reason instanceof DriverError) throw signal.reason;
    throw new DriverError('EXEC_CANCELLED', 'The sign-in was cancelled', { cause });
  }
}

/** The same form again: the page waits for what a browser's script would find out. */
function waiting({ provider }: Walk): DriverError {
  return new DriverError(
    'AUTH_NOT_SUPPORTED',
    `${provider.name} shows the same page again and waits for something that only a browser can do`,
    { remedy: BROWSER_REMEDY },
  );
}

function refusedPassword(says: string, { provider }: Walk): DriverError {
  return new DriverError(
    'AUTH_REFUSED',
    `${provider.name} refused User or Password, or the account is locked${quoted(says)}`,
    { remedy: `Check User${provider.userForm} and Password. Too many attempts lock the account.` },
  );
}

/** A provider's name of a factor as part of a message. */
function shown(method: string): string {
  return /^[\w .-]{1,80}$/.test(method) ? method : 'of an unknown kind';
}
