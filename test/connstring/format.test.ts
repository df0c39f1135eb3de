import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { format, parse } from '../../src/connstring/format.ts';
import { PROPERTIES } from '../../src/connstring/properties.ts';
import type { PropertySpec } from '../../src/connstring/property-spec.ts';
import { SSO_PROPERTIES } from '../../src/connstring/sso-properties.ts';
import { DriverError } from '../../src/core/errors.ts';
import { Secret } from '../../src/core/secret.ts';
import { thrownBy } from '../support/thrown.ts';

const plainKeys = Object.values<PropertySpec>(PROPERTIES)
  .filter((spec) => !spec.type.nested && !spec.type.spreads)
  .map((spec) => spec.key);
const secretKeys = new Set(
  [...Object.values<PropertySpec>(PROPERTIES), ...Object.values<PropertySpec>(SSO_PROPERTIES)]
    .filter((spec) => spec.type.secret)
    .map((spec) => spec.key),
);

const value = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.string({ minLength: 1, unit: fc.constantFrom(...` ;='"{}\\%&+\n\t.aB`.split('')) }),
);
const sealed = (object: Record<string, string>): Record<string, string | Secret> =>
  Object.fromEntries(Object.entries(object).map(([k, v]) => [k, secretKeys.has(k) ? new Secret(v) : v]));
const plain = fc.dictionary(fc.constantFrom(...plainKeys), value, { noNullPrototype: true }).map(sealed);
const nested = fc
  .dictionary(fc.constantFrom(...Object.values(SSO_PROPERTIES).map((spec) => spec.key)), value, {
    minKeys: 1,
    noNullPrototype: true,
  })
  .map(sealed);
const connection = fc.oneof(
  plain,
  fc
    .record({ rest: plain, SSOProperties: nested })
    .map(({ rest, SSOProperties }) => ({ ...rest, SSOProperties })),
);

const clear = (_: string, v: unknown): unknown => v;
const revealed = (object: object): unknown =>
  JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(object).map(([k, v]) => [k, open(v)])), clear));
const open = (v: unknown): unknown => {
  if (v instanceof Secret) return { secret: v.reveal() };
  return typeof v === 'object' && v !== null ? revealed(v) : v;
};

function outcomeOf(text: string): string {
  try {
    parse(text);
    return 'parsed';
  } catch (error) {
    return error instanceof DriverError ? error.code : String(error);
  }
}

describe('parse and format', () => {
  it('undo each other', () => {
    fc.assert(
      fc.property(connection, (object) => expect(revealed(parse(format(object)))).toEqual(revealed(object))),
    );
  });

  it('parse any string or fail with an error of the connection string', () => {
    const text = fc.string({ unit: fc.constantFrom(...`;='"{} UserPassword`.split('')) });
    fc.assert(fc.property(text, (input) => expect(outcomeOf(input)).toMatch(/^(parsed|CONN_[A-Z_]+)$/)));
  });

  it('normalize case, spaces and aliases to the documented spelling', () => {
    expect(parse('aws region=x; ACCESSKEY=a; useR=b')).toEqual({
      AWSRegion: 'x',
      AWSAccessKey: 'a',
      User: 'b',
    });
  });

  it('leave out properties without a value', () => {
    expect(parse('User=;Password=;AWSRegion=x')).toEqual({ AWSRegion: 'x' });
    expect(format({ User: undefined, Password: null, AWSRegion: 'x', Endpoint: '' })).toBe('AWSRegion=x');
  });

  it('format numbers, booleans and lists of the object form', () => {
    expect(format({ ThreadCount: 4, FlattenObjects: true, Tables: ['a', 'b'] })).toBe(
      'ThreadCount=4;FlattenObjects=true;Tables=a,b',
    );
  });

  it('quote a nested string once and its values once more', () => {
    expect(format({ SSOProperties: { APIToken: "a;'b'" } })).toBe(`SSOProperties='APIToken=''a;''''b'''''''`);
  });

  it('merge the properties of Other into the connection', () => {
    expect(parse("User=ana;Other='ThreadCount=7;AWSRegion=x'")).toEqual({
      User: 'ana',
      ThreadCount: '7',
      AWSRegion: 'x',
    });
  });

  it.each([
    'jdbc:dynadbc:User=a',
    'jdbc:amazondynamodb:User=a',
    'JDBC:DynamoDB:User=a',
    ' jdbc:dynadbc: User=a',
  ])('strip the prefix of %j', (text) => {
    expect(parse(text)).toEqual({ User: 'a' });
  });

  it('refuse a value that is not a string, number, boolean or list', async () => {
    // @ts-expect-error for callers without types
    expect((await thrownBy(() => format({ User: Symbol('x') }))).code).toBe('CONN_BAD_VALUE');
    expect((await thrownBy(() => format({ User: { Password: 'x' } }))).code).toBe('CONN_BAD_VALUE');
  });
});

describe('a repeated key', () => {
  it('is accepted with the same value, also under an alias', () => {
    expect(parse('User=a;user=a;Region=x;AWSRegion=x')).toEqual({ User: 'a', AWSRegion: 'x' });
    expect(parse("SSOProperties='APIToken=a';SSOProperties={apitoken=a;}")).toEqual({
      SSOProperties: { APIToken: new Secret('a') },
    });
  });

  it.each([
    ['User=a;User=b', /User/],
    ['Region=a;AWSRegion=b', /Region and AWSRegion/],
    ["User=a;Other='User=b'", /User/],
    ["SSOProperties='MFAType=SMS';SSOProperties='MFAType=Email'", /SSOProperties/],
  ])('is refused with different values: %j', async (text, message) => {
    const error = await thrownBy(() => parse(text));
    expect(error.code).toBe('CONN_DUPLICATE_PROPERTY');
    expect(error.message).toMatch(message);
  });

  it('is refused without showing the values of secrets', async () => {
    const error = await thrownBy(() => parse('Password=CANARY1;password=CANARY2'));
    expect(`${error.message}${error.stack}`).not.toContain('CANARY');
  });
});

describe('an unknown key', () => {
  it('is refused with its position and similar names', async () => {
    const error = await thrownBy(() => parse('User=a; AWSRegoin=x'));
    expect(error.code).toBe('CONN_UNKNOWN_PROPERTY');
    expect(error.message).toBe(
      'unknown connection property "AWSRegoin" at character 9; did you mean AWSRegion?',
    );
    expect(error.position).toBe(9);
    expect(error.candidates).toEqual(['AWSRegion']);
  });

  it('is refused inside a nested string with the position of that string', async () => {
    const error = await thrownBy(() => parse("User=a;SSOProperties='MFATyp=SMS'"));
    expect(error.message).toBe(
      'SSOProperties: unknown connection property "MFATyp" at character 1; did you mean MFAType?',
    );
    expect(error.position).toBe(8);
  });

  it('is not shown if it may be part of a password', async () => {
    const error = await thrownBy(() => parse('Password=abc;CANARY=x'));
    expect(error.message).not.toContain('CANARY');
    expect(error.message).toMatch(/value of Password.*quoted/);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'is refused when it is %s',
    async (key) => {
      expect((await thrownBy(() => parse(`${key}=x`))).code).toBe('CONN_UNKNOWN_PROPERTY');
      const object = JSON.parse(`{"${key}":"x"}`) as Record<string, string>;
      expect((await thrownBy(() => format(object))).code).toBe('CONN_UNKNOWN_PROPERTY');
    },
  );
});
