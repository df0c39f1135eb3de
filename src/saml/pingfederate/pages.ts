import { DriverError } from '../../core/errors.ts';
import type { HtmlForm } from '../html-form.ts';
import type { SessionResponse } from '../../net/http-session.ts';
import type { HtmlPage } from '../page.ts';
import {
  assertionPage,
  namePage,
  passwordPage,
  single,
  textOfOne,
  typedFields,
  wantsNewPassword,
} from '../pages/readers.ts';
import type { PagesProvider, WantedPage } from '../pages/wanted-page.ts';
import { quoted } from '../quoted.ts';

/** The pages of PingFederate, and of others that show a plain form for name and password. */
export const pingPages: PagesProvider = {
  name: 'PingFederate',
  userForm: '',
  read(page, answer) {
    for (const read of READERS) {
      const known = read(page, answer);
      if (known !== undefined) return known;
    }
    return { kind: 'dead end', error: errorPage(page, answer) };
  },
  unauthorized: ({ url }) =>
    new DriverError(
      'AUTH_NOT_SUPPORTED',
      `${url.origin} asks for Windows sign-in or HTTP Basic, expected a page`,
      {
        remedy:
          'Have an administrator put an HTML form adapter first for the connection to AWS, or use the address of the STS (.../idp/sts.wst).',
      },
    ),
  passwordWanted: () => new DriverError('AUTH_MISSING_PROPERTY', 'PingFederate asks for User and Password'),
};

/** The first that knows the page says what it is. */
const READERS: readonly ((page: HtmlPage, answer: SessionResponse) => WantedPage | undefined)[] = [
  assertionPage,
  (page, answer) => (answer.status < 400 ? undefined : { kind: 'dead end', error: errorPage(page, answer) }),
  newPasswordPage,
  loginPage,
  (page) => namePage(page, errorText(page)),
  codePage,
  handOver,
  relayPage,
  ({ refresh }) => (refresh === undefined ? undefined : { kind: 'moving on', address: refresh }),
];

function newPasswordPage(page: HtmlPage): WantedPage | undefined {
  if (!wantsNewPassword(page)) return undefined;
  const error = new DriverError('AUTH_REFUSED', 'PingFederate wants the password to be changed', {
    remedy: 'Change the password with a browser.',
  });
  return { kind: 'dead end', error };
}

/** What a click on the form's button would have a script fill in. */
const CLICKED = { 'pf.ok': 'clicked' };

function loginPage(page: HtmlPage): WantedPage | undefined {
  const asked = passwordPage(page, errorText(page));
  if (asked === undefined) return undefined;
  const hasButton = asked.form.fields.some(({ name }) => name === 'pf.ok');
  return hasButton ? { ...asked, scripted: CLICKED } : asked;
}

function codePage(page: HtmlPage): WantedPage | undefined {
  const form = page.forms.find((candidate) => typedFields(candidate).length > 0);
  if (form === undefined) return undefined;
  const field = single(typedFields(form));
  return {
    kind: 'second factor',
    method: page.title === '' ? (field?.name ?? '') : page.title,
    form,
    field,
    isWaiting: false,
    number: undefined,
    says: errorText(page),
  };
}

/** How PingID is told who is to prove a second factor there: by swipe, number, code or security key, as it chooses. */
const PINGID_REQUEST = 'ppm_request';

/** PingID and the like: a form that takes the browser, and what it knows, to another server. */
function handOver({ forms, url }: HtmlPage): WantedPage | undefined {
  const elsewhere = forms
    .map(addressOf)
    .find((address) => address !== undefined && address.origin !== url.origin);
  if (elsewhere === undefined) return undefined;
  const isPingId = forms.some(({ fields }) => fields.some(({ name }) => name === PINGID_REQUEST));
  const error = new DriverError(
    'AUTH_NOT_SUPPORTED',
    `PingFederate hands the sign-in over to ${isPingId ? 'PingID at ' : ''}${elsewhere.origin}, which needs a browser`,
    {
      remedy:
        'Have an administrator leave the second factor out for this connection or use the STS (.../idp/sts.wst), or sign in with a browser and use AuthScheme=SAMLAssertion.',
    },
  );
  return { kind: 'dead end', error };
}

function addressOf({ action, page, base }: HtmlForm): URL | undefined {
  if (action.trim() === '') return page;
  return URL.canParse(action, base) ? new URL(action, base) : undefined;
}

/** A form that a script sends as soon as the page is there. */
function relayPage({ forms }: HtmlPage): WantedPage | undefined {
  const form = forms.find(({ fields }) => fields.length > 0);
  return form === undefined ? undefined : { kind: 'relay', form };
}

function errorText(page: HtmlPage): string {
  return textOfOne(page, ['errorMessage', 'error', 'ping-error']);
}

function errorPage(page: HtmlPage, { status }: SessionResponse): DriverError {
  const said = errorText(page) || page.title;
  if (/PartnerSpId|unknown partner|no connection|not found/i.test(said) || status === 404) {
    return new DriverError('AUTH_SAML', `PingFederate knows no connection of that name${quoted(said)}`, {
      remedy: "Name the SP connection for AWS by its partner entity ID: SSOProperties='RelyingParty=...'.",
    });
  }
  if (status >= 500)
    return new DriverError('AUTH_UNAVAILABLE', `PingFederate failed with status ${status}${quoted(said)}`);
  return new DriverError(
    'AUTH_MALFORMED',
    `PingFederate showed a page without a form (status ${status})${quoted(said)}`,
    {
      remedy:
        'Check SSOLoginURL: .../idp/startSSO.ping?PartnerSpId=urn:amazon:webservices, or the STS (.../idp/sts.wst).',
    },
  );
}
