import { describe, expect, it } from '@jest/globals';
import { loadAllSchemes, loadScheme } from '../../src/authschemes/registry.ts';
import { declared } from '../../src/credentials/scheme.ts';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { AUTH_SCHEME_NAMES, PROPERTIES, type PropertyName } from '../../src/connstring/properties.ts';
import type { PropertySpec } from '../../src/connstring/property-spec.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import type { ConnectionObject } from '../../src/connstring/entries.ts';
import { fakePorts } from '../doubles/ports.ts';
import { printsOf } from '../support/prints.ts';
import { thrownBy } from '../support/thrown.ts';

const SCHEMES = await loadAllSchemes();

/** An object with all that a scheme requires, except the left out one; every secret is a canary. */
function required(scheme: (typeof SCHEMES)[number], without?: PropertyName): ConnectionObject {
  const names = scheme.requires.filter((name) => name !== without);
  return {
    AuthScheme: scheme.name,
    AWSRegion: 'eu-west-1',
    MaximumRequestRetries: 1,
    ...Object.fromEntries(names.map((name) => [PROPERTIES[name].key, valueFor(name)])),
  };
}

/** Addresses are of a server that refuses connections; all else is a canary. */
function valueFor(name: PropertyName): string {
  return PROPERTIES[name].type.label === PROPERTIES.ssoLoginUrl.type.label
    ? 'https://127.0.0.1:9/sign-in'
    : `CANARY-${name}`;
}

describe('the registry', () => {
  it('has schemes that connection strings may name, each once', () => {
    const names = SCHEMES.map((scheme) => scheme.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !AUTH_SCHEME_NAMES.some((known) => known === name))).toEqual([]);
  });

  it('loads each by its name', async () => {
    const loaded = await Promise.all(SCHEMES.map(({ name }) => loadScheme(name)));
    expect(loaded).toEqual(SCHEMES);
  });

  it('says of the others that they are not supported, and which are', async () => {
    const others = AUTH_SCHEME_NAMES.filter((name) => !SCHEMES.some((scheme) => scheme.name === name));
    const errors = await Promise.all(others.map((name) => thrownBy(() => loadScheme(name))));
    expect(new Set(errors.map((error) => error.code))).toEqual(
      new Set(others.length === 0 ? [] : ['AUTH_NOT_SUPPORTED']),
    );
    expect(errors.every((error) => error.candidates.length === SCHEMES.length)).toBe(true);
  });
});

describe.each(SCHEMES.map((scheme) => [scheme.name, scheme] as const))('AuthScheme %s', (_, scheme) => {
  it('is documented in a sentence', () => {
    expect(scheme.doc).toMatch(/^[A-Z].*\.$/s);
  });

  it('shows a connection string that names it, has all it needs and would be taken', async () => {
    const { options } = await parseConnection(scheme.example, fakePorts());
    expect(options.authScheme).toBe(scheme.name);
    expect(scheme.requires.filter((name) => !options.explicit.has(name))).toEqual([]);
    expect(scheme.check?.(declared(scheme, options))).toBeUndefined();
  });

  it('declares properties that exist, each once', () => {
    const declared: readonly PropertyName[] = [...scheme.requires, ...scheme.uses];
    expect(declared.filter((name) => !Object.hasOwn(PROPERTIES, name))).toEqual([]);
    expect(new Set(declared).size).toBe(declared.length);
  });

  it('requires nothing that has a default', () => {
    const specs = scheme.requires.map((name): PropertySpec => PROPERTIES[name]);
    expect(specs.filter((spec) => spec.default !== undefined)).toEqual([]);
  });

  it('reports each required property that is missing, by the spelling users write', async () => {
    const ports = fakePorts();
    for (const name of scheme.requires) {
      const { options } = await parseConnection(required(scheme, name), ports);
      const error = await thrownBy(() => signIn(options, ports));
      expect(error.code).toBe('AUTH_MISSING_PROPERTY');
      expect(error.message).toBe(`AuthScheme ${scheme.name} needs ${PROPERTIES[name].key}`);
    }
    const all = scheme.requires.map((name) => PROPERTIES[name].key).join(' and ');
    const { options } = await parseConnection({ AuthScheme: scheme.name, AWSRegion: 'eu-west-1' }, ports);
    const none = scheme.requires.length === 0 ? undefined : await thrownBy(() => signIn(options, ports));
    expect(none?.message).toBe(all === '' ? undefined : `AuthScheme ${scheme.name} needs ${all}`);
  });

  it('prints no secret, neither itself nor its failure', async () => {
    // A test asks no service of the machine that it happens to run on.
    const ports = fakePorts({ env: { AWS_EC2_METADATA_DISABLED: 'true' } });
    const { options } = await parseConnection(required(scheme), ports);
    const opened = await signIn(options, ports).catch((error: unknown) => error);
    const way = opened instanceof Error ? undefined : (opened as SignIn);
    const outcome = await way?.source(new AbortController().signal).catch((error: unknown) => error);
    way?.close();
    const secrets = scheme.requires
      .filter((name) => 'secret' in PROPERTIES[name].type)
      .map((name) => `CANARY-${name}`);
    const printed = printsOf([opened, outcome, ports.warnings, way?.describe()]);
    expect(secrets.filter((secret) => printed.includes(secret))).toEqual([]);
  });
});
