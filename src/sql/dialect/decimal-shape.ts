import type { A_Expr, FuncCall, Node, TypeCast } from 'libpg-query';
import type { SqlType } from '../../catalog/table-def.ts';
import { getStringValues } from '../parse/tree.ts';
import { parseExactNumber } from '../types/exact-number.ts';
import { getConstantInteger, getNumberText, matchCall } from './build.ts';
import { READ_SCALE, QUOTIENT_SCALE } from './number-macros.ts';
import { fitsDecimal, decimalPrecision, MAX_DIGITS } from './number-scale.ts';
import type { ExpressionTypes } from './types.ts';

/** The digits before and after the point that DuckDB's type of an exact number has. */
export interface DecimalShape {
  readonly whole: number;
  readonly scale: number;
}

type Types = Pick<ExpressionTypes, 'typeOf' | 'columnTypeOf' | 'definitionsOf'>;

const INTEGERS: ReadonlyMap<string | undefined, DecimalShape> = new Map([
  ['int2', { whole: 5, scale: 0 }],
  ['int4', { whole: 10, scale: 0 }],
  ['int8', { whole: 19, scale: 0 }],
]);

/** Functions whose result has the type of their first argument. */
const KEEPING: ReadonlySet<string> = new Set(
  'min max abs any_value first_value last_value nth_value lag lead mode'.split(' '),
);
const WHOLE: ReadonlySet<string> = new Set(['ceil', 'ceiling', 'floor']);
const SPREADS: ReadonlySet<string> = new Set([
  'avg',
  'variance',
  'var_samp',
  'var_pop',
  'stddev',
  'stddev_samp',
  'stddev_pop',
]);

/** The shape of an expression; undefined if only DuckDB knows it. */
export function inferDecimalShape(node: Node | undefined, types: Types): DecimalShape | undefined {
  if (node === undefined) return undefined;
  const stored = types.columnTypeOf(node);
  if (stored !== undefined) return shapeOfColumn(stored);
  const text = getNumberText(node);
  if (text !== undefined) return shapeOfText(text);
  const integer = INTEGERS.get(types.typeOf(node));
  if (integer !== undefined) return integer;
  if (types.typeOf(node) !== 'numeric') return undefined;
  if ('TypeCast' in node) return shapeOfCast(node.TypeCast, types);
  if ('A_Expr' in node) return shapeOfOperator(node.A_Expr, types);
  if ('FuncCall' in node) return shapeOfCall(node.FuncCall, types);
  const operands = getAlternatives(node) ?? types.definitionsOf(node);
  return operands && combineShapes(operands.map((each) => inferDecimalShape(each, types)));
}

/** The values of which an expression returns one; undefined for other expressions. */
export function getAlternatives(node: Node): readonly Node[] | undefined {
  if ('CoalesceExpr' in node) return node.CoalesceExpr.args ?? [];
  if ('MinMaxExpr' in node) return node.MinMaxExpr.args ?? [];
  if ('A_ArrayExpr' in node) return node.A_ArrayExpr.elements ?? [];
  if (!('CaseExpr' in node)) return undefined;
  const { args = [], defresult } = node.CaseExpr;
  const results = args.flatMap((when) => ('CaseWhen' in when ? (when.CaseWhen.result ?? []) : []));
  return defresult === undefined ? results : [...results, defresult];
}

/** The shape that holds all of them, as far as 38 digits do. Unknown ones do not count. */
export function combineShapes(shapes: readonly (DecimalShape | undefined)[]): DecimalShape | undefined {
  const known = shapes.filter((shape) => shape !== undefined);
  if (known.length === 0) return undefined;
  return limit({
    whole: Math.max(...known.map(({ whole }) => whole)),
    scale: Math.max(...known.map(({ scale }) => scale)),
  });
}

/** Whether DuckDB's common type of these has fewer digits after the point than one of them, which it then rounds. */
export function losesDigits(shapes: readonly (DecimalShape | undefined)[]): boolean {
  const known = shapes.filter((shape) => shape !== undefined);
  if (known.every(({ scale }) => scale === known[0]?.scale)) return false;
  const [whole, scale] = [
    Math.max(...known.map((each) => each.whole)),
    Math.max(...known.map((each) => each.scale)),
  ];
  return whole + scale > MAX_DIGITS;
}

function limit({ whole, scale }: DecimalShape): DecimalShape {
  return { whole: Math.max(0, Math.min(whole, MAX_DIGITS - scale)), scale };
}

const QUOTIENT: DecimalShape = { whole: MAX_DIGITS - QUOTIENT_SCALE, scale: QUOTIENT_SCALE };

export function shapeOfColumn(type: SqlType): DecimalShape | undefined {
  switch (type.kind) {
    case 'bigint':
      return INTEGERS.get('int8');
    case 'hugeint':
      return { whole: MAX_DIGITS, scale: 0 };
    case 'decimal':
      return { whole: MAX_DIGITS - type.scale, scale: type.scale };
    case 'number':
    case 'double':
    case 'text':
    case 'boolean':
    case 'blob':
    case 'json':
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return undefined;
  }
}

function shapeOfText(text: string): DecimalShape | undefined {
  const value = parseExactNumber(text);
  if (value === undefined || !fitsDecimal(value)) return undefined;
  return { whole: decimalPrecision(value) - value.scale, scale: value.scale };
}

function shapeOfCast({ arg, typeName }: TypeCast, types: Types): DecimalShape | undefined {
  const [precision, scale] = typeName?.typmods ?? [];
  if (precision !== undefined) {
    const [digits, places] = [getConstantInteger(precision) ?? MAX_DIGITS, getConstantInteger(scale) ?? 0];
    return { whole: digits - places, scale: places };
  }
  const literal = arg !== undefined && 'A_Const' in arg ? arg.A_Const.sval?.sval : undefined;
  if (literal !== undefined) return shapeOfText(literal);
  return inferDecimalShape(arg, types) ?? { whole: MAX_DIGITS - READ_SCALE, scale: READ_SCALE };
}

function shapeOfOperator({ kind, name, lexpr, rexpr }: A_Expr, types: Types): DecimalShape | undefined {
  const [left, right] = [inferDecimalShape(lexpr, types), inferDecimalShape(rexpr, types)];
  if (kind === 'AEXPR_NULLIF') return left;
  if (lexpr === undefined) return right;
  const operator = getStringValues(name).at(-1) ?? '';
  if (operator === '/') return QUOTIENT;
  if (left === undefined || right === undefined) return undefined;
  switch (operator) {
    case '+':
    case '-':
      return limit({
        whole: Math.max(left.whole, right.whole) + 1,
        scale: Math.max(left.scale, right.scale),
      });
    case '*':
      return limit({ whole: left.whole + right.whole, scale: left.scale + right.scale });
    case '%':
      return combineShapes([left, right]);
    default:
      return undefined;
  }
}

function shapeOfCall(fn: FuncCall, types: Types): DecimalShape | undefined {
  const { name, args } = matchCall({ FuncCall: fn }) ?? { name: '', args: [] };
  const [first, second] = args;
  if (SPREADS.has(name)) return QUOTIENT;
  const shape = inferDecimalShape(first, types);
  if (shape === undefined) return undefined;
  if (name === 'sum') return { whole: MAX_DIGITS - shape.scale, scale: shape.scale };
  if (name === 'mod') return combineShapes([shape, inferDecimalShape(second, types)]);
  if (KEEPING.has(name)) return shape;
  if (WHOLE.has(name)) return limit({ whole: shape.whole + 1, scale: 0 });
  if (name !== 'round' && name !== 'trunc') return undefined;
  const places = second === undefined ? 0 : getConstantInteger(second);
  return limit({
    whole: shape.whole + 1,
    scale: Math.max(0, Math.min(shape.scale, places ?? shape.scale)),
  });
}
