import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { parseDeclaredType } from '../../../src/catalog/declared-type.ts';
import { DriverError, ERRORS } from '../../../src/core/errors.ts';
import type { AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import { formatExactNumber, parseExactNumber, trimScale } from '../../../src/sql/types/exact-number.ts';
import { toPlainJson } from '../../../src/sql/types/plain-document.ts';
import { toAttribute } from '../../../src/sql/write/to-attribute.ts';
import { readAssignments, type RecordedAssignment } from '../types/recorded.ts';

/** The SQLSTATE of the error, or the value that a column of the type stores. */
type Outcome = { readonly error: string } | { readonly value: unknown };

function assign(type: string, input: string): Outcome {
  const declared = parseDeclaredType(type);
  try {
    const value = toAttribute(
      { kind: 'text', text: input, untyped: true },
      { label: 'v', declared, key: undefined, seen: {} },
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

/** PostgreSQL's value in the form of `readStored`. */
function readRecorded({ type, text = '', error }: RecordedAssignment): Outcome {
  if (error !== undefined) return { error };
  if (type === 'json' || type === 'jsonb') return { value: JSON.parse(text, withoutNegativeZero) };
  // DynamoDB stores finite numbers only, and no blanks at the end of character(n).
  if (/^(?:NaN|-?Infinity)$/.test(text) && !isText(type)) return { error: '22P02' };
  if (type.startsWith('char')) return { value: text.replace(/ +$/, '') };
  return { value: isText(type) || type === 'boolean' || type === 'bytea' ? text : normalize(text, type) };
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
