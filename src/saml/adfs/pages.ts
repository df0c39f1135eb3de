import type { DriverError } from '../../core/errors.ts';
import type { HtmlForm } from '../html-form.ts';
import type { SessionResponse } from '../../net/http-session.ts';
import type { HtmlPage } from '../page.ts';
import {
  assertionPage,
  passwordPage,
  single,
  textOfOne,
  typedFields,
  wantsNewPassword,
} from '../pages/readers.ts';
import type { PagesProvider, WantedPage } from '../pages/wanted-page.ts';
import { DEAD_ENDS, errorPage, windowsWanted } from './dead-ends.ts';

/** The pages of ADFS, from AD FS 2.0 on. */
export const adfsPages: PagesProvider = {
  name: 'ADFS',
  userForm: String.raw` (as DOMAIN\user or user@domain)`,
  read(page, answer) {
    for (const read of READERS) {
      const known = read(page, answer);
      if (known !== undefined) return known;
    }
    return deadEnd(errorPage(answer, page.title, errorText(page)));
  },
  unauthorized: windowsWanted,
  passwordWanted: () => DEAD_ENDS.password(),
};

/** The ways to sign in that are no second factor. */
const FIRST_FACTORS: ReadonlySet<string> = new Set(['', 'FormsAuthentication', 'WindowsAuthentication']);

/** The first that knows the page says what it is. */
const READERS: readonly ((page: HtmlPage, answer: SessionResponse) => WantedPage | undefined)[] = [
  assertionPage,
  failedPage,
  certificatePage,
  newPasswordPage,
  secondFactorPage,
  (page) => passwordPage(page, errorText(page)),
  homeRealmPage,
  ({ refresh }) => (refresh === undefined ? undefined : { kind: 'moving on', address: refresh }),
];

function failedPage(page: HtmlPage, answer: SessionResponse): WantedPage | undefined {
  return answer.status < 400 ? undefined : deadEnd(errorPage(answer, page.title, errorText(page)));
}

function certificatePage(page: HtmlPage): WantedPage | undefined {
  const isAsked = page.forms.some((form) => methodOf(form) === 'CertificateAuthentication');
  return isAsked ? deadEnd(DEAD_ENDS.certificate()) : undefined;
}

function newPasswordPage(page: HtmlPage): WantedPage | undefined {
  return wantsNewPassword(page) ? deadEnd(DEAD_ENDS.newPassword()) : undefined;
}

/** The page has a second form that switches between methods; it is named `options`. */
function secondFactorPage(page: HtmlPage): WantedPage | undefined {
  const asking = page.forms.filter((form) => !FIRST_FACTORS.has(methodOf(form)));
  const form = asking.find(({ id }) => id !== 'options') ?? asking[0];
  if (form === undefined) return undefined;
  const method = methodOf(form);
  const fields = typedFields(form).filter(({ name }) => !/^user_?name$/i.test(name));
  return {
    kind: 'second factor',
    method,
    form,
    field: single(fields),
    isWaiting: fields.length === 0 && /^AzureMfa/i.test(method),
    number: page.textOf('validEntropyNumber') || undefined,
    says: errorText(page),
  };
}

function homeRealmPage(page: HtmlPage): WantedPage | undefined {
  const isAsked = page.forms.some(
    ({ id, fields }) => id === 'hrd' || fields.some(({ name }) => name === 'HomeRealmSelection'),
  );
  return isAsked ? deadEnd(DEAD_ENDS.homeRealm()) : undefined;
}

function deadEnd(error: DriverError): WantedPage {
  return { kind: 'dead end', error };
}

function methodOf({ fields }: HtmlForm): string {
  return fields.find(({ name }) => name === 'AuthMethod')?.value ?? '';
}

/** Where the versions of ADFS put what went wrong. */
const ERROR_IDS = ['errorText', 'errorMessage', 'error', 'ctl00_ContentPlaceHolder1_ErrorTextLabel'];

function errorText(page: HtmlPage): string {
  return textOfOne(page, ERROR_IDS);
}
