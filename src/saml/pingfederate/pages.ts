import { DriverError } from '../../core/errors.ts';
import type { HtmlForm } from '../html-form.ts';
import type { SessionResponse } from '../../net/http-session.ts';
import type { HtmlPage } from '../page.ts';
import {
  readAssertionPage,
  readNamePage,
  readPasswordPage,
  onlyOne,
  findText,
  findTypedFields,
  hasNewPasswordForm,
} from '../pages/readers.ts';
import type { PagesProvider, SignInPage } from '../pages/sign-in-page.ts';
import { formatDetail } from '../excerpt.ts';

/** The pages of PingFederate, and of other providers with a plain password form. */
export const pingPages: PagesProvider = {
  name: 'PingFederate',
  userForm: '',
  read(page, answer) {
    for (const read of READERS) {
      const recognized = read(page, answer);
      if (recognized !== undefined) return recognized;
    }
    return { kind: 'dead end', error: toErrorPageError(page, answer) };
  },
  unauthorized: ({ url }) =>
    new DriverError(
      'AUTH_NOT_SUPPORTED',
      `${url.origin} requires Windows sign-in or HTTP Basic instead of a sign-in page`,
      {
        remedy:
          'Have an administrator put an HTML form adapter first for the connection to AWS, or use the URL of the STS (.../idp/sts.wst).',
      },
    ),
  passwordRequired: () => new DriverError('AUTH_MISSING_PROPERTY', 'PingFederate requires User and Password'),
};

/** Tried in this order; the first that recognizes the page returns it. */
const READERS: readonly ((page: HtmlPage, answer: SessionResponse) => SignInPage | undefined)[] = [
  readAssertionPage,
  (page, answer) =>
    answer.status < 400 ? undefined : { kind: 'dead end', error: toErrorPageError(page, answer) },
  readNewPasswordPage,
  readLoginPage,
  (page) => readNamePage(page, findErrorText(page)),
  readCodePage,
  readHandOverPage,
  readRelayPage,
  ({ refresh }) => (refresh === undefined ? undefined : { kind: 'redirect', address: refresh }),
];

function readNewPasswordPage(page: HtmlPage): SignInPage | undefined {
  if (!hasNewPasswordForm(page)) return undefined;
  const error = new DriverError('AUTH_REFUSED', 'PingFederate requires a new password', {
    remedy: 'Change the password with a browser.',
  });
  return { kind: 'dead end', error };
}

/** Filled in by a script when the button is clicked. */
const CLICKED = { 'pf.ok': 'clicked' };

function readLoginPage(page: HtmlPage): SignInPage | undefined {
  const login = readPasswordPage(page, findErrorText(page));
  if (login === undefined) return undefined;
  const hasButton = login.form.fields.some(({ name }) => name === 'pf.ok');
  return hasButton ? { ...login, scripted: CLICKED } : login;
}

function readCodePage(page: HtmlPage): SignInPage | undefined {
  const form = page.forms.find((candidate) => findTypedFields(candidate).length > 0);
  if (form === undefined) return undefined;
  const field = onlyOne(findTypedFields(form));
  return {
    kind: 'second factor',
    method: page.title === '' ? (field?.name ?? '') : page.title,
    form,
    field,
    isWaiting: false,
    number: undefined,
    detail: findErrorText(page),
  };
}

/** The request to PingID for a second factor: a swipe, number, code or security key. */
const PINGID_REQUEST = 'ppm_request';

/** A form that sends the browser to another server, such as PingID. */
function readHandOverPage({ forms, url }: HtmlPage): SignInPage | undefined {
  const target = forms
    .map(resolveFormUrl)
    .find((address) => address !== undefined && address.origin !== url.origin);
  if (target === undefined) return undefined;
  const isPingId = forms.some(({ fields }) => fields.some(({ name }) => name === PINGID_REQUEST));
  const error = new DriverError(
    'AUTH_NOT_SUPPORTED',
    `PingFederate delegates the sign-in to ${isPingId ? 'PingID at ' : ''}${target.origin}, which needs a browser`,
    {
      remedy:
        'Have an administrator exempt this connection from the second factor, use the STS (.../idp/sts.wst), or sign in with a browser and use AuthScheme=SAMLAssertion.',
    },
  );
  return { kind: 'dead end', error };
}

function resolveFormUrl({ action, page, base }: HtmlForm): URL | undefined {
  if (action.trim() === '') return page;
  return URL.canParse(action, base) ? new URL(action, base) : undefined;
}

/** A form that a script submits when the page is loaded. */
function readRelayPage({ forms }: HtmlPage): SignInPage | undefined {
  const form = forms.find(({ fields }) => fields.length > 0);
  return form === undefined ? undefined : { kind: 'auto submit', form };
}

function findErrorText(page: HtmlPage): string {
  return findText(page, ['errorMessage', 'error', 'ping-error']);
}

function toErrorPageError(page: HtmlPage, { status }: SessionResponse): DriverError {
  const detail = findErrorText(page) || page.title;
  if (/PartnerSpId|unknown partner|no connection|not found/i.test(detail) || status === 404) {
    return new DriverError(
      'AUTH_SAML',
      `PingFederate has no connection with that name${formatDetail(detail)}`,
      {
        remedy: "Name the SP connection for AWS by its partner entity ID: SSOProperties='RelyingParty=...'.",
      },
    );
  }
  if (status >= 500)
    return new DriverError(
      'AUTH_UNAVAILABLE',
      `PingFederate failed with status ${status}${formatDetail(detail)}`,
    );
  return new DriverError(
    'AUTH_MALFORMED',
    `PingFederate showed a page without a form (status ${status})${formatDetail(detail)}`,
    {
      remedy:
        'Check SSOLoginURL: .../idp/startSSO.ping?PartnerSpId=urn:amazon:webservices, or the STS (.../idp/sts.wst).',
    },
  );
}
