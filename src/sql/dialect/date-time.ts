import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { binary, call, matchCall, cast, constant, getConstantText, number } from './build.ts';
import { inferStaticType } from './static-types.ts';
import { normalizeIntervalLiteral, normalizeTimeLiteral } from './time-literals.ts';
import type { Rewrite } from './types.ts';

const SPECIAL: ReadonlyMap<string, Node> = new Map([
  ['now', call('now', [])],
  ['today', call('today', [])],
  ['tomorrow', binary('+', call('today', []), { A_Const: { ival: { ival: 1 } } })],
  ['yesterday', binary('-', call('today', []), { A_Const: { ival: { ival: 1 } } })],
]);
const TIMES: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz']);

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

/** Dates, times and intervals. */
export const dateTimeRewrites: readonly Rewrite[] = [
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
    name: 'now as a literal',
    why: "DuckDB does not parse 'now', 'today', 'tomorrow' and 'yesterday'.",
    apply: (node) => {
      if (!('TypeCast' in node)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const type = getStringValues(typeName?.names).at(-1) ?? '';
      const special =
        arg !== undefined && 'A_Const' in arg
          ? SPECIAL.get((getConstantText(arg) ?? '').trim().toLowerCase())
          : undefined;
      return special === undefined || !TIMES.has(type) ? undefined : cast(special, type);
    },
  },
  {
    name: 'literals compared with dates',
    why: 'DuckDB knows fewer formats, and does not choose the operator of a date and a literal.',
    apply: (node, context, original) => {
      const text = 'A_Const' in node ? getConstantText(node) : undefined;
      const type = text === undefined ? undefined : context.convertedTypeOf(original);
      if (text === undefined || type === undefined || !TIMES.has(type)) return undefined;
      return cast(SPECIAL.get(text.trim().toLowerCase()) ?? constant(normalizeTimeLiteral(text)), type);
    },
  },
  {
    name: 'formats of dates and intervals',
    why: "DuckDB does not parse '20260305', '05-Mar-2026', a time zone after minutes, or 'P1D'.",
    apply: (node) => {
      if (!('TypeCast' in node) || node.TypeCast.typeName?.arrayBounds !== undefined) return undefined;
      const { arg, typeName } = node.TypeCast;
      const type = getStringValues(typeName?.names).at(-1) ?? '';
      const text = arg !== undefined && 'A_Const' in arg ? getConstantText(arg) : undefined;
      if (text === undefined || typeName?.typmods !== undefined) return undefined;
      const normalized = TIMES.has(type)
        ? normalizeTimeLiteral(text)
        : type === 'interval'
          ? normalizeIntervalLiteral(text)
          : text;
      return normalized === text ? undefined : cast(constant(normalized), type);
    },
  },
];
