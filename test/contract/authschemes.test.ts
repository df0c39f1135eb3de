import { describe, expect, it } from '@jest/globals';
import { loadAllSchemes, loadScheme } from '../../src/authschemes/registry.ts';
import { pickDeclaredOptions } from '../../src/credentials/scheme.ts';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { AUTH_SCHEME_NAMES, PROPERTIES, type PropertyName } from '../../src/connstring/properties.ts';
import type { PropertySpec } from '../../src/connstring/property-spec.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import type { ConnectionObject } from '../../src/connstring/entries.ts';
import { fakePorts } from '../doubles/ports.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const SCHEMES = await loadAllSchemes();

/** The properties that a scheme requires, except `without`; every secret is a canary. */
function toRequired(scheme: (typeof SCHEMES)[number], without?: PropertyName): ConnectionObject {
  const names = scheme.requires.filter((name) => name !== without);
  return {
    AuthScheme: scheme.name,
    AWSRegion: 'eu-west-1',
    MaximumRequestRetries: 1,
    ...Object.fromEntries(names.map((name) => [PROPERTIES[name].key, sampleValue(name)])),
  };
}

/** URLs are of a server that refuses connections; all other values are canaries. */
function sampleValue(name: PropertyName): string {
  return PROPERTIES[name].type.label === PROPERTIES.ssoLoginUrl.type.label
    ? 'https://127.0.0.1:9/sign-in'
    : `CANARY-${name}`;
}

describe('the registry', () => {
  it('has the schemes that connection strings can name, each once', () => {
    const names = SCHEMES.map((scheme) => scheme.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !AUTH_SCHEME_NAMES.some((known) => known === name))).toEqual([]);
  });

  it('loads each scheme by name', async () => {
    const loaded = await Promise.all(SCHEMES.map(({ name }) => loadScheme(name)));
    expect(loaded).toEqual(SCHEMES);
  });

  it('reports the others as not supported, and lists the available ones', async () => {
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

  it('has an example that names it, has all required properties and passes its checks', async () => {
    const { options } = await parseConnection(scheme.example, fakePorts());
    expect(options.authScheme).toBe(scheme.name);
    expect(scheme.requires.filter((name) => !options.explicit.has(name))).toEqual([]);
    expect(scheme.check?.(pickDeclaredOptions(scheme, options))).toBeUndefined();
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

  it('reports each missing property in the documented spelling', async () => {
    const ports = fakePorts();
    for (const name of scheme.requires) {
      const { options } = await parseConnection(toRequired(scheme, name), ports);
      const error = await thrownBy(() => signIn(options, ports));
      expect(error.code).toBe('AUTH_MISSING_PROPERTY');
      expect(error.message).toBe(`AuthScheme ${scheme.name} requires ${PROPERTIES[name].key}`);
    }
    const all = scheme.requires.map((name) => PROPERTIES[name].key).join(' and ');
    const { options } = await parseConnection({ AuthScheme: scheme.name, AWSRegion: 'eu-west-1' }, ports);
    const none = scheme.requires.length === 0 ? undefined : await thrownBy(() => signIn(options, ports));
    expect(none?.message).toBe(all === '' ? undefined : `AuthScheme ${scheme.name} requires ${all}`);
  });

  it('does not print secrets in the sign-in or its error', async () => {
    // Tests must not call the metadata service of their machine.
    const ports = fakePorts({ env: { AWS_EC2_METADATA_DISABLED: 'true' } });
    const { options } = await parseConnection(toRequired(scheme), ports);
    const result = await signIn(options, ports).catch((error: unknown) => error);
    const opened = result instanceof Error ? undefined : (result as SignIn);
    const outcome = await opened?.source(new AbortController().signal).catch((error: unknown) => error);
    opened?.close();
    const secrets = scheme.requires
      .filter((name) => 'secret' in PROPERTIES[name].type)
      .map((name) => `CANARY-${name}`);
    const printed = collectOutput([result, outcome, ports.warnings, opened?.describe()]);
    expect(secrets.filter((secret) => printed.includes(secret))).toEqual([]);
  });
});
