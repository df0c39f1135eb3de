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

// `string & {}` accepts any spelling, while editors still suggest the documented ones.
type Suggested<T> = T | (string & {});

/** The accepted input for a property whose value is a T. */
type Input<T> = [T] extends [never]
  ? string | Secret
  : T extends Secret
    ? string | Secret
    : T extends string
      ? Suggested<T>
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
 * A connection as an object, with the documented spellings of the properties and their aliases. Case is ignored at run
 * time.
 */
export type ConnectionOptions = OptionsFor<PropertyName>;

/** The same for some of the properties. */
export type OptionsFor<Name extends PropertyName> = {
  readonly [N in Name as Spelling<Table[N]>]?: Input<ValueOf<Table[N]>> | undefined;
};
