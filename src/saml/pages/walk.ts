import { DriverError } from '../../core/errors.ts';
import type { PromptRequest } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import { submitForm } from '../forms.ts';
import type { HttpSession, SessionResponse, SessionRequest } from '../../net/http-session.ts';
import { readPage } from '../page.ts';
import { formatDetail } from '../excerpt.ts';
import { resolveSameOrigin } from '../../net/redirects.ts';
import type { PagesProvider, SignInPage } from './sign-in-page.ts';

/** The credentials and environment of a sign-in through pages. */
export interface PagesSignIn {
  /** Absent if HTTP authenticates the user. */
  readonly user?: { readonly name: string; readonly password: Secret } | undefined;
  /** The code of a second factor. */
  readonly passCode?: Secret | undefined;
  readonly signal: AbortSignal;
  /** Asks the user; absent in unattended processes. */
  prompt?: ((request: PromptRequest, signal: AbortSignal) => Promise<string>) | undefined;
  /** Shows the user a line, such as a number to choose on the phone. */
  notice(message: string): void;
  /** Waits for the next poll of an approval. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Replaces `session.send`, for HTTP authentication. */
  open?: ((request: SessionRequest) => Promise<SessionResponse>) | undefined;
}

type PageOf<K extends SignInPage['kind']> = Extract<SignInPage, { kind: K }>;

interface Walk {
  readonly session: HttpSession;
  readonly provider: PagesProvider;
  readonly signIn: PagesSignIn;
  /** Questions already answered; each is answered once. */
  readonly answered: Set<string>;
  codes: number;
  polls: number;
}

const BROWSER_REMEDY =
  'Have the administrator allow a factor with a code, or sign in with a browser and use AuthScheme=SAMLAssertion.';

const MAX_PAGES = 12;
const MAX_POLLS = 60;
/** The interval between polls for an approval. */
const POLL_MS = 3000;

/** Walks from page to page to the SAML response, which is returned base64-encoded and not sent to AWS. */
export async function walkPages(
  session: HttpSession,
  url: string,
  provider: PagesProvider,
  signIn: PagesSignIn,
): Promise<Secret> {
  const walk: Walk = { session, provider, signIn, answered: new Set(), codes: 0, polls: 0 };
  const open = signIn.open ?? ((request: SessionRequest) => session.send(request));
  let answer = await open({ url });
  for (let pages = 0; pages - walk.polls < MAX_PAGES; pages += 1) {
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
        answer = page.isWaiting ? await pollPhone(factor, walk) : await sendCode(factor, walk);
        break;
      }
      case 'auto submit':
        answerOnce(`the form ${JSON.stringify([page.form.action, page.form.fields])}`, walk, () =>
          stuckError(walk),
        );
        answer = await submitForm(session, page.form);
        break;
      case 'redirect':
        answer = await open({
          url: resolveSameOrigin(answer.url, page.address, 'has a page that redirects'),
        });
        break;
      case 'dead end':
        throw page.error;
    }
  }
  throw new DriverError(
    'AUTH_MALFORMED',
    `${provider.name} showed ${MAX_PAGES} pages without a SAML response`,
  );
}

async function sendName(page: PageOf<'name'>, walk: Walk): Promise<SessionResponse> {
  const { name } = requireUser(walk);
  answerOnce('the name', walk, () => passwordError(page.detail, walk));
  return submitForm(walk.session, page.form, { [page.user.name]: name });
}

/** A password is sent once: if the form is shown again, it was wrong. */
async function sendPassword(page: PageOf<'password'>, walk: Walk): Promise<SessionResponse> {
  const { name, password } = requireUser(walk);
  answerOnce('the password', walk, () => passwordError(page.detail, walk));
  return submitForm(walk.session, page.form, {
    ...page.scripted,
    ...(page.user === undefined ? {} : { [page.user.name]: name }),
    [page.password.name]: password,
  });
}

function requireUser({ signIn, provider }: Walk): { readonly name: string; readonly password: Secret } {
  if (signIn.user === undefined) throw provider.passwordRequired();
  return signIn.user;
}

function answerOnce(question: string, { answered }: Walk, toError: () => DriverError): void {
  if (answered.has(question)) throw toError();
  answered.add(question);
}

async function sendCode(page: PageOf<'second factor'>, walk: Walk): Promise<SessionResponse> {
  const { field, form } = page;
  const { name } = walk.provider;
  const method = displayMethod(page.method);
  if (field === undefined) {
    throw new DriverError(
      'AUTH_NOT_SUPPORTED',
      `${name} requires the second factor ${method}, which needs a browser`,
      { remedy: BROWSER_REMEDY },
    );
  }
  const toError = (): DriverError =>
    new DriverError('AUTH_REFUSED', `${name} rejected the code for ${method}${formatDetail(page.detail)}`, {
      remedy: 'Use the code that the device shows now; each code works once.',
    });
  answerOnce(`${page.method} ${field.name}`, walk, toError);
  return submitForm(walk.session, form, { [field.name]: await resolveCode(method, page.detail, walk) });
}

async function resolveCode(method: string, detail: string, walk: Walk): Promise<Secret> {
  const { passCode, prompt, signal } = walk.signIn;
  const { name } = walk.provider;
  walk.codes += 1;
  // A code works once.
  if (passCode !== undefined && walk.codes === 1) return passCode;
  if (prompt === undefined) {
    throw new DriverError(
      'AUTH_CODE_NEEDED',
      `${name} requires a code for ${method}${formatDetail(detail)}`,
      {
        remedy: 'Set MFAPassCode in SSOProperties to the code, or connect with onPrompt to be asked for it.',
      },
    );
  }
  return new Secret(
    await prompt({ kind: 'code', message: `Code for ${method} at ${name}`, secret: true }, signal),
  );
}

/** The page is told of an approval on the phone when its form is submitted again. */
async function pollPhone(
  { form, method, number, detail }: PageOf<'second factor'>,
  walk: Walk,
): Promise<SessionResponse> {
  const { signIn, provider } = walk;
  if (detail !== '' && walk.polls > 0)
    throw notApprovedError(`${provider.name} rejected ${displayMethod(method)}${formatDetail(detail)}`);
  if (walk.polls === 0) {
    const what = number === undefined ? 'Approve the sign-in' : `Choose ${number}`;
    signIn.notice(`${what} on your phone (${provider.name})`);
  }
  walk.polls += 1;
  if (walk.polls > MAX_POLLS)
    throw notApprovedError(`The sign-in at ${provider.name} was not approved on the phone in time`);
  await signIn.wait(POLL_MS, signIn.signal);
  return submitForm(walk.session, form);
}

function notApprovedError(message: string): DriverError {
  return new DriverError('AUTH_REFUSED', message, {
    remedy: 'Approve the request on the phone while the connection is being opened.',
  });
}

/** The same form was shown again: the page waits for a script. */
function stuckError({ provider }: Walk): DriverError {
  return new DriverError(
    'AUTH_NOT_SUPPORTED',
    `${provider.name} repeats the same page, which needs a browser`,
    { remedy: BROWSER_REMEDY },
  );
}

function passwordError(detail: string, { provider }: Walk): DriverError {
  return new DriverError(
    'AUTH_REFUSED',
    `${provider.name} rejected User or Password, or the account is locked${formatDetail(detail)}`,
    { remedy: `Check User${provider.userForm} and Password. Too many attempts lock the account.` },
  );
}

/** A provider's name for a factor, for messages. */
function displayMethod(method: string): string {
  return /^[\w .-]{1,80}$/.test(method) ? method : 'of an unknown kind';
}
