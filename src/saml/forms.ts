import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { FormField, HtmlForm } from './html-form.ts';
import type { HttpSession, SessionResponse, SessionRequest } from '../net/http-session.ts';
import { readPage } from './page.ts';
import { resolveSameOrigin } from '../net/redirects.ts';

/** What to fill in, by the names of fields. */
export type FormValues = Readonly<Record<string, string | Secret>>;

/** The forms of a page. */
export function readForms(html: string, url: URL): readonly HtmlForm[] {
  return readPage(html, url).forms;
}

/** Sends a form with these values in place of its own. The form and its page must be of one origin. */
export function submitForm(
  session: HttpSession,
  form: HtmlForm,
  values: FormValues = {},
  options: { readonly allowHttpOnLoopback?: boolean } = {},
): Promise<SessionResponse> {
  for (const value of Object.values(values)) if (typeof value !== 'string') session.addSecret(value);
  return session.send(formRequest(form, values, options.allowHttpOnLoopback));
}

/** The request that a browser would send for the form. */
export function formRequest(form: HtmlForm, values: FormValues = {}, allowHttp = false): SessionRequest {
  const base = URL.canParse(form.base, form.page.href)
    ? new URL(form.base, form.page.href).href
    : form.page.href;
  const address = form.action.trim() === '' ? form.page.href : form.action.trim();
  const absolute = URL.canParse(address, base) ? new URL(address, base).href : address;
  const url = resolveSameOrigin(form.page, absolute, 'has a form that leads', allowHttp);
  if (form.method === 'get') {
    throw new DriverError(
      'AUTH_UNTRUSTED',
      `${url.origin} has a form that would put the password into an address`,
    );
  }
  const text = new Secret(encoded(form.fields, values).toString());
  return { url, method: 'POST', body: { type: 'application/x-www-form-urlencoded', text } };
}

/** Each given value takes the place of the first field of its name; what the form does not have follows at the end. */
function encoded(fields: readonly FormField[], values: FormValues): URLSearchParams {
  const left = new Map(Object.entries(values));
  const given = new Set(left.keys());
  const pairs = new URLSearchParams();
  for (const { name, value, isSent } of fields) {
    const mine = left.get(name);
    if (mine !== undefined) {
      pairs.append(name, plain(mine));
      left.delete(name);
    } else if (isSent && !given.has(name)) {
      pairs.append(name, value);
    }
  }
  for (const [name, value] of left) pairs.append(name, plain(value));
  return pairs;
}

function plain(value: string | Secret): string {
  return typeof value === 'string' ? value : value.reveal();
}
