import { describe, expect, it } from '@jest/globals';
import { normalizeKey, type PropertySpec } from '../../src/connstring/property-spec.ts';
import { parse } from '../../src/connstring/format.ts';
import { IGNORED_KEYS } from '../../src/connstring/ignored.ts';
import { PROPERTIES } from '../../src/connstring/properties.ts';
import { redact } from '../../src/connstring/redact.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { SSO_PROPERTIES } from '../../src/connstring/sso-properties.ts';
import { fakePorts } from '../doubles/ports.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const tables = { connection: PROPERTIES, SSOProperties: SSO_PROPERTIES };
const rows = Object.values(tables).flatMap((table) => Object.entries<PropertySpec>(table));
const ports = fakePorts();

/** Formats a value as a user would write it. */
const quoteValue = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value));

describe.each(rows)('property %s', (name, spec) => {
  it('has the same name in code and in connection strings', () => {
    expect(name.toLowerCase()).toBe(spec.key.toLowerCase());
    expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
    expect(spec.key).toMatch(/^[A-Z][A-Za-z0-9]*$/);
  });

  it('is documented in a sentence, with its type and group', () => {
    expect(spec.doc).toMatch(/^[A-Z].*\.$/s);
    expect(spec.type.label).not.toBe('');
    expect(spec.group).not.toBe('');
  });

  it('has a default of its type', () => {
    const reading = spec.default === undefined ? undefined : spec.type.read(quoteValue(spec.default), ports);
    expect(reading).toEqual(spec.default === undefined ? undefined : { value: spec.default });
  });

  it('has no default if it is a secret', () => {
    expect(spec.type.secret && spec.default).toBeUndefined();
  });

  it('has well-formed environment variables', () => {
    expect((spec.env ?? []).filter((variable) => !/^[A-Z][A-Z0-9_]+$/.test(variable))).toEqual([]);
  });
});

describe.each(Object.entries(tables))('the table of %s', (_, table) => {
  it('uses each key and alias once, ignoring case and spaces', () => {
    const spellings = Object.values<PropertySpec>(table).flatMap((spec) => [
      spec.key,
      ...(spec.aliases ?? []),
    ]);
    expect(new Set(spellings.map(normalizeKey)).size).toBe(spellings.length);
  });
});

describe('ignored keys', () => {
  const spellings = Object.values<PropertySpec>(PROPERTIES).flatMap((spec) => [
    spec.key,
    ...(spec.aliases ?? []),
  ]);

  it('are not properties, and are listed once', () => {
    const known = new Set(spellings.map(normalizeKey));
    expect(IGNORED_KEYS.filter((row) => known.has(normalizeKey(row.key)))).toEqual([]);
    expect(new Set(IGNORED_KEYS.map((row) => normalizeKey(row.key))).size).toBe(IGNORED_KEYS.length);
  });

  it('point to properties that exist', () => {
    const instead = IGNORED_KEYS.flatMap((row) =>
      row.instead === undefined ? [] : [row.instead.split('=')[0]],
    );
    expect(instead.filter((key) => !spellings.includes(key ?? ''))).toEqual([]);
  });

  it.each(IGNORED_KEYS.map((row) => row.key))('%s is accepted, and its value is never shown', async (key) => {
    const { options } = await parseConnection(`${key}=CANARY`, ports);
    expect(collectOutput([options, parse(`${key}=CANARY`), redact(`${key}=CANARY`)])).not.toContain('CANARY');
  });
});

const outer = Object.values<PropertySpec>(PROPERTIES).filter((spec) => spec.type.secret);
const inner = Object.values<PropertySpec>(SSO_PROPERTIES).filter((spec) => spec.type.secret);
const secrets = [
  ...outer
    .flatMap((spec) => [spec.key, ...(spec.aliases ?? [])])
    .map((key) => [key, (value: string) => `${key}=${value}`] as const),
  ...inner.map(
    ({ key }) => [`SSOProperties ${key}`, (value: string) => `SSOProperties={${key}=${value}}`] as const,
  ),
  ...outer.map(({ key }) => [`Other ${key}`, (value: string) => `Other={${key}=${value}}`] as const),
];

describe.each(secrets)('the secret %s', (_, write) => {
  it('is accepted but never printed', async () => {
    const text = write('CANARY');
    const { options, warnings } = await parseConnection(text, ports);
    expect(collectOutput([options, warnings, parse(text), redact(text)])).not.toContain('CANARY');
  });

  it.each([
    "'CANARY",
    'CANARY;Threadcount=many',
    'x;CANARY',
    'x;CANARY=1',
    "'CANARY'CANARY",
    'a;Password=CANARY;Password=b',
  ])('does not appear in the error of a string that is malformed by %j', async (value) => {
    const error = await thrownBy(() => parseConnection(write(value), ports));
    expect(collectOutput(error)).not.toContain('CANARY');
  });
});
