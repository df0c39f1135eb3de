import { DriverError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { HttpSession, SessionResponse } from '../../net/http-session.ts';
import { excerpt } from '../excerpt.ts';
import { type HtmlPage, readPage } from '../page.ts';
import { findSamlResponse } from '../saml-response-field.ts';
import { getMember } from './authn-response.ts';
import { findStateToken } from './page-state.ts';

/** The page of the AWS application: a SAML response, or the state token of a further sign-in step. */
export type ApplicationPage =
  | { readonly kind: 'response'; readonly encoded: Secret }
  | { readonly kind: 'step-up'; readonly stateToken: Secret };

/** Opens the AWS application. Its form, which would be posted to AWS, is only read. */
export async function openApplication(url: string, session: HttpSession): Promise<ApplicationPage> {
  const answer = await session.send({ url, headers: { accept: 'text/html' } });
  if (answer.status >= 400) throw toOpenError(answer);
  const page = readPage(answer.text, answer.url, answer.redact);
  const encoded = findSamlResponse(page);
  if (encoded !== undefined) return { kind: 'response', encoded };
  const stateToken = findStateToken(page.scripts);
  if (stateToken !== undefined) return { kind: 'step-up', stateToken: new Secret(stateToken) };
  throw await toNoResponseError(page, session);
}

function toOpenError({ status, url }: SessionResponse): DriverError {
  if (status === 429 || status >= 500) {
    return new DriverError('AUTH_UNAVAILABLE', `The AWS application at Okta failed with status ${status}`);
  }
  return new DriverError(
    'AUTH_REFUSED',
    `The user is not allowed to open the AWS application at ${url.origin} (status ${status})`,
    { remedy: 'Ask an Okta administrator to assign the application to you, and check SSOLoginURL.' },
  );
}

const SIGN_IN_PAGES = /^\/(?:login\/|signin(?:\/|$)|app\/UserHome)/;

async function toNoResponseError(page: HtmlPage, session: HttpSession): Promise<DriverError> {
  if (await isIdentityEngine(page.url.origin, session)) return identityEngineError(page.url.origin);
  if (SIGN_IN_PAGES.test(page.url.pathname)) {
    return new DriverError('AUTH_REFUSED', 'Okta rejected the session for the AWS application', {
      remedy: 'Set SSOLoginURL to the embed link of the AWS application, which Okta administrators can see.',
    });
  }
  const title = page.title === '' ? '' : `: ${excerpt(page.title)}`;
  return new DriverError(
    'AUTH_MALFORMED',
    `The page of the AWS application contains no SAML response${title}`,
    {
      remedy: 'Check SSOLoginURL, and sign in with a browser once to see what Okta requires.',
    },
  );
}

/** Whether the organization uses Okta Identity Engine. */
export async function isIdentityEngine(origin: string, session: HttpSession): Promise<boolean> {
  const answer = await session.send({ url: `${origin}/.well-known/okta-organization` });
  if (answer.status !== 200) return false;
  try {
    return getMember(JSON.parse(answer.text), 'pipeline') === 'idx';
  } catch {
    return false;
  }
}

/** The error for a policy that only the pages of Identity Engine can satisfy. */
export function identityEngineError(origin: string, cause?: unknown): DriverError {
  return new DriverError(
    'AUTH_NOT_SUPPORTED',
    `${origin} runs Okta Identity Engine with a policy that requires a browser`,
    {
      remedy:
        'Ask an Okta administrator to allow password and one factor for the AWS application, or use ' +
        'AuthScheme=SAMLAssertion with a response from the browser.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
