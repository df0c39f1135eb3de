import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_STORED_TIME } from '../../../src/catalog/stored-time.ts';
import { parseDeclaredType } from '../../../src/catalog/declared-type.ts';
import { DriverError, ERRORS } from '../../../src/core/errors.ts';
import type { AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import { formatExactNumber, parseExactNumber, trimScale } from '../../../src/sql/types/exact-number.ts';
import { toPlainJson } from '../../../src/sql/types/plain-document.ts';
import type { TimeTarget } from '../../../src/sql/write/time-attribute.ts';
import { toAttribute } from '../../../src/sql/write/to-attribute.ts';
import { readAssignments, type RecordedAssignment } from '../types/recorded.ts';

/** The SQLSTATE of the error, or the value that a column of the type stores. */
type Outcome = { readonly error: string } | { readonly value: unknown };

function assign(type: string, input: string): Outcome {
  const declared = parseDeclaredType(type);
  try {
    const value = toAttribute(
      { kind: 'text', text: input, untyped: true },
      { label: 'v', declared, time: TIMES.get(type), key: undefined, seen: {} },
    );
    return { value: value && readStored(value, type) };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return error.message.includes('column "v"')
      ? { error: ERRORS[error.code].sqlState }
      : { error: error.message };
  }
}

function readStored(value: AttributeValue, type: string): unknown {
  if (type === 'json' || type === 'jsonb') return JSON.parse(toPlainJson(value));
  if ('S' in value) return value.S;
  if ('N' in value) return normalize(value.N, type);
  if ('BOOL' in value) return String(value.BOOL);
  return 'B' in value ? `\\x${Buffer.from(value.B, 'base64').toString('hex')}` : value;
}

const TIMES: ReadonlyMap<string, TimeTarget> = new Map(
  (
    [
      ['date', 'date'],
      ['timestamp(3)', 'timestamp'],
      ['timestamptz(3)', 'timestamptz'],
    ] as const
  ).map(([name, kind]) => [name, { type: { kind, stored: DEFAULT_STORED_TIME[kind] }, isDeclared: true }]),
);

/** PostgreSQL's value in the form of `readStored`. */
function readRecorded({ type, input, text = '', error }: RecordedAssignment): Outcome {
  if (error !== undefined) return { error };
  if (type === 'json' || type === 'jsonb') return { value: JSON.parse(text, withoutNegativeZero) };
  if (TIMES.has(type)) return readRecordedTime(input, text);
  // DynamoDB stores finite numbers only, and no blanks at the end of character(n).
  if (/^(?:NaN|-?Infinity)$/.test(text) && !isText(type)) return { error: '22P02' };
  if (type.startsWith('char')) return { value: text.replace(/ +$/, '') };
  return { value: isText(type) || type === 'boolean' || type === 'bytea' ? text : normalize(text, type) };
}

/** Stored dates have years of four digits, and no value is rounded. */
function readRecordedTime(input: string, text: string): Outcome {
  const [, date, clock, zone] = /^(\d{4}-\d\d-\d\d)(?: ([\d:.]+)(\+00)?)?$/.exec(text) ?? [];
  if (date === undefined || (clock !== undefined && /\.\d{4}/.test(input))) return { error: '22008' };
  if (clock === undefined) return { value: date };
  const [seconds = '', fraction = ''] = clock.split('.');
  return { value: `${date}T${seconds}.${fraction.padEnd(3, '0')}${zone === undefined ? '' : 'Z'}` };
}

function withoutNegativeZero(_: string, value: unknown): unknown {
  return value === 0 ? 0 : value;
}

function isText(type: string): boolean {
  return type === 'text' || type === 'uuid' || type.includes('char');
}

/** Doubles have several texts of the shortest length. */
function normalize(digits: string, type: string): string {
  if (type === 'double precision') return String(Number(digits));
  const exact = parseExactNumber(digits);
  return exact === undefined ? digits : formatExactNumber(trimScale(exact));
}

describe('a string assigned to a column of a declared type', () => {
  const recorded = readAssignments();
  const types = [...new Set(recorded.map(({ type }) => type))];
  it.each(types)('is accepted, stored and refused as by PostgreSQL: %s', (type) => {
    const entries = recorded.filter((each) => each.type === type);
    const differences = entries.flatMap((each) => {
      const [found, expected] = [assign(type, each.input), readRecorded(each)];
      return isDeepStrictEqual(found, expected) ? [] : [{ input: each.input, found, expected }];
    });
    expect(differences).toEqual([]);
  });
});
