import { DriverError } from '../../../core/errors.ts';
import {
  absoluteExact,
  addExact,
  ceilExact,
  deviationExact,
  divideExact,
  divideToInteger,
  floorExact,
  moduloExact,
  multiplyExact,
  negateExact,
  roundExact,
  signExact,
  squareRootExact,
  subtractExact,
  truncateExact,
  varianceExact,
} from '../../types/exact-arithmetic.ts';
import { exponentialExact, logarithmExact, logarithmToBase, powerExact } from '../../types/exact-powers.ts';
import {
  abs,
  type ExactNumber,
  formatExactNumber,
  parseExactNumber,
  pow10,
  trimScale,
} from '../../types/exact-number.ts';
import { raise } from './raise.ts';

/** The arguments of a call, by position. */
export interface ExactArguments {
  number(position: number): ExactNumber;
  text(position: number): string;
  /** An INTEGER or a DOUBLE. */
  native(position: number): number;
}

/** A function of numbers of any digits that runs in JavaScript. It returns NULL for undefined, and if an argument is NULL. */
export interface ExactFunction {
  readonly name: string;
  readonly parameters: readonly ('number' | 'text' | 'integer' | 'double')[];
  readonly apply: (args: ExactArguments) => ExactNumber | undefined;
}

/** Like it, with a string as its result. */
export interface ExactTextFunction {
  readonly name: string;
  readonly parameters: ExactFunction['parameters'];
  readonly format: (args: ExactArguments) => string;
}

const unary = (name: string, apply: (a: ExactNumber) => ExactNumber): ExactFunction => ({
  name,
  parameters: ['number'],
  apply: (args) => apply(args.number(0)),
});
const binary = (name: string, apply: (a: ExactNumber, b: ExactNumber) => ExactNumber): ExactFunction => ({
  name,
  parameters: ['number', 'number'],
  apply: (args) => apply(args.number(0), args.number(1)),
});
const rounding = (name: string, apply: (a: ExactNumber, digits: number) => ExactNumber): ExactFunction => ({
  name,
  parameters: ['number', 'integer'],
  apply: (args) => apply(args.number(0), args.native(1)),
});

const spread = (name: string, apply: typeof varianceExact): ExactFunction => ({
  name,
  parameters: ['number', 'number', 'text', 'integer'],
  apply: (args) => {
    const [sum, squares] = [args.number(0), args.number(1)];
    if (typeof sum === 'string' || typeof squares === 'string') return 'NaN';
    return apply(
      { sum, squares, count: BigInt(args.text(2)) },
      args.native(3) === 1 ? 'sample' : 'population',
    );
  },
});

/** What the exact lane calls instead of DuckDB's operators and functions. */
export const EXACT_FUNCTIONS: readonly (ExactFunction | ExactTextFunction)[] = [
  {
    name: 'num',
    parameters: ['text'],
    apply: (args) =>
      parseExactNumber(args.text(0)) ??
      raise('SQL_BAD_VALUE', `invalid input syntax for type numeric: "${args.text(0).slice(0, 80)}"`),
  },
  { name: 'num_of_double', parameters: ['double'], apply: (args) => fromDouble(args.native(0)) },
  { name: 'num_text', parameters: ['number'], format: (args) => formatExactNumber(args.number(0)) },
  {
    name: 'num_integer',
    parameters: ['number', 'integer'],
    format: (args) => toInteger(args.number(0), args.native(1)),
  },
  {
    name: 'num_limited',
    parameters: ['number', 'integer', 'integer'],
    apply: (args) => limitDigits(args.number(0), args.native(1), args.native(2)),
  },
  {
    // DuckDB adds integers of any length, but no other numbers: those of one sum get the same number of decimal places.
    name: 'num_scaled',
    parameters: ['number', 'integer'],
    format: (args) => toScaledInteger(args.number(0), args.native(1)),
  },
  {
    name: 'num_unscaled',
    parameters: ['text', 'integer', 'integer'],
    apply: (args) => roundExact({ unscaled: BigInt(args.text(0)), scale: args.native(1) }, args.native(2)),
  },
  unary('num_trim', trimScale),
  unary('num_negate', negateExact),
  unary('num_abs', absoluteExact),
  unary('num_sign', signExact),
  unary('num_ceil', ceilExact),
  unary('num_floor', floorExact),
  unary('num_sqrt', squareRootExact),
  binary('num_add', addExact),
  binary('num_subtract', subtractExact),
  binary('num_multiply', multiplyExact),
  binary('num_divide', divideExact),
  binary('num_modulo', moduloExact),
  binary('num_div', divideToInteger),
  unary('num_exp', exponentialExact),
  unary('num_ln', logarithmExact),
  binary('num_log', logarithmToBase),
  binary('num_power', powerExact),
  spread('num_variance', varianceExact),
  spread('num_deviation', deviationExact),
  rounding('num_round', roundExact),
  rounding('num_trunc', truncateExact),
];

/** Calls a function; its errors leave DuckDB with their codes. */
export function callExact<T>(apply: (args: ExactArguments) => T, args: ExactArguments): T {
  try {
    return apply(args);
  } catch (error) {
    return error instanceof DriverError ? raise(error.code, error.message) : rethrow(error);
  }
}

function rethrow(error: unknown): never {
  throw error;
}

/** PostgreSQL converts a double to numeric by its first 15 digits. */
function fromDouble(value: number): ExactNumber {
  const digits = Number.isFinite(value) ? value.toPrecision(15) : String(value);
  return trimScale(parseExactNumber(digits) ?? 'NaN');
}

const INTEGER_NAMES: ReadonlyMap<number, string> = new Map([
  [16, 'smallint'],
  [32, 'integer'],
  [64, 'bigint'],
]);

function toInteger(value: ExactNumber, bits: number): string {
  const name = INTEGER_NAMES.get(bits) ?? 'bigint';
  const rounded = roundExact(value, 0);
  if (typeof rounded === 'string')
    return raise('SQL_NOT_SUPPORTED', `cannot convert ${rounded === 'NaN' ? 'NaN' : 'infinity'} to ${name}`);
  const limit = 2n ** BigInt(bits - 1);
  if (rounded.unscaled >= limit || rounded.unscaled < -limit)
    return raise('SQL_NUMERIC_RANGE', `${name} out of range`);
  return String(rounded.unscaled);
}

/** The cast to numeric(precision, scale). */
function limitDigits(value: ExactNumber, precision: number, scale: number): ExactNumber {
  if (value === 'NaN') return value;
  const rounded = roundExact(value, scale);
  const isLimited =
    typeof rounded !== 'string' && abs(rounded.unscaled) < pow10(precision + rounded.scale - scale);
  return isLimited ? rounded : raise('SQL_NUMERIC_RANGE', 'numeric field overflow');
}

function toScaledInteger(value: ExactNumber, scale: number): string {
  const trimmed = trimScale(value);
  if (typeof trimmed === 'string') return raise('SQL_NOT_SUPPORTED', `sums of ${trimmed} are not supported`);
  if (trimmed.scale > scale)
    return raise(
      'SQL_NUMERIC_RANGE',
      `the sum has ${trimmed.scale} digits after the decimal point, but at most ${scale} are supported`,
    );
  return String(trimmed.unscaled * pow10(scale - trimmed.scale));
}
