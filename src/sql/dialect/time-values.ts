import type { FuncCall, Node, SQLValueFunctionOp } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getStringValues } from '../parse/tree.ts';
import { ZONE_OFFSETS } from '../types/time-literals.ts';
import { formatInternalType } from '../types/types.ts';
import {
  binary,
  call,
  cast,
  constant,
  getConstantInteger,
  getConstantText,
  matchCall,
  name,
} from './build.ts';
import type { Rewrite } from './types.ts';

const TIMESTAMPS: ReadonlySet<string | undefined> = new Set(['timestamptz', 'timestamp']);
/** Units that begin with the year 1, by the interval that starts them a year earlier. */
const COUNTED_FROM_ONE: ReadonlySet<string | undefined> = new Set(['century', 'millennium']);
const MAX_PRECISION = 6;
/** `CURRENT_TIMESTAMP(3)` and `LOCALTIMESTAMP(3)`. */
const PRECISE: ReadonlyMap<string, readonly [type: string, op: SQLValueFunctionOp]> = new Map([
  ['SVFOP_CURRENT_TIMESTAMP_N', ['timestamptz', 'SVFOP_CURRENT_TIMESTAMP']],
  ['SVFOP_LOCALTIMESTAMP_N', ['timestamp', 'SVFOP_LOCALTIMESTAMP']],
]);

/** Timestamps that are rewritten before what they are in. */
export const earlyTimeRewrites: readonly Rewrite[] = [
  {
    name: 'precision of the current time',
    why: 'DuckDB has no function with a precision.',
    apply: (node) => {
      if (!('SQLValueFunction' in node)) return undefined;
      const { op = '', typmod = 0, ...rest } = node.SQLValueFunction;
      const precise = PRECISE.get(op);
      if (precise === undefined || typmod >= MAX_PRECISION) return undefined;
      return roundTo({ SQLValueFunction: { ...rest, op: precise[1] } }, typmod, precise[0]);
    },
  },
];

/** Values of dates, timestamps and intervals. */
export const timeValueRewrites: readonly Rewrite[] = [
  {
    name: 'casts of timestamps',
    why: 'DuckDB does not cast timestamp with time zone to time, and ignores or misinterprets the precision of timestamps.',
    apply: (node, context, original) => {
      if (!('TypeCast' in node) || !('TypeCast' in original)) return undefined;
      const { arg, typeName } = node.TypeCast;
      if (arg === undefined || typeName === undefined || typeName.arrayBounds !== undefined) return undefined;
      const type = getStringValues(typeName.names).at(-1);
      const source = original.TypeCast.arg;
      if (type === 'time' && source !== undefined && context.typeOf(source) === 'timestamptz')
        return cast(cast(arg, 'timestamp'), 'time');
      const precision = getConstantInteger(typeName.typmods?.[0]);
      if (precision === undefined || !TIMESTAMPS.has(type) || type === undefined) return undefined;
      const whole = cast(arg, type);
      return precision >= MAX_PRECISION ? whole : roundTo(whole, precision, type);
    },
  },
  {
    name: 'sums of intervals',
    why: 'DuckDB does not add or average intervals.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const [interval] = fn?.args ?? [];
      const [source] = matchCall(original)?.args ?? [];
      if (fn === undefined || interval === undefined || source === undefined) return undefined;
      if ((fn.name !== 'sum' && fn.name !== 'avg') || context.typeOf(source) !== 'interval') return undefined;
      const total = sumParts(fn.call, interval);
      return fn.name === 'sum'
        ? total
        : call('pg_interval_mean', [total, aggregate(fn.call, 'count', interval)]);
    },
  },
  {
    name: 'averages of dates',
    why: 'DuckDB computes them, PostgreSQL does not.',
    apply: (node, context, original) => {
      const [source] = matchCall(original)?.args ?? [];
      const type = source === undefined ? undefined : context.typeOf(source);
      if (matchCall(node)?.name !== 'avg' || (type !== 'date' && !TIMESTAMPS.has(type))) return undefined;
      throw new DriverError(
        'SQL_UNKNOWN_FUNCTION',
        `function avg(${formatInternalType(type ?? 'date')}) does not exist`,
        {
          remedy: 'Average the seconds: to_timestamp(avg(extract(epoch FROM at))).',
        },
      );
    },
  },
  {
    name: 'overlapping periods',
    why: 'A period may end after an interval.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const before = matchCall(original)?.args ?? [];
      if (fn?.name !== 'overlaps' || fn.args.length !== 4) return undefined;
      const args = fn.args.map((arg, i) => {
        const [end, start] = [before[i], fn.args[i - 1]];
        const isLength = i % 2 === 1 && end !== undefined && context.typeOf(end) === 'interval';
        return isLength && start !== undefined ? binary('+', start, arg) : arg;
      });
      return call('pg_overlaps', args);
    },
  },
  {
    name: 'centuries',
    why: 'In PostgreSQL, centuries and millennia begin with the year 1.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const [unit, source] = fn?.args ?? [];
      const [, before] = matchCall(original)?.args ?? [];
      if (fn?.name !== 'date_trunc' || source === undefined || fn.args.length > 2) return undefined;
      if (!COUNTED_FROM_ONE.has(getConstantText(unit)?.toLowerCase())) return undefined;
      const year = cast(constant('1 year'), 'interval');
      const isDate = before !== undefined && context.typeOf(before) === 'date';
      const shifted = binary('-', isDate ? cast(source, 'timestamptz') : source, year);
      const truncated = call('date_trunc', [...(unit ? [unit] : []), shifted]);
      return binary('+', truncated, year);
    },
  },
  {
    name: 'AT TIME ZONE with an offset',
    why: "DuckDB's timezone takes only names of time zones.",
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const [zone, time] = fn?.args ?? [];
      const [before, source] = matchCall(original)?.args ?? [];
      if (fn?.name !== 'timezone' || zone === undefined || time === undefined) return undefined;
      if (before === undefined || source === undefined) return undefined;
      const offset = context.typeOf(before) === 'interval' ? zone : toOffset(getConstantText(zone));
      if (offset === undefined) return undefined;
      return context.typeOf(source) === 'timestamptz'
        ? binary('+', call('timezone', [constant('UTC'), time]), offset)
        : call('timezone', [constant('UTC'), cast(binary('-', time, offset), 'timestamp')]);
    },
  },
];

/** A timestamp, rounded to a number of digits of a second's fraction. */
function roundTo(time: Node, digits: number, type: string): Node {
  const step = { A_Const: { ival: { ival: 10 ** (MAX_PRECISION - digits) } } };
  return cast(call('pg_rounded_time', [time, step]), type);
}

/**
 * The distance from UTC of an abbreviated zone, or of one in POSIX's syntax, which counts west of Greenwich: `+02` is two hours
 * behind UTC.
 */
function toOffset(zone: string | undefined): Node | undefined {
  const abbreviated = /^([-+])(\d\d)$/.exec(ZONE_OFFSETS.get(zone?.toLowerCase() ?? '') ?? '');
  if (abbreviated !== null) return toClock(abbreviated[1] === '-', abbreviated[2]);
  const [, sign, hours, minutes] = /^([-+])(\d{1,2})(?::?(\d\d))?$/.exec(zone ?? '') ?? [];
  return sign === undefined ? undefined : toClock(sign === '+', hours, minutes);
}

function toClock(isNegative: boolean, hours = '00', minutes = '00'): Node {
  return cast(constant(`${isNegative ? '-' : ''}${hours}:${minutes}:00`), 'interval');
}

function sumParts(sum: FuncCall, interval: Node): Node {
  const months = aggregate(sum, 'sum', call('pg_interval_months', [interval]));
  const days = aggregate(sum, 'sum', call('datepart', [constant('day'), interval]));
  const micros = aggregate(sum, 'sum', call('pg_interval_micros', [interval]));
  return binary(
    '+',
    binary('+', call('to_months', [cast(months, 'int4')]), call('to_days', [cast(days, 'int4')])),
    call('to_microseconds', [cast(micros, 'int8')]),
  );
}

/** The aggregate with another function and argument, with its FILTER and its window. */
function aggregate(like: FuncCall, fn: string, arg: Node): Node {
  return { FuncCall: { ...like, funcname: [name(fn)], args: [arg] } };
}
