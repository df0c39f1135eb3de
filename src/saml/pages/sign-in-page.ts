import type { DriverError } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import type { FormValues } from '../forms.ts';
import type { FormField, HtmlForm } from '../html-form.ts';
import type { SessionResponse } from '../../net/http-session.ts';
import type { HtmlPage } from '../page.ts';

/** A page of an identity provider, by what it asks for. */
export type SignInPage =
  /** The last page, with the base64-encoded SAML response. */
  | { readonly kind: 'assertion'; readonly encoded: Secret }
  /** Asks for the user name; the password follows on another page. */
  | { readonly kind: 'name'; readonly form: HtmlForm; readonly user: FormField; readonly detail: string }
  | {
      readonly kind: 'password';
      readonly form: HtmlForm;
      /** Absent if the name was asked for before. */
      readonly user: FormField | undefined;
      readonly password: FormField;
      /** Fields that a script would fill in. */
      readonly scripted?: FormValues;
      readonly detail: string;
    }
  | {
      readonly kind: 'second factor';
      /** The provider's name for it. */
      readonly method: string;
      readonly form: HtmlForm;
      /** The only field to fill in; undefined if there are none or several. */
      readonly field: FormField | undefined;
      /** Whether the page waits for an approval on a phone. */
      readonly isWaiting: boolean;
      /** The number to choose on the phone. */
      readonly number: string | undefined;
      readonly detail: string;
    }
  /** A form that a script submits at once. */
  | { readonly kind: 'auto submit'; readonly form: HtmlForm }
  /** A page that redirects to another URL. */
  | { readonly kind: 'redirect'; readonly address: string }
  | { readonly kind: 'dead end'; readonly error: DriverError };

/** The specifics of one provider's pages. */
export interface PagesProvider {
  /** As shown in messages. */
  readonly name: string;
  read(page: HtmlPage, answer: SessionResponse): SignInPage;
  /** The error for a 401; `hasPassword` is whether a user was set. */
  unauthorized(answer: SessionResponse, hasPassword: boolean): DriverError;
  /** The error for a password form if no user was set. */
  passwordRequired(): DriverError;
  /** The form of user names, for the remedy of a rejected password. */
  readonly userForm: string;
}
