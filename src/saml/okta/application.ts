import { DriverError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { HttpSession, SessionResponse } from '../../net/http-session.ts';
import { excerpt, type HtmlPage, readPage } from '../page.ts';
import { samlResponseField } from '../saml-response-field.ts';
import { at } from './answer.ts';
import { stateTokenIn } from './page-state.ts';

/** What the AWS application's page gave: the response for AWS, or the token of a sign-in step that it still wants. */
export type ApplicationPage =
  | { readonly kind: 'response'; readonly encoded: Secret }
  | { readonly kind: 'step-up'; readonly stateToken: Secret };

/** Opens the AWS application. Its form goes to AWS, so it is read and never sent. */
export async function openApplication(url: string, session: HttpSession): Promise<ApplicationPage> {
  const answer = await session.send({ url, headers: { accept: 'text/html' } });
  if (answer.status >= 400) throw notOpened(answer);
  const page = readPage(answer.text, answer.url, answer.redact);
  const encoded = samlResponseField(page);
  if (encoded !== undefined) return { kind: 'response', encoded };
  const stateToken = stateTokenIn(page.scripts);
  if (stateToken !== undefined) return { kind: 'step-up', stateToken: new Secret(stateToken) };
  throw await withoutResponse(page, session);
}

function notOpened({ status, url }: SessionResponse): DriverError {
  if (status === 429 || status >= 500) {
    return new DriverError('AUTH_UNAVAILABLE', `Okta answered with status ${status} for the AWS application`);
  }
  return new DriverError(
    'AUTH_REFUSED',
    `The user may not open the AWS application at ${url.origin} (status ${status})`,
    { remedy: 'Ask an administrator of Okta to assign the application to you, and check SSOLoginURL.' },
  );
}

const SIGN_IN_PAGES = /^\/(?:login\/|signin(?:\/|$)|app\/UserHome)/;

async function withoutResponse(page: HtmlPage, session: HttpSession): Promise<DriverError> {
  if (await isIdentityEngine(page.url.origin, session)) return newEngine(page.url.origin);
  if (SIGN_IN_PAGES.test(page.url.pathname)) {
    return new DriverError('AUTH_REFUSED', 'Okta did not accept its own session for the AWS application', {
      remedy:
        "Check SSOLoginURL: it is the embed link of the AWS application, as Okta's administrators see it.",
    });
  }
  const title = page.title === '' ? '' : `: ${excerpt(page.title)}`;
  return new DriverError('AUTH_MALFORMED', `The page of the AWS application holds no SAML response${title}`, {
    remedy: 'Check SSOLoginURL, and sign in with a browser once to see what Okta asks for.',
  });
}

/** Whether the organisation signs users in with the Identity Engine, as it says itself. */
export async function isIdentityEngine(origin: string, session: HttpSession): Promise<boolean> {
  const answer = await session.send({ url: `${origin}/.well-known/okta-organization` });
  if (answer.status !== 200) return false;
  try {
    return at(JSON.parse(answer.text), 'pipeline') === 'idx';
  } catch {
    return false;
  }
}

/** Why a program cannot sign in where only the new engine's pages can. */
export function newEngine(origin: string, cause?: unknown): DriverError {
  return new DriverError(
    'AUTH_NOT_SUPPORTED',
    `${origin} runs Okta Identity Engine with a policy that only a browser can meet`,
    {
      remedy:
        'Ask an administrator of Okta to allow password and one factor for the AWS application, or use ' +
        'AuthScheme=SAMLAssertion with a response from the browser.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
