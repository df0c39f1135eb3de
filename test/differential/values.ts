import type { AttributeValue } from '../../src/dynamo/attribute-value.ts';
import type { Random } from '../../src/sandbox/random.ts';
import { pickOne } from './condition.ts';

export const S = (text: string): AttributeValue => ({ S: text });
export const N = (digits: string): AttributeValue => ({ N: digits });

export type Kind = keyof typeof VALUES;

/**
 * Without characters from U+E000 to U+FFFF: DynamoDB orders strings by their UTF-8 bytes, dynalite by UTF-16 units, which differ
 * there. test/session/dynamodb-local.test.ts tests such strings.
 */
export const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'b',
  'B',
  'a%',
  'a_',
  "o'x",
  '\\',
  'é',
  '\u{1F600}',
  'z\u{10FFFF}',
  'ÿ',
  '\uD7A3',
  '10',
  '9',
];
/** Without the empty string, which dynalite treats as a missing attribute in `begins_with` and `contains`. */
export const STORED_TEXTS = TEXTS.slice(1);
export const BASE64 = ['AA==', 'AQI=', '/w==', 'J1w=', 'YWI='];

/** Numbers that no type of DuckDB holds together. */
export const WIDE_NUMBERS = [
  '1E+120',
  '9.9999999999999999999999999999999999999E+125',
  '-9.9E+125',
  '1E-130',
  '-1E-130',
  '1.2345678901234567E-100',
  '1234567.5',
  '1E+20',
  '3E+40',
  '1.5E-20',
  '0.000000000000000055511151231257827',
  '12345678901234567890123456789012345678',
  '12345678901234567890123456789012345679',
  '-1.5E-7',
  '100',
  '31',
  '9',
  '5',
  '0.5',
  '0',
  '-3',
];

export const MIXED_VALUES: readonly AttributeValue[] = [
  S('a'),
  S('b'),
  S('1'),
  S('9'),
  S('2.5'),
  N('1'),
  N('2.5'),
  N('-3'),
  N('10'),
  N('1E+40'),
  N('12345678901234567890123456789'),
  N('12345678901234567890123456788'),
  { BOOL: true },
  { BOOL: false },
  { L: [N('1')] },
  { M: { k: S('a'), n: N('1') } },
  { SS: ['a'] },
];

export const DAYS = ['2023-12-31', '2024-01-01', '2024-02-29', '2024-03-01', '1999-12-31', '0044-03-15'];
const CLOCKS = ['00:00:00.000', '23:59:59.999', '12:30:00.500', '00:00:00.001'];

/** Random values of attributes, by kind. */
export const VALUES = {
  text: (random: Random) => S(pickOne(random, STORED_TEXTS)),
  integer: (random: Random) => N(String(random.below(9) - 3)),
  long: (random: Random) =>
    N(pickOne(random, ['9007199254740993', '-9223372036854775808', '9223372036854775807', '0', '1', '-1'])),
  huge: (random: Random) =>
    N(
      pickOne(random, [
        '12345678901234567890',
        '9223372036854775808',
        '-99999999999999999999',
        '5',
        '12345678901234567891',
      ]),
    ),
  price: (random: Random) => N((random.below(400) / 100 - 1).toFixed(2).replace(/\.?0+$/, '')),
  digits: (random: Random) =>
    N(
      pickOne(random, [
        '12345678901234567890.123456789012345678',
        '0.1',
        '12345678901234567890.123456789012345679',
        '-1',
        '7.25',
      ]),
    ),
  wide: (random: Random) => N(pickOne(random, WIDE_NUMBERS)),
  day: (random: Random) => S(pickOne(random, DAYS)),
  instant: (random: Random) => S(`${pickOne(random, DAYS)}T${pickOne(random, CLOCKS)}Z`),
  clock: (random: Random) => S(`${pickOne(random, DAYS)}T${pickOne(random, CLOCKS).slice(0, 8)}`),
  boolean: (random: Random): AttributeValue => ({ BOOL: random.chance(0.5) }),
  binary: (random: Random): AttributeValue => ({ B: pickOne(random, BASE64) }),
  mixed: (random: Random): AttributeValue => pickOne(random, MIXED_VALUES),
  map: (random: Random): AttributeValue => ({
    M: {
      k: VALUES.text(random),
      n: VALUES.integer(random),
      ...(random.chance(0.5) && { deep: { L: [VALUES.text(random)] } }),
    },
  }),
  list: (random: Random): AttributeValue => ({ L: [VALUES.integer(random), VALUES.text(random)] }),
  set: (random: Random): AttributeValue => ({ SS: pickSome(random, ['b', 'a', 'B', 'é', '10', '9']) }),
  numberSet: (random: Random): AttributeValue => ({
    NS: pickSome(random, ['2', '0', '10', '-1.5', '1E+40']),
  }),
  /** A document with numbers of any digits in it. */
  deep: (random: Random): AttributeValue => ({
    M: {
      n: VALUES.wide(random),
      tags: VALUES.set(random),
      list: { L: [VALUES.wide(random), VALUES.mixed(random)] },
    },
  }),
} as const satisfies Record<string, (random: Random) => AttributeValue>;

/** One to three different ones, in any order. */
function pickSome(random: Random, from: readonly string[]): string[] {
  return [...new Set(Array.from({ length: 1 + random.below(3) }, () => pickOne(random, from)))];
}
