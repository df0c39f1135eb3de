import type { DriverError } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import type { FormValues } from '../forms.ts';
import type { FormField, HtmlForm } from '../html-form.ts';
import type { SessionResponse } from '../../net/http-session.ts';
import type { HtmlPage } from '../page.ts';

/** What a page of an identity provider wants. */
export type WantedPage =
  /** The end: the response for AWS, in base64. */
  | { readonly kind: 'assertion'; readonly encoded: Secret }
  /** The name alone; the password is asked for on another page. */
  | { readonly kind: 'name'; readonly form: HtmlForm; readonly user: FormField; readonly says: string }
  | {
      readonly kind: 'password';
      readonly form: HtmlForm;
      /** Absent where the name was asked for before. */
      readonly user: FormField | undefined;
      readonly password: FormField;
      /** What a browser's script would fill in. */
      readonly scripted?: FormValues;
      readonly says: string;
    }
  | {
      readonly kind: 'second factor';
      /** The provider's name of it. */
      readonly method: string;
      readonly form: HtmlForm;
      /** The one field that a person fills in; undefined where there is none, or several. */
      readonly field: FormField | undefined;
      /** Whether the page only waits for something that happens on a phone. */
      readonly isWaiting: boolean;
      /** The number to choose on the phone. */
      readonly number: string | undefined;
      readonly says: string;
    }
  /** A form that a browser's script would send at once. */
  | { readonly kind: 'relay'; readonly form: HtmlForm }
  /** Another address that the page goes to by itself. */
  | { readonly kind: 'moving on'; readonly address: string }
  | { readonly kind: 'dead end'; readonly error: DriverError };

/** What sets one provider's pages apart from the others'. */
export interface PagesProvider {
  /** As messages call it. */
  readonly name: string;
  read(page: HtmlPage, answer: SessionResponse): WantedPage;
  /** Why HTTP itself asks who is there; `hasPassword` says whether a user was given. */
  unauthorized(answer: SessionResponse, hasPassword: boolean): DriverError;
  /** The password form came although no user was given. */
  passwordWanted(): DriverError;
  /** How users are written here, for the remedy of a refused password. */
  readonly userForm: string;
}
