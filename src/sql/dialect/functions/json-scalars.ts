import { parseExactNumber } from '../../types/exact-number.ts';
import { toJsonOrderKey } from '../../types/json-order.ts';
import { type JsonNode, parseJson } from '../../types/json-text.ts';
import { stripMarks } from '../../types/document-marks.ts';
import { encodeNumberKey } from '../../types/number-key.ts';
import { raise } from './raise.ts';

/** The key that orders a document as jsonb does. */
export function orderDocument(text: string): string {
  try {
    return toJsonOrderKey(text);
  } catch (error) {
    if (error instanceof SyntaxError)
      return raise('SQL_BAD_VALUE', `invalid input syntax for type json: ${text.slice(0, 80)}`);
    if (error instanceof RangeError) return raise('SQL_NUMERIC_RANGE', 'value overflows numeric format');
    throw error;
  }
}

/** The key that orders a document that is a number; NULL for other documents. */
export function orderNumber(text: string): string | null {
  const number = readNumber(text);
  return number === undefined ? null : orderDigits(number);
}

/** The key that orders a number. */
export function orderDigits(digits: string): string {
  const number = parseExactNumber(digits);
  return number === undefined
    ? raise('SQL_NUMERIC_RANGE', 'value overflows numeric format')
    : encodeNumberKey(number);
}

/** A document that is a string; NULL for other documents. */
export function readString(text: string): string | null {
  const node = readScalar(text);
  return typeof node === 'string' ? node : null;
}

/** The digits of a document that is a number. */
export function readNumber(text: string): string | undefined {
  const node = readScalar(text);
  return typeof node === 'object' && node !== null && 'number' in node ? node.number : undefined;
}

/** The digits of a document that is a number, which is computed with. */
export function requireNumber(text: string, column: string): string {
  return readNumber(text) ?? raise('SQL_BAD_VALUE', describeStray({ column, value: stripMarks(text) }));
}

/** A value of another type among the numbers of a column. `value` is JSON. */
export interface StrayValue {
  readonly column: string;
  readonly value: string;
}

/** The message of the error; `parseStray` reads it. */
function describeStray({ column, value }: StrayValue): string {
  return column === ''
    ? `cannot compute with ${value}, which is not a number`
    : `cannot compute with ${value} in column "${column}", which is not a number`;
}

/** What an error is about, if it is that of a value that is not a number. */
export function parseStray(message: string): StrayValue | undefined {
  const [, value, column = ''] =
    /^cannot compute with (.*?)(?: in column "([^]*)")?, which is not a number$/s.exec(message) ?? [];
  return value === undefined ? undefined : { column, value };
}

function readScalar(text: string): JsonNode {
  return /^\s*[[{]/.test(text) ? null : parseJson(text);
}
