import { DriverError } from '../../../core/errors.ts';
import { abs, type ExactNumber, parseExactNumber, pow10 } from '../../types/exact-number.ts';
import { roundExact } from '../../types/exact-arithmetic.ts';
import { parseValue } from '../../types/format-value.ts';
import { findType } from '../../types/types.ts';
import { raise } from './raise.ts';

const TYPE = /^\s*(.*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\))?\s*((?:\[\s*\d*\s*\])*)\s*$/s;

/** Whether a string is the input of a type, which may have modifiers: `numeric(5,2)`, `int[]`. */
export function isValidInput(text: string, type: string): boolean {
  const [, base = '', precision, scale = '0', dimensions = ''] = TYPE.exec(type) ?? [];
  const name = findType(base.toLowerCase().replace(/\s+/g, ' '));
  if (name === undefined) return raise('SQL_NOT_SUPPORTED', `type "${type}" does not exist`);
  try {
    parseValue(text, dimensions === '' ? name : `${name}[]`);
  } catch (error) {
    if (error instanceof DriverError) return false;
    throw error;
  }
  if (precision === undefined || dimensions !== '') return true;
  switch (name) {
    case 'numeric':
      return fitsNumeric(parseExactNumber(text), Number(precision), Number(scale));
    case 'character varying':
    case 'character':
      return [...text.replace(/ +$/, '')].length <= Number(precision);
    default:
      return true;
  }
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
