import type { FormField, HtmlForm } from '../html-form.ts';
import type { HtmlPage } from '../page.ts';
import { samlResponseField } from '../saml-response-field.ts';
import type { WantedPage } from './wanted-page.ts';

const TYPED: ReadonlySet<string> = new Set(['text', 'password', 'tel', 'number', 'email']);
const USER = /user|identifier|subject|login/i;

/** A page with the response for AWS. */
export function assertionPage(page: HtmlPage): WantedPage | undefined {
  const encoded = samlResponseField(page);
  return encoded === undefined ? undefined : { kind: 'assertion', encoded };
}

/** A page that wants name and password, or the password after the name. */
export function passwordPage(
  page: HtmlPage,
  says: string,
): Extract<WantedPage, { kind: 'password' }> | undefined {
  for (const form of page.forms) {
    const password = form.fields.find(({ type }) => type === 'password');
    if (password === undefined) continue;
    const names = typedFields(form).filter(({ type }) => type !== 'password');
    const user = names.find(({ name }) => USER.test(name)) ?? names.find(({ type }) => type === 'email');
    return { kind: 'password', form, user, password, says };
  }
  return undefined;
}

/** A page that wants the name and nothing else. */
export function namePage(page: HtmlPage, says: string): WantedPage | undefined {
  for (const form of page.forms) {
    const user = single(typedFields(form));
    if (user !== undefined && USER.test(user.name)) return { kind: 'name', form, user, says };
  }
  return undefined;
}

/** Whether the page has a form with more than one password: the old and the new. */
export function wantsNewPassword(page: HtmlPage): boolean {
  return page.forms.some(({ fields }) => fields.filter(({ type }) => type === 'password').length > 1);
}

/** The fields that a person types into. */
export function typedFields({ fields }: HtmlForm): readonly FormField[] {
  return fields.filter(({ type }) => TYPED.has(type));
}

/** The only one, where there is one only. */
export function single<T>(values: readonly T[]): T | undefined {
  return values.length === 1 ? values[0] : undefined;
}

/** The first text among the elements with these ids. */
export function textOfOne(page: HtmlPage, ids: readonly string[]): string {
  return ids.map((id) => page.textOf(id) ?? '').find((text) => text !== '') ?? '';
}
