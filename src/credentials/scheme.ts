import type { Options, PropertyName } from '../connstring/properties.ts';
import type { CredentialSource } from '../core/credentials.ts';
import type { Problem } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';

/** What a scheme sees of the options: what it requires is there, the rest of what it declares may be. */
export type SchemeOptions<R extends PropertyName, U extends PropertyName> = {
  readonly [K in R]-?: NonNullable<Options[K]>;
} & Pick<Options, U> & {
    /** Those of them that the user gave, as against environment and defaults. */
    readonly explicit: ReadonlySet<PropertyName>;
  };

/** A way to sign in: from the options it declares to a source of credentials. */
export interface AuthScheme<R extends PropertyName = PropertyName, U extends PropertyName = PropertyName> {
  readonly name: string;
  readonly doc: string;
  /** A connection string that signs in this way; secrets are written `…`. */
  readonly example: string;
  /** Without these there is no sign-in; checked once, centrally, before any network. */
  readonly requires: readonly R[];
  /** What it reads besides. */
  readonly uses: readonly U[];
  /** The Region where nothing names one; absent: there must be one. */
  readonly defaultRegion?: string;
  /** The scheme that does the work for these options, where this one only chooses. */
  choose?(options: SchemeOptions<R, U>): string | undefined;
  /** Rules that `requires` cannot say. */
  check?(options: SchemeOptions<R, U>): Problem | undefined;
  /** What a user who named this scheme should know. */
  notice?(options: SchemeOptions<R, U>): string | undefined;
  source(options: SchemeOptions<R, U>, ports: Ports): CredentialSource;
}

/** Types a scheme by what it declares. */
export function authScheme<const R extends PropertyName = never, const U extends PropertyName = never>(
  scheme: AuthScheme<R, U>,
): AuthScheme<R, U> {
  return scheme;
}

/** The given properties that a scheme declared, and no others. */
export function declared<R extends PropertyName, U extends PropertyName>(
  scheme: AuthScheme<R, U>,
  options: Options,
): SchemeOptions<R, U> {
  const names: readonly PropertyName[] = [...scheme.requires, ...scheme.uses];
  const values = names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]));
  const explicit = new Set(names.filter((name) => options.explicit.has(name)));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- signIn has seen to what is required
  return { ...Object.fromEntries(values), explicit } as SchemeOptions<R, U>;
}
