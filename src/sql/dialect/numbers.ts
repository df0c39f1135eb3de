import type { A_Const, Node, TypeCast, TypeName } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getStringValues } from '../parse/tree.ts';
import { type ExactNumber, formatExactNumber, parseExactNumber } from '../types/exact-number.ts';
import { invalidInput } from '../types/text-input.ts';
import {
  binary,
  call,
  cast,
  constant,
  decimalCast,
  getConstantInteger,
  getNumberText,
  matchCall,
  number,
} from './build.ts';
import { describeLongNumber, EXACT_NUMBERS } from './functions/raise.ts';
import { SPREAD_NAMES } from './functions/numeric-input.ts';
import { QUOTIENT_SCALE } from './number-macros.ts';
import { decimalPrecision, fitsDecimal, MAX_DIGITS } from './number-scale.ts';
import { matchOperator } from './operator.ts';
import type { ExpressionTypes, Rewrite, RewriteContext } from './types.ts';

const INTEGERS: ReadonlySet<string | undefined> = new Set(['int2', 'int4', 'int8']);
const FLOATS: ReadonlyMap<string | undefined, string> = new Map([
  ['float8', '%.15g'],
  ['float4', '%.6g'],
]);

/** Exact numbers: PostgreSQL's numeric has no limit of digits, DuckDB's DECIMAL 38. */
export const numberRewrites: readonly Rewrite[] = [
  {
    name: 'literals of many digits',
    why: 'DuckDB treats a literal with an exponent, or with more than 38 digits, as DOUBLE.',
    apply: (node, context, original) => {
      const digits = 'A_Const' in node && node.A_Const.ival === undefined ? getNumberText(node) : undefined;
      if (digits === undefined || !/e|.{38}/i.test(digits)) return undefined;
      if (FLOATS.has(context.convertedTypeOf(original)))
        return number(/e/i.test(digits) ? digits : `${digits}e0`);
      const value = parseExactNumber(digits);
      return value && toLiteral(value);
    },
  },
  {
    name: 'numeric',
    why: "DuckDB's DECIMAL without a precision has 3 digits after the point; a cast to it rounds silently.",
    apply: (node, context, original) => {
      if (!('TypeCast' in node) || !('TypeCast' in original)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const source = original.TypeCast.arg;
      if (!isNumeric(typeName) || arg === undefined || source === undefined) return undefined;
      const value = parseLiteral(original.TypeCast, context);
      if (typeName?.typmods === undefined)
        return value === undefined ? readNumeric(arg, source, context) : toLiteral(value);
      return limitDigits(node.TypeCast, source, value, context);
    },
  },
  {
    name: 'arrays of numeric',
    why: "DuckDB's DECIMAL without a precision has 3 digits after the point; a cast to it rounds silently.",
    apply: (node) => {
      if (!('TypeCast' in node) || node.TypeCast.typeName?.typmods !== undefined) return undefined;
      const { typeName } = node.TypeCast;
      if (getStringValues(typeName?.names).at(-1) !== 'numeric' || typeName?.arrayBounds === undefined)
        return undefined;
      const typmods = [number(String(MAX_DIGITS)), number('10')];
      return { TypeCast: { ...node.TypeCast, typeName: { ...typeName, typmods } } };
    },
  },
  {
    name: 'quotients of exact numbers',
    why: 'They are numeric in PostgreSQL, with at least 16 significant digits, and DOUBLE in DuckDB.',
    apply: (node, context, original) => {
      const expression = matchOperator(node);
      if (expression?.operator !== '/' || expression.left === undefined) return undefined;
      return context.typeOf(original) === 'numeric'
        ? call('pg_quotient', [expression.left, expression.right])
        : undefined;
    },
  },
  {
    name: 'averages of exact numbers',
    why: 'They are numeric in PostgreSQL, and DOUBLE in DuckDB.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      if (fn?.name !== 'avg' || context.typeOf(original) !== 'numeric') return undefined;
      const aggregate = (name: string): Node => ({
        FuncCall: { ...fn.call, funcname: [{ String: { sval: name } }] },
      });
      return call('pg_quotient', [aggregate('sum'), call('nullif', [aggregate('count'), number('0')])]);
    },
  },
  {
    name: 'variances of exact numbers',
    why: 'They are numeric in PostgreSQL, and DOUBLE in DuckDB.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const [value] = fn?.args ?? [];
      if (fn === undefined || value === undefined || !SPREAD_NAMES.has(fn.name)) return undefined;
      if (context.typeOf(original) !== 'numeric' || fn.call.agg_distinct === true) return undefined;
      const [before] = matchCall(original)?.args ?? [];
      const factor =
        before !== undefined && INTEGERS.has(context.typeOf(before)) ? cast(value, 'hugeint') : value;
      const aggregate = (name: string, arg: Node): Node =>
        cast({ FuncCall: { ...fn.call, funcname: [{ String: { sval: name } }], args: [arg] } }, 'varchar');
      const spread = call('pg_spread', [
        constant(fn.name),
        aggregate('count', value),
        aggregate('sum', value),
        aggregate('sum', binary('*', factor, factor)),
        constant(String(QUOTIENT_SCALE)),
      ]);
      return decimalCast(spread, MAX_DIGITS, QUOTIENT_SCALE);
    },
  },
];

function isNumeric(typeName: TypeName | undefined): boolean {
  return getStringValues(typeName?.names).at(-1) === 'numeric' && typeName?.arrayBounds === undefined;
}

/** A literal that DuckDB reads as DECIMAL with the digits that it has. */
function toLiteral(value: ExactNumber): Node {
  const digits = formatExactNumber(value);
  return fitsDecimal(value)
    ? decimalCast(constant(digits), decimalPrecision(value), value.scale)
    : needExactNumbers(digits);
}

/** An expression that raises the error after which the statement runs with numbers of any digits. */
function needExactNumbers(digits: string): Node {
  return decimalCast(
    call('error', [constant(`[${EXACT_NUMBERS}] ${describeLongNumber(digits)}`)]),
    MAX_DIGITS,
    0,
  );
}

/** The number of a literal that is cast; undefined for other expressions. */
function parseLiteral({ arg, location }: TypeCast, context: RewriteContext): ExactNumber | undefined {
  const literal = arg !== undefined && 'A_Const' in arg ? arg.A_Const : undefined;
  if (literal === undefined || literal.isnull === true || literal.boolval !== undefined) return undefined;
  const text = getLiteralText(literal);
  const value = parseExactNumber(text);
  if (value !== undefined) return value;
  const { code, message } = invalidInput('numeric', text);
  throw new DriverError(code, message, { position: context.position(literal.location ?? location ?? 0) });
}

function getLiteralText(literal: A_Const): string {
  return literal.sval?.sval ?? getNumberText({ A_Const: literal }) ?? '';
}

/** The cast to numeric without a precision, which keeps all digits. */
function readNumeric(arg: Node, source: Node, context: ExpressionTypes): Node | undefined {
  const type = context.typeOf(source);
  if (type === 'numeric' || INTEGERS.has(type)) return arg;
  if (type === 'bool') return undefined;
  return call('pg_read_numeric', [toText(arg, type)]);
}

/** The text from which PostgreSQL reads a number. */
function toText(arg: Node, type: string | undefined): Node {
  const pattern = FLOATS.get(type);
  return pattern === undefined ? cast(arg, 'varchar') : call('printf', [constant(pattern), arg]);
}

/** The cast to numeric(precision, scale), which rounds half away from zero. */
function limitDigits(
  typed: TypeCast,
  source: Node,
  value: ExactNumber | undefined,
  context: ExpressionTypes,
): Node | undefined {
  const [first, second] = typed.typeName?.typmods ?? [];
  const [precision, scale = 0] = [getConstantInteger(first), getConstantInteger(second)];
  if (precision === undefined || typed.arg === undefined) return undefined;
  if (precision > MAX_DIGITS || scale < 0 || scale > precision || typeof value === 'string')
    return needExactNumbers(`numeric(${precision},${scale})`);
  const type = context.typeOf(source);
  return FLOATS.has(type) ? { TypeCast: { ...typed, arg: toText(typed.arg, type) } } : undefined;
}
