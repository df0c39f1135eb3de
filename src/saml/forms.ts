import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { FormField, HtmlForm } from './html-form.ts';
import type { HttpSession, SessionResponse, SessionRequest } from '../net/http-session.ts';
import { readPage } from './page.ts';
import { resolveSameOrigin } from '../net/redirects.ts';

/** The values to fill in, by field name. */
export type FormValues = Readonly<Record<string, string | Secret>>;

/** The forms of a page. */
export function readForms(html: string, url: URL): readonly HtmlForm[] {
  return readPage(html, url).forms;
}

/** Submits a form with these values. The form must submit to the origin of its page. */
export function submitForm(
  session: HttpSession,
  form: HtmlForm,
  values: FormValues = {},
  options: { readonly allowHttpOnLoopback?: boolean } = {},
): Promise<SessionResponse> {
  for (const value of Object.values(values)) if (typeof value !== 'string') session.addSecret(value);
  return session.send(toFormRequest(form, values, options.allowHttpOnLoopback));
}

/** The request that a browser would send for the form. */
export function toFormRequest(form: HtmlForm, values: FormValues = {}, allowHttp = false): SessionRequest {
  const base = URL.canParse(form.base, form.page.href)
    ? new URL(form.base, form.page.href).href
    : form.page.href;
  const address = form.action.trim() === '' ? form.page.href : form.action.trim();
  const absolute = URL.canParse(address, base) ? new URL(address, base).href : address;
  const url = resolveSameOrigin(form.page, absolute, 'has a form that submits', allowHttp);
  if (form.method === 'get') {
    throw new DriverError(
      'AUTH_UNTRUSTED',
      `${url.origin} has a form that would put the password in the URL`,
    );
  }
  const text = new Secret(encodeFields(form.fields, values).toString());
  return { url, method: 'POST', body: { type: 'application/x-www-form-urlencoded', text } };
}

/** Each value replaces the first field of its name; values without a field are appended. */
function encodeFields(fields: readonly FormField[], values: FormValues): URLSearchParams {
  const remaining = new Map(Object.entries(values));
  const filled = new Set(remaining.keys());
  const pairs = new URLSearchParams();
  for (const { name, value, isSent } of fields) {
    const replacement = remaining.get(name);
    if (replacement !== undefined) {
      pairs.append(name, revealField(replacement));
      remaining.delete(name);
    } else if (isSent && !filled.has(name)) {
      pairs.append(name, value);
    }
  }
  for (const [name, value] of remaining) pairs.append(name, revealField(value));
  return pairs;
}

function revealField(value: string | Secret): string {
  return typeof value === 'string' ? value : value.reveal();
}
