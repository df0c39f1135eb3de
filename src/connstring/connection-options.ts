import type { Secret } from '../core/secret.ts';
import type { PROPERTIES, PropertyName } from './properties.ts';
import type { ValueOf } from './property-spec.ts';
import type { SSO_PROPERTIES } from './sso-properties.ts';

type Table = typeof PROPERTIES;
type SsoTable = typeof SSO_PROPERTIES;

/** The documented spelling of a property, and its aliases. */
type Spelling<Spec> = Spec extends {
  readonly key: infer K extends string;
  readonly aliases?: readonly (infer A)[];
}
  ? K | (A & string)
  : never;

// `string & {}` lets any spelling of a word pass while editors still offer the documented ones.
type Words<T> = T | (string & {});

/** What may be given for a value that is read as T. */
type Input<T> = [T] extends [never]
  ? string | Secret
  : T extends Secret
    ? string | Secret
    : T extends string
      ? Words<T>
      : T extends number | boolean
        ? T | string
        : T extends readonly string[]
          ? string | readonly string[]
          : string | Secret | SsoOptions;

/** `SSOProperties` as an object. */
export type SsoOptions = {
  readonly [N in keyof SsoTable as Spelling<SsoTable[N]>]?: Input<ValueOf<SsoTable[N]>> | undefined;
};

/**
 * A connection as an object: the properties' documented spellings and their aliases. JavaScript may spell them in any
 * case.
 */
export type ConnectionOptions = {
  readonly [N in PropertyName as Spelling<Table[N]>]?: Input<ValueOf<Table[N]>> | undefined;
};
