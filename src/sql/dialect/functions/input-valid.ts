import { DriverError } from '../../../core/errors.ts';
import { abs, type ExactNumber, parseExactNumber, pow10 } from '../../types/exact-number.ts';
import { roundExact } from '../../types/exact-arithmetic.ts';
import { parseValue } from '../../types/format-value.ts';
import { parseTimeInput, toEngineTime } from '../../types/time-input.ts';
import { normalizeIntervalLiteral } from '../../types/time-literals.ts';
import { findType } from '../../types/types.ts';
import { raise } from './raise.ts';

const TYPE = /^\s*(.*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\))?\s*((?:\[\s*\d*\s*\])*)\s*$/s;

/** Characters that a document of type jsonb cannot have: zero, and halves of surrogate pairs. */
const UNSUPPORTED_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** Whether a string is the input of a type, which may have modifiers: `numeric(5,2)`, `int[]`. */
export function isValidInput(text: string, type: string): boolean {
  const [, base = '', precision, scale = '0', dimensions = ''] = TYPE.exec(type) ?? [];
  const name = findType(base.toLowerCase().replace(/\s+/g, ' '));
  if (name === undefined) return raise('SQL_UNKNOWN_OBJECT', `type "${type}" does not exist`);
  try {
    if (dimensions === '') parseInput(text, name);
    else parseValue(text, `${name}[]`);
  } catch (error) {
    if (error instanceof DriverError) return false;
    throw error;
  }
  if (dimensions !== '') return true;
  if (name === 'jsonb') return !UNSUPPORTED_ESCAPE.test(JSON.stringify(JSON.parse(text)));
  if (precision === undefined) return true;
  if (name === 'numeric') return fitsNumeric(parseExactNumber(text), Number(precision), Number(scale));
  if (name !== 'character varying' && name !== 'character') return true;
  return Array.from(text.replace(/ +$/, '')).length <= Number(precision);
}

const TIME_KINDS: ReadonlyMap<string, 'date' | 'timestamp' | 'timestamptz'> = new Map([
  ['date', 'date'],
  ['timestamp without time zone', 'timestamp'],
  ['timestamp with time zone', 'timestamptz'],
]);
const RELATIVE_TIME = /^\s*(?:now|today|tomorrow|yesterday)\s*$/i;

/** The year 0, and blanks that are not ASCII's. */
const NO_TIME = /^\s*0{4,}-|^[^\x20-\x7e\t\n\v\f\r]/;
/** 294277-01-01 in microseconds since 1970. */
const TIMESTAMP_END = 9_224_318_016_000_000_000n;

/** Throws a DriverError for a string that the type does not accept. */
function parseInput(text: string, type: string): void {
  const kind = TIME_KINDS.get(type);
  if (kind !== undefined) {
    if (RELATIVE_TIME.test(text)) return;
    toEngineTime(text, kind);
    if (NO_TIME.test(text) || (kind !== 'date' && (parseTimeInput(text, kind) ?? 0n) >= TIMESTAMP_END))
      throw new DriverError('SQL_DATETIME_RANGE', `date/time field value out of range: "${text}"`);
    return;
  }
  parseValue(type === 'interval' ? normalizeIntervalLiteral(text) : text, type);
  if (type === 'real' || type === 'double precision') assertFloat(text, type);
}

function assertFloat(text: string, type: 'real' | 'double precision'): void {
  const number = type === 'real' ? Math.fround(Number(text)) : Number(text);
  const isTooLarge = !Number.isFinite(number) && /\d/.test(text);
  const isTooSmall = number === 0 && /[1-9]/.test(text.replace(/e.*/is, ''));
  if (isTooLarge || isTooSmall)
    throw new DriverError('SQL_NUMERIC_RANGE', `"${text.trim()}" is out of range for type ${type}`);
}

function fitsNumeric(value: ExactNumber | undefined, precision: number, scale: number): boolean {
  if (value === 'NaN') return true;
  if (value === undefined || typeof value === 'string') return false;
  const rounded = roundExact(value, scale);
  return (
    typeof rounded !== 'string' &&
    abs(rounded.unscaled) < pow10(Math.max(0, precision - scale + rounded.scale))
  );
}
