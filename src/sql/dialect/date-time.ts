import type { Node, TypeCast } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { arrayElements, binary, call, matchCall, cast, constant, getConstantText, number } from './build.ts';
import { inferStaticType } from './static-types.ts';
import { DriverError } from '../../core/errors.ts';
import { toEngineTime } from '../types/time-input.ts';
import { normalizeIntervalLiteral } from '../types/time-literals.ts';
import { timePatternRewrites } from './time-patterns.ts';
import type { Rewrite, RewriteContext } from './types.ts';

const SPECIAL: ReadonlyMap<string, Node> = new Map([
  ['now', call('now', [])],
  ['today', call('today', [])],
  ['tomorrow', binary('+', call('today', []), { A_Const: { ival: { ival: 1 } } })],
  ['yesterday', binary('-', call('today', []), { A_Const: { ival: { ival: 1 } } })],
]);

type TimeKind = 'date' | 'timestamp' | 'timestamptz';

function isTimeKind(type: string | undefined): type is TimeKind {
  return type === 'date' || type === 'timestamp' || type === 'timestamptz';
}

/** A literal of a date or timestamp; undefined if DuckDB reads it as it is. */
function toTimeLiteral(
  text: string,
  type: TimeKind,
  context: RewriteContext,
  location = -1,
): Node | undefined {
  const special = SPECIAL.get(text.trim().toLowerCase());
  if (special !== undefined) return cast(special, type);
  try {
    const read = toEngineTime(text, type);
    return read === text ? undefined : cast(constant(read), type);
  } catch (error) {
    if (!(error instanceof DriverError) || location < 0) throw error;
    throw new DriverError(error.code, error.message, { position: context.position(location) });
  }
}

// In the order of make_interval's parameters.
const UNITS: ReadonlyMap<string, (count: Node) => Node> = new Map<string, (count: Node) => Node>([
  ['years', (count) => call('to_years', [count])],
  ['months', (count) => call('to_months', [count])],
  ['weeks', (count) => call('to_weeks', [count])],
  ['days', (count) => call('to_days', [count])],
  ['hours', (count) => call('to_hours', [count])],
  ['mins', (count) => call('to_minutes', [count])],
  ['secs', (count) => call('to_microseconds', [cast(binary('*', count, number('1000000')), 'int8')])],
]);

/** An array of times whose elements DuckDB reads; undefined if it is not made of literals. */
function toTimeArray(array: TypeCast, type: TimeKind, context: RewriteContext): Node | undefined {
  const { arg } = array;
  const elements = arg !== undefined && 'A_ArrayExpr' in arg ? arg.A_ArrayExpr.elements : arrayElements(arg);
  if (elements?.some((each) => getConstantText(each) !== undefined) !== true) return undefined;
  const read = elements.map((each) => {
    const text = getConstantText(each);
    return text === undefined ? each : (toTimeLiteral(text, type, context, array.location) ?? each);
  });
  return { TypeCast: { ...array, arg: { A_ArrayExpr: { elements: read } } } };
}

/** Dates, times and intervals. */
export const dateTimeRewrites: readonly Rewrite[] = [
  ...timePatternRewrites,
  {
    name: 'extract',
    why: 'DuckDB returns integers without the fraction of a second; PostgreSQL returns numeric.',
    apply: (node) => {
      const fn = matchCall(node);
      const [field, source] = fn?.args ?? [];
      const unit = getConstantText(field)?.toLowerCase().replace(/s$/, '');
      if (fn === undefined || source === undefined || unit === undefined) return undefined;
      if (fn.name !== 'extract' && fn.name !== 'date_part') return undefined;
      const scale = unit === 'second' ? '0.000001' : unit === 'millisecond' ? '0.001' : undefined;
      const part = call('date_part', [
        scale === undefined ? (field ?? source) : constant('microsecond'),
        source,
      ]);
      const whole = scale === undefined ? binary('+', part, number('0.')) : binary('*', part, number(scale));
      return fn.name === 'date_part' ? cast(whole, 'float8') : whole;
    },
  },
  {
    name: 'date_trunc',
    why: "PostgreSQL converts a date to timestamp with time zone; DuckDB has no form with a time zone argument, and its optimiser takes a column's NULL for a value that differs.",
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const [unit, source, zone] = fn?.args ?? [];
      if (fn?.name !== 'date_trunc' || unit === undefined || source === undefined) return undefined;
      if (zone !== undefined) return call('pg_date_trunc_in_zone', [unit, source, zone]);
      const [, argument] = matchCall(original)?.args ?? [];
      if (inferStaticType(argument, context) === 'date')
        return call('date_trunc', [unit, cast(source, 'timestamptz')]);
      // DuckDB 1.5 rewrites comparisons of a truncated column with a constant that is never its result to TRUE or FALSE.
      return argument !== undefined && 'ColumnRef' in argument
        ? { CoalesceExpr: { args: [node, { A_Const: { isnull: true } }] } }
        : undefined;
    },
  },
  {
    name: 'make_interval',
    why: 'DuckDB has one function per unit instead.',
    apply: (node) => {
      const fn = matchCall(node);
      if (fn?.name !== 'make_interval') return undefined;
      const units = [...UNITS.values()];
      const parts = fn.args.flatMap((arg, i) => {
        const unit = 'NamedArgExpr' in arg ? UNITS.get(arg.NamedArgExpr.name ?? '') : units[i];
        const count = 'NamedArgExpr' in arg ? arg.NamedArgExpr.arg : arg;
        return unit === undefined || count === undefined ? [] : [unit(count)];
      });
      if (parts.length < fn.args.length) return undefined;
      return parts.reduce(
        (sum, part) => binary('+', sum, part),
        call('to_days', [{ A_Const: { ival: { ival: 0 } } }]),
      );
    },
  },
  {
    name: 'literals compared with dates',
    why: 'DuckDB knows fewer formats, and does not choose the operator of a date and a literal.',
    apply: (node, context, original) => {
      const text = 'A_Const' in node ? getConstantText(node) : undefined;
      const type = text === undefined ? undefined : context.convertedTypeOf(original);
      if (text === undefined || !('A_Const' in node) || !isTimeKind(type)) return undefined;
      return toTimeLiteral(text, type, context, node.A_Const.location) ?? cast(node, type);
    },
  },
  {
    name: 'formats of dates and intervals',
    why: "DuckDB does not parse 'now', '20260305', '05-Mar-2026', a time zone after minutes, or 'P1D'.",
    apply: (node, context) => {
      if (!('TypeCast' in node)) return undefined;
      const { arg, typeName, location } = node.TypeCast;
      const type = getStringValues(typeName?.names).at(-1) ?? '';
      if (typeName?.arrayBounds !== undefined)
        return isTimeKind(type) ? toTimeArray(node.TypeCast, type, context) : undefined;
      const text = arg !== undefined && 'A_Const' in arg ? getConstantText(arg) : undefined;
      if (text === undefined || typeName?.typmods !== undefined) return undefined;
      if (isTimeKind(type)) return toTimeLiteral(text, type, context, location);
      const normalized = type === 'interval' ? normalizeIntervalLiteral(text) : text;
      return normalized === text ? undefined : cast(constant(normalized), type);
    },
  },
];
