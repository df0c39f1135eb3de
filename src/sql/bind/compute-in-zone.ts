import type { Node, SelectStmt } from 'libpg-query';
import { binary, call, cast, constant, getConstantText, matchCall } from '../dialect/build.ts';
import type { ExpressionTypes } from '../dialect/types.ts';
import { getStringValues, mapInside, mapNodes } from '../parse/tree.ts';

/** A statement of a session in another time zone than UTC, where DuckDB would compute something else than PostgreSQL. */
export function computeInZone(select: SelectStmt, timeZone: string, types: ExpressionTypes): SelectStmt {
  const change = (original: Node): Node => {
    const node = mapInside(original, change);
    return (
      toExactDifference(node, original, types) ??
      toZonedDates(node, original, types) ??
      toZonedCall(node, original, timeZone, types) ??
      node
    );
  };
  return mapNodes(select, change);
}

const TIMES: ReadonlySet<string | undefined> = new Set(['timestamptz', 'timestamp', 'date']);

/** DuckDB counts the days between two timestamps by the calendar of the zone; PostgreSQL counts 24 hours. */
function toExactDifference(node: Node, original: Node, types: ExpressionTypes): Node | undefined {
  if (!('A_Expr' in node) || !('A_Expr' in original)) return undefined;
  const { kind, name, lexpr, rexpr } = node.A_Expr;
  const { lexpr: left, rexpr: right } = original.A_Expr;
  if (kind !== 'AEXPR_OP' || getStringValues(name).at(-1) !== '-') return undefined;
  if (lexpr === undefined || rexpr === undefined || left === undefined || right === undefined)
    return undefined;
  const found = [left, right].map((each) => types.convertedTypeOf(each) ?? types.typeOf(each));
  if (!found.includes('timestamptz') || !found.every((type) => TIMES.has(type))) return undefined;
  return { A_Expr: { ...node.A_Expr, lexpr: toUtc(lexpr), rexpr: toUtc(rexpr) } };
}

/** A date as a timestamp with time zone. DuckDB's statistics of the direct cast are those of UTC, and omit rows. */
function toZoned(date: Node): Node {
  return cast(cast(date, 'timestamp'), 'timestamptz');
}

/** Dates that are cast to timestamp with time zone, or compared with one. */
function toZonedDates(node: Node, original: Node, types: ExpressionTypes): Node | undefined {
  if ('TypeCast' in node && 'TypeCast' in original) {
    const { arg, typeName } = node.TypeCast;
    const source = original.TypeCast.arg;
    const isZoned = getStringValues(typeName?.names).at(-1) === 'timestamptz';
    if (!isZoned || arg === undefined || source === undefined || types.typeOf(source) !== 'date')
      return undefined;
    return { TypeCast: { ...node.TypeCast, arg: cast(arg, 'timestamp') } };
  }
  if (!('A_Expr' in node) || !('A_Expr' in original)) return undefined;
  const { kind = 'AEXPR_OP', name, lexpr, rexpr } = node.A_Expr;
  if (!COMPARISON_KINDS.has(kind) || lexpr === undefined || rexpr === undefined) return undefined;
  if (kind === 'AEXPR_OP' && !COMPARISONS.has(getStringValues(name).at(-1) ?? '')) return undefined;
  const [left, right] = [listOperands(original.A_Expr.lexpr), listOperands(original.A_Expr.rexpr)];
  const found = new Set([...left, ...right].map((each) => types.typeOf(each)));
  if (!found.has('timestamptz') || !found.has('date')) return undefined;
  const convert = (operand: Node, sources: readonly Node[]): Node => {
    if ('List' in operand)
      return {
        List: { items: (operand.List.items ?? []).map((item, i) => convert(item, sources.slice(i, i + 1))) },
      };
    const [source] = sources;
    return source !== undefined && types.typeOf(source) === 'date' ? toZoned(operand) : operand;
  };
  return { A_Expr: { ...node.A_Expr, lexpr: convert(lexpr, left), rexpr: convert(rexpr, right) } };
}

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '<=', '>', '>=']);
const COMPARISON_KINDS: ReadonlySet<string> = new Set([
  'AEXPR_OP',
  'AEXPR_DISTINCT',
  'AEXPR_NOT_DISTINCT',
  'AEXPR_IN',
  'AEXPR_BETWEEN',
  'AEXPR_NOT_BETWEEN',
]);

function listOperands(operand: Node | undefined): readonly Node[] {
  if (operand === undefined) return [];
  return 'List' in operand ? (operand.List.items ?? []) : [operand];
}

function toUtc(time: Node): Node {
  return call('timezone', [constant('UTC'), cast(time, 'timestamptz')]);
}

/** Offsets from UTC are whole minutes today. */
const WITHIN_MINUTES: ReadonlySet<string | undefined> = new Set(
  'minute minutes second seconds millisecond milliseconds microsecond microseconds'.split(' '),
);

function toZonedCall(node: Node, original: Node, timeZone: string, types: ExpressionTypes): Node | undefined {
  const [fn, before] = [matchCall(node), matchCall(original)];
  const [first, second, ...more] = fn?.args ?? [];
  if (fn === undefined || before === undefined || first === undefined) return undefined;
  const text = getConstantText(first)?.toLowerCase();
  if (fn.name === 'current_setting') return text === 'timezone' ? constant(timeZone) : undefined;
  if (second === undefined || more.length > 0) return undefined;
  const [one, other] = before.args;
  if (fn.name === 'to_char' && one !== undefined && types.typeOf(one) === 'date')
    return call('to_char', [cast(first, 'timestamptz'), second]);
  if (fn.name !== 'date_trunc' || other === undefined || types.typeOf(other) !== 'timestamptz')
    return undefined;
  if (WITHIN_MINUTES.has(text)) return fromUtc(call('date_trunc', [first, toUtc(second)]));
  return text === 'hour' || text === 'hours' ? toHour(second, timeZone) : undefined;
}

function fromUtc(time: Node): Node {
  return call('timezone', [constant('UTC'), time]);
}

/** DuckDB takes an hour that occurs twice for the later one. */
function toHour(time: Node, timeZone: string): Node {
  const local = call('timezone', [constant(timeZone), cast(time, 'timestamptz')]);
  return fromUtc(binary('-', call('date_trunc', [constant('hour'), local]), binary('-', local, toUtc(time))));
}
