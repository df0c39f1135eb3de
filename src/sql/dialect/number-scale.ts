import type { A_Expr, FuncCall, Node, TypeCast } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { abs, type ExactDecimal, type ExactNumber, parseExactNumber } from '../types/exact-number.ts';
import { type NumberScale, STORED_SCALE } from '../types/number-text.ts';
import { getConstantInteger, getConstantText, getNumberText, matchCall } from './build.ts';
import type { ExpressionTypes } from './types.ts';

/** Functions whose result is one of their arguments, or has the digits that those have. */
const KEEPING: ReadonlySet<string> = new Set(
  'sum min max abs array_agg any_value first_value last_value nth_value lag lead mode'.split(' '),
);

const VARIANCES: ReadonlySet<string> = new Set(['variance', 'var_samp', 'var_pop']);

const EXTRACTED_DIGITS: ReadonlyMap<string | undefined, number> = new Map([
  ['second', 6],
  ['millisecond', 3],
  ['epoch', 6],
]);

/** How PostgreSQL prints the values of a numeric expression. */
export function inferNumberScale(node: Node | undefined, types: ExpressionTypes): NumberScale {
  if (node === undefined) return STORED_SCALE;
  if ('A_Const' in node) return fixed(countDigits(getNumberText(node)));
  if ('TypeCast' in node) return inferCastScale(node.TypeCast, types);
  if ('A_Expr' in node) return inferOperatorScale(node.A_Expr, types);
  if ('FuncCall' in node) return inferCallScale(node.FuncCall, types);
  if ('A_ArrayExpr' in node) return commonScale(node.A_ArrayExpr.elements ?? [], types);
  if ('CoalesceExpr' in node) return commonScale(node.CoalesceExpr.args ?? [], types);
  if ('MinMaxExpr' in node) return commonScale(node.MinMaxExpr.args ?? [], types);
  if ('CaseExpr' in node) {
    const results = (node.CaseExpr.args ?? []).flatMap((when) =>
      'CaseWhen' in when ? (when.CaseWhen.result ?? []) : [],
    );
    const { defresult } = node.CaseExpr;
    return commonScale(defresult === undefined ? results : [...results, defresult], types);
  }
  return inferColumnScale(types.definitionsOf(node), types);
}

/** The same for a column that these expressions define; undefined: one of a table. */
export function inferColumnScale(
  definitions: readonly Node[] | undefined,
  types: ExpressionTypes,
): NumberScale {
  return definitions === undefined ? STORED_SCALE : commonScale(definitions, types);
}

/** DuckDB's DECIMAL has 38 digits. */
export const MAX_DIGITS = 38;

/** Digits of the DECIMAL that holds a number. */
export function decimalPrecision({ unscaled, scale }: ExactDecimal): number {
  return Math.max(String(abs(unscaled)).length, scale, 1);
}

export function fitsDecimal(value: ExactNumber): value is ExactDecimal {
  return typeof value !== 'string' && decimalPrecision(value) <= MAX_DIGITS;
}

function fixed(least: number): NumberScale {
  return { least };
}

/** The digits after the point of a literal. */
function countDigits(text: string | undefined): number {
  const value = text === undefined ? undefined : parseExactNumber(text);
  return value === undefined || typeof value === 'string' ? 0 : value.scale;
}

function inferCastScale({ arg, typeName }: TypeCast, types: ExpressionTypes): NumberScale {
  if (getStringValues(typeName?.names).at(-1) !== 'numeric') return STORED_SCALE;
  if (isElementNumber(arg)) return STORED_SCALE;
  const [precision, scale] = typeName?.typmods ?? [];
  if (precision !== undefined) return fixed(Math.max(0, getConstantInteger(scale) ?? 0));
  const text = arg !== undefined && 'A_Const' in arg ? (arg.A_Const.sval?.sval ?? '') : '';
  return text === '' ? inferNumberScale(arg, types) : fixed(countDigits(text));
}

/** Whether a cast gives an element of a list the type of its column in a child table. */
export function isElementNumber(arg: Node | undefined): boolean {
  return arg !== undefined && matchCall(arg)?.name === 'pg_element_number';
}

function inferOperatorScale({ kind, name, lexpr, rexpr }: A_Expr, types: ExpressionTypes): NumberScale {
  if (kind === 'AEXPR_NULLIF') return inferNumberScale(lexpr, types);
  const operator = getStringValues(name).at(-1) ?? '';
  if (lexpr === undefined) return inferNumberScale(rexpr, types);
  const [left, right] = [inferNumberScale(lexpr, types), inferNumberScale(rexpr, types)];
  const greater = Math.max(left.least, right.least);
  switch (operator) {
    case '+':
    case '-':
    case '%':
      return fixed(greater);
    case '*':
      return fixed(left.least + right.least);
    case '/':
      return { least: greater, isQuotient: true };
    default:
      return STORED_SCALE;
  }
}

function inferCallScale(call: FuncCall, types: ExpressionTypes): NumberScale {
  const { name, args } = matchCall({ FuncCall: call }) ?? { name: '', args: [] };
  const [first, second] = args;
  if (KEEPING.has(name)) return inferNumberScale(first, types);
  if (name === 'extract') return fixed(countExtracted(args, types));
  if (VARIANCES.has(name)) return { least: 0, isQuotient: true };
  if (name === 'avg') return { least: inferNumberScale(first, types).least, isQuotient: true };
  if (name === 'round' || name === 'trunc') return fixed(Math.max(0, getConstantInteger(second) ?? 0));
  return name === 'mod'
    ? fixed(Math.max(inferNumberScale(first, types).least, inferNumberScale(second, types).least))
    : STORED_SCALE;
}

/** The digits of a field of a date or timestamp. */
function countExtracted([field, source]: readonly Node[], types: ExpressionTypes): number {
  const unit = getConstantText(field)?.toLowerCase().replace(/s$/, '');
  const isDate = source !== undefined && types.typeOf(source) === 'date';
  return isDate ? 0 : (EXTRACTED_DIGITS.get(unit) ?? 0);
}

/** The digits that all of the expressions have. */
function commonScale(nodes: readonly Node[], types: ExpressionTypes): NumberScale {
  const scales = nodes
    .filter((node) => !('A_Const' in node && node.A_Const.isnull === true))
    .map((node) => inferNumberScale(node, types));
  if (scales.length === 0) return STORED_SCALE;
  const least = Math.min(...scales.map((scale) => scale.least));
  return scales.every((scale) => scale.isQuotient === true) ? { least, isQuotient: true } : { least };
}
