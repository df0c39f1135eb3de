import type { Options, PropertyName } from '../connstring/properties.ts';
import type { CredentialSource } from '../core/credentials.ts';
import type { Problem } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';

/** The options that a scheme declares: the required ones are always set, the others may be. */
export type SchemeOptions<R extends PropertyName, U extends PropertyName> = {
  readonly [K in R]-?: NonNullable<Options[K]>;
} & Pick<Options, U> & {
    /** The options that were set explicitly, not by the environment or a default. */
    readonly explicit: ReadonlySet<PropertyName>;
  };

/** A sign-in method: makes a credential source from the options that it declares. */
export interface AuthScheme<R extends PropertyName = PropertyName, U extends PropertyName = PropertyName> {
  readonly name: string;
  readonly doc: string;
  /** An example connection string, with secrets written as `…`. */
  readonly example: string;
  /** The required properties; `signIn` checks them before anything is sent. */
  readonly requires: readonly R[];
  /** The optional properties. */
  readonly uses: readonly U[];
  /** The Region if none is set; without it, a Region is required. */
  readonly defaultRegion?: string;
  /** The name of the scheme to use for these options instead of this one. */
  choose?(options: SchemeOptions<R, U>): string | undefined;
  /** Checks that `requires` cannot express. */
  check?(options: SchemeOptions<R, U>): Problem | undefined;
  /** A warning for users who set this scheme explicitly. */
  notice?(options: SchemeOptions<R, U>): string | undefined;
  source(options: SchemeOptions<R, U>, ports: Ports): CredentialSource;
}

/** Infers the type of a scheme from the options that it declares. */
export function authScheme<const R extends PropertyName = never, const U extends PropertyName = never>(
  scheme: AuthScheme<R, U>,
): AuthScheme<R, U> {
  return scheme;
}

/** The options that the scheme declares, and no others. */
export function pickDeclaredOptions<R extends PropertyName, U extends PropertyName>(
  scheme: AuthScheme<R, U>,
  options: Options,
): SchemeOptions<R, U> {
  const names: readonly PropertyName[] = [...scheme.requires, ...scheme.uses];
  const values = names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]));
  const explicit = new Set(names.filter((name) => options.explicit.has(name)));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- signIn checks the required ones
  return { ...Object.fromEntries(values), explicit } as SchemeOptions<R, U>;
}
