import type { FormField, HtmlForm } from '../html-form.ts';
import type { HtmlPage } from '../page.ts';
import { findSamlResponse } from '../saml-response-field.ts';
import type { SignInPage } from './sign-in-page.ts';

const TYPED_INPUTS: ReadonlySet<string> = new Set(['text', 'password', 'tel', 'number', 'email']);
const USER_FIELD = /user|identifier|subject|login/i;

/** A page with a SAML response. */
export function readAssertionPage(page: HtmlPage): SignInPage | undefined {
  const encoded = findSamlResponse(page);
  return encoded === undefined ? undefined : { kind: 'assertion', encoded };
}

/** A page that asks for user name and password, or only for the password. */
export function readPasswordPage(
  page: HtmlPage,
  detail: string,
): Extract<SignInPage, { kind: 'password' }> | undefined {
  for (const form of page.forms) {
    const password = form.fields.find(({ type }) => type === 'password');
    if (password === undefined) continue;
    const names = findTypedFields(form).filter(({ type }) => type !== 'password');
    const user =
      names.find(({ name }) => USER_FIELD.test(name)) ?? names.find(({ type }) => type === 'email');
    return { kind: 'password', form, user, password, detail };
  }
  return undefined;
}

/** A page that asks only for the user name. */
export function readNamePage(page: HtmlPage, detail: string): SignInPage | undefined {
  for (const form of page.forms) {
    const user = onlyOne(findTypedFields(form));
    if (user !== undefined && USER_FIELD.test(user.name)) return { kind: 'name', form, user, detail };
  }
  return undefined;
}

/** Whether a form has several password fields, for the old and the new password. */
export function hasNewPasswordForm(page: HtmlPage): boolean {
  return page.forms.some(({ fields }) => fields.filter(({ type }) => type === 'password').length > 1);
}

/** The fields that a user types into. */
export function findTypedFields({ fields }: HtmlForm): readonly FormField[] {
  return fields.filter(({ type }) => TYPED_INPUTS.has(type));
}

/** The element of a list with exactly one. */
export function onlyOne<T>(values: readonly T[]): T | undefined {
  return values.length === 1 ? values[0] : undefined;
}

/** The text of the first of these elements that has any. */
export function findText(page: HtmlPage, ids: readonly string[]): string {
  return ids.map((id) => page.textById(id) ?? '').find((text) => text !== '') ?? '';
}
