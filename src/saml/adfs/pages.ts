import type { DriverError } from '../../core/errors.ts';
import type { HtmlForm } from '../html-form.ts';
import type { SessionResponse } from '../../net/http-session.ts';
import type { HtmlPage } from '../page.ts';
import {
  readAssertionPage,
  readPasswordPage,
  onlyOne,
  findText,
  findTypedFields,
  hasNewPasswordForm,
} from '../pages/readers.ts';
import type { PagesProvider, SignInPage } from '../pages/sign-in-page.ts';
import { DEAD_ENDS, toErrorPageError, windowsSignInError } from './dead-ends.ts';

/** The pages of ADFS, from AD FS 2.0 on. */
export const adfsPages: PagesProvider = {
  name: 'ADFS',
  userForm: String.raw` (as DOMAIN\user or user@domain)`,
  read(page, answer) {
    for (const read of READERS) {
      const recognized = read(page, answer);
      if (recognized !== undefined) return recognized;
    }
    return toDeadEnd(toErrorPageError(answer, page.title, findErrorText(page)));
  },
  unauthorized: windowsSignInError,
  passwordRequired: () => DEAD_ENDS.password(),
};

/** Authentication methods that are not a second factor. */
const FIRST_FACTORS: ReadonlySet<string> = new Set(['', 'FormsAuthentication', 'WindowsAuthentication']);

/** Tried in this order; the first that recognizes the page returns it. */
const READERS: readonly ((page: HtmlPage, answer: SessionResponse) => SignInPage | undefined)[] = [
  readAssertionPage,
  readFailedPage,
  readCertificatePage,
  readNewPasswordPage,
  readSecondFactorPage,
  (page) => readPasswordPage(page, findErrorText(page)),
  readHomeRealmPage,
  ({ refresh }) => (refresh === undefined ? undefined : { kind: 'redirect', address: refresh }),
];

function readFailedPage(page: HtmlPage, answer: SessionResponse): SignInPage | undefined {
  return answer.status < 400
    ? undefined
    : toDeadEnd(toErrorPageError(answer, page.title, findErrorText(page)));
}

function readCertificatePage(page: HtmlPage): SignInPage | undefined {
  const isAsked = page.forms.some((form) => findAuthMethod(form) === 'CertificateAuthentication');
  return isAsked ? toDeadEnd(DEAD_ENDS.certificate()) : undefined;
}

function readNewPasswordPage(page: HtmlPage): SignInPage | undefined {
  return hasNewPasswordForm(page) ? toDeadEnd(DEAD_ENDS.newPassword()) : undefined;
}

/** The page also has a form `options` to switch between methods. */
function readSecondFactorPage(page: HtmlPage): SignInPage | undefined {
  const candidates = page.forms.filter((form) => !FIRST_FACTORS.has(findAuthMethod(form)));
  const form = candidates.find(({ id }) => id !== 'options') ?? candidates[0];
  if (form === undefined) return undefined;
  const method = findAuthMethod(form);
  const fields = findTypedFields(form).filter(({ name }) => !/^user_?name$/i.test(name));
  return {
    kind: 'second factor',
    method,
    form,
    field: onlyOne(fields),
    isWaiting: fields.length === 0 && /^AzureMfa/i.test(method),
    number: page.textById('validEntropyNumber') || undefined,
    detail: findErrorText(page),
  };
}

function readHomeRealmPage(page: HtmlPage): SignInPage | undefined {
  const isAsked = page.forms.some(
    ({ id, fields }) => id === 'hrd' || fields.some(({ name }) => name === 'HomeRealmSelection'),
  );
  return isAsked ? toDeadEnd(DEAD_ENDS.homeRealm()) : undefined;
}

function toDeadEnd(error: DriverError): SignInPage {
  return { kind: 'dead end', error };
}

function findAuthMethod({ fields }: HtmlForm): string {
  return fields.find(({ name }) => name === 'AuthMethod')?.value ?? '';
}

/** The elements that contain errors in different versions of ADFS. */
const ERROR_IDS = ['errorText', 'errorMessage', 'error', 'ctl00_ContentPlaceHolder1_ErrorTextLabel'];

function findErrorText(page: HtmlPage): string {
  return findText(page, ERROR_IDS);
}
