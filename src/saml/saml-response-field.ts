import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { HtmlPage } from './page.ts';

/** The SAML response that a page would post to AWS, base64-encoded; undefined if it has none. */
export function findSamlResponse(page: HtmlPage): Secret | undefined {
  const values = new Set(
    page.forms.flatMap(({ fields }) =>
      fields.filter(({ name }) => name === 'SAMLResponse').map(({ value }) => value.replaceAll(/\s+/g, '')),
    ),
  );
  if (values.size > 1) {
    throw new DriverError('AUTH_MALFORMED', `${page.url.origin} responded with several SAML responses`);
  }
  const [value] = values;
  return value === undefined || value === '' ? undefined : new Secret(value);
}
