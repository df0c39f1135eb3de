import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { HtmlPage } from './page.ts';

/** The response that a page would hand to AWS, in base64; undefined where the page has none. */
export function samlResponseField(page: HtmlPage): Secret | undefined {
  const values = new Set(
    page.forms.flatMap(({ fields }) =>
      fields.filter(({ name }) => name === 'SAMLResponse').map(({ value }) => value.replaceAll(/\s+/g, '')),
    ),
  );
  if (values.size > 1) {
    throw new DriverError('AUTH_MALFORMED', `${page.url.origin} answered with several SAML responses`);
  }
  const [value] = values;
  return value === undefined || value === '' ? undefined : new Secret(value);
}
