import { requireStoredTime } from '../../catalog/stored-time.ts';
import type { ColumnDef, TimeType } from '../../catalog/table-def.ts';
import type { Comparison, Literal, Predicate } from '../../dynamo/expression/predicate.ts';
import type { ColumnLookup } from './document-place.ts';
import { toDecimalText } from './literals.ts';
import type { PlanExpression, PlanValue } from './plan-json.ts';
import { exact, joinAnd, joinOr, type Pushdown, superset } from './pushdown.ts';
import { addUnit, DAY, floorToUnit, isTimeUnit, startOfMonth, type TimeUnit } from './time-units.ts';

/** A column of dates or timestamps, and what an expression does to it. No step ever decreases as the column grows. */
export interface TimeSubject {
  readonly column: TimeColumn;
  /** The innermost first. */
  readonly steps: readonly TimeStep[];
  /** What is computed of it in the end; undefined if the result is a time. */
  readonly result?: TimeResult;
}

type TimeResult =
  /** Its number. */
  | { readonly kind: 'year' }
  /** The seconds since 1970. */
  | { readonly kind: 'epoch' }
  /** The interval since a time, or until it. */
  | { readonly kind: 'elapsed'; readonly time: bigint; readonly until: boolean };

export type TimeColumn = ColumnDef & { readonly type: TimeType };

type TimeStep =
  | { readonly kind: 'truncate'; readonly unit: TimeUnit }
  | { readonly kind: 'add'; readonly micros: bigint }
  /** To the local time of a zone, or back. */
  | { readonly kind: 'zone' };

export function isTimeColumn(column: ColumnDef | undefined): column is TimeColumn {
  return column !== undefined && 'stored' in column.type;
}

/** The types that times are cast to without a change, where the session's time zone is UTC. */
const TIMESTAMPS: ReadonlySet<string | undefined> = new Set(['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE']);

/** Resolves an expression over a column of times that sorts as the column does. */
export function resolveTime(
  expression: PlanExpression | undefined,
  lookup: ColumnLookup,
): TimeSubject | undefined {
  if (expression?.type === 'BOUND_REF' && expression.index !== undefined) {
    const column = lookup(expression.index);
    return isTimeColumn(column) ? { column, steps: [] } : undefined;
  }
  if (expression?.type === 'OPERATOR_CAST') {
    const inner = resolveTime(expression.child, lookup);
    const to = expression.return_type?.id;
    if (inner?.result !== undefined) return to !== undefined && NUMBERS.has(to) ? inner : undefined;
    const local = inner && inZone(inner, expression);
    if (TIMESTAMPS.has(to)) return local;
    return to === 'DATE' ? local && withStep(local, { kind: 'truncate', unit: 'day' }) : undefined;
  }
  if (expression?.type === 'OPERATOR_COALESCE') {
    const [only, ...nulls] = expression.children ?? [];
    return nulls.every(({ value }) => value?.is_null === true) ? resolveTime(only, lookup) : undefined;
  }
  return expression?.type === 'BOUND_FUNCTION' ? resolveTimeFunction(expression, lookup) : undefined;
}

const UTC: ReadonlySet<string> = new Set(['UTC', 'ETC/UTC', 'GMT', 'Z']);

const NUMBERS: ReadonlySet<string> = new Set(['INTEGER', 'BIGINT', 'HUGEINT', 'DECIMAL', 'DOUBLE']);

/** The subject in the session's time zone, or back from it. Bounds are wide enough for every zone, since DuckDB checks again. */
function inZone(subject: TimeSubject, { zoned }: PlanExpression): TimeSubject {
  return zoned === true ? { ...subject, steps: [...subject.steps, { kind: 'zone' }] } : subject;
}

/** Functions that compute the same in every session. */
const WITHOUT_ZONE: ReadonlySet<string | undefined> = new Set(['timezone', 'epoch', 'normalized_interval']);

function resolveTimeFunction(expression: PlanExpression, lookup: ColumnLookup): TimeSubject | undefined {
  if (WITHOUT_ZONE.has(expression.name))
    return resolveFunction(expression, (each) => resolveTime(each, lookup));
  const found = resolveFunction(expression, (each) => {
    const inner = resolveTime(each, lookup);
    return inner && inZone(inner, expression);
  });
  return found && inZone(found, expression);
}

function resolveFunction(
  { name, children = [] }: PlanExpression,
  resolve: (operand: PlanExpression) => TimeSubject | undefined,
): TimeSubject | undefined {
  const [first, second, ...more] = children;
  if (first === undefined || more.length > 0) return undefined;
  if (second === undefined) {
    const inner = resolve(first);
    if (name === 'normalized_interval') return inner?.result?.kind === 'elapsed' ? inner : undefined;
    return (name === 'year' || name === 'epoch') && inner !== undefined && inner.result === undefined
      ? { ...inner, result: { kind: name } }
      : undefined;
  }
  switch (name) {
    case 'date_trunc': {
      const inner = resolve(second);
      const { value } = first.value ?? {};
      const unit = typeof value === 'string' ? value.toLowerCase() : '';
      return inner && isTimeUnit(unit) ? withStep(inner, { kind: 'truncate', unit }) : undefined;
    }
    case 'timezone': {
      const inner = first.value === undefined ? undefined : resolve(second);
      const zone = first.value?.value;
      // The session's time zone is UTC.
      if (typeof zone === 'string' && UTC.has(zone.toUpperCase())) return inner;
      return inner && withStep(inner, { kind: 'zone' });
    }
    case '+':
    case '-': {
      const inner = resolve(first) ?? (name === '+' ? resolve(second) : undefined);
      const constant = second.value ?? first.value;
      if (name === '-') {
        const elapsed = resolveElapsed(first, second, resolve);
        if (elapsed !== undefined) return elapsed;
      }
      if (inner?.result?.kind === 'elapsed') return undefined;
      if (inner?.result !== undefined) return isZero(constant) ? inner : undefined;
      const micros = toShift(constant);
      return (
        inner &&
        (micros === undefined
          ? undefined
          : withStep(inner, { kind: 'add', micros: name === '-' ? -micros : micros }))
      );
    }
    case undefined:
    default:
      return undefined;
  }
}

/** The interval between a column and a constant. */
function resolveElapsed(
  first: PlanExpression,
  second: PlanExpression,
  resolve: (operand: PlanExpression) => TimeSubject | undefined,
): TimeSubject | undefined {
  const [constant, other] = first.value === undefined ? [second.value, first] : [first.value, second];
  const time = constant && toMicros(constant);
  const inner = time === undefined ? undefined : resolve(other);
  // The difference of dates is a number of days.
  return time === undefined ||
    inner === undefined ||
    inner.result !== undefined ||
    constant?.type.id === 'DATE'
    ? undefined
    : { ...inner, result: { kind: 'elapsed', time, until: first.value !== undefined } };
}

function withStep(subject: TimeSubject, step: TimeStep): TimeSubject | undefined {
  return subject.result === undefined ? { ...subject, steps: [...subject.steps, step] } : undefined;
}

/** `extract` adds a zero to make its result numeric. */
function isZero(constant: PlanValue | undefined): boolean {
  const digits = constant && toDecimalText(constant);
  return digits !== undefined && Number(digits) === 0;
}

/** The length of an interval without months, or of a number of days. */
function toShift(constant: PlanValue | undefined): bigint | undefined {
  const { value } = constant ?? {};
  if (constant?.type.id === 'INTEGER' && typeof value === 'number') return BigInt(value) * DAY;
  if (constant?.type.id !== 'INTERVAL' || typeof value !== 'object' || !('days' in value)) return undefined;
  return value.months === 0 ? BigInt(value.days) * DAY + BigInt(value.micros) : undefined;
}

/** Microseconds, both included. A side without a bound is undefined. */
interface TimeRange {
  readonly low?: bigint | undefined;
  readonly high?: bigint | undefined;
  readonly isExact: boolean;
}

/** Compares with a constant; undefined if it is not of the subject's type or, for a year, not an integer. */
export function compareTime(subject: TimeSubject, op: Comparison, constant: PlanValue): Pushdown | undefined {
  const range = toComparedRange(subject, op, constant);
  if (range === undefined) return undefined;
  const { path } = subject.column;
  if (!('other' in range)) return inRange(subject.column, invert(subject, range));
  const equal = invert(subject, range.other);
  if (!equal.isExact) return superset({ kind: 'isNotNull', path });
  const { low, high } = equal;
  const value = low !== undefined && low === high ? toStoredLiteral(subject.column, low) : undefined;
  if (value !== undefined) return exact({ kind: 'compare', path, op: '<>', value });
  return joinOr([
    ...(low === undefined ? [] : [inRange(subject.column, { high: low - 1n, isExact: true })]),
    ...(high === undefined ? [] : [inRange(subject.column, { low: high + 1n, isExact: true })]),
  ]);
}

/** The range of a comparison in microseconds, or with `other` the range outside which it holds. */
function toComparedRange(
  { result }: TimeSubject,
  op: Comparison,
  constant: PlanValue,
): TimeRange | { readonly other: TimeRange } | undefined {
  const from = (value: bigint | undefined, change = (range: TimeRange) => range, compared = op) => {
    if (value === undefined) return undefined;
    return compared === '<>' ? { other: change(toRange('=', value)) } : change(toRange(compared, value));
  };
  switch (result?.kind) {
    case undefined:
      return from(toMicros(constant));
    case 'year':
      return from(toYear(constant), toYears);
    case 'epoch':
      return from(toSeconds(constant), toSecondsAround);
    case 'elapsed': {
      const length = toLength(constant);
      if (length === undefined) return undefined;
      return result.until ? from(result.time - length, undefined, SWAPPED[op]) : from(result.time + length);
    }
  }
}

const SWAPPED: Readonly<Record<Comparison, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function toYears({ low, high, isExact }: TimeRange): TimeRange {
  return {
    low: low === undefined ? undefined : startOfYear(low),
    high: high === undefined ? undefined : startOfYear(high + 1n) - 1n,
    isExact,
  };
}

/** DuckDB computes epochs as doubles, and a cast to an integer rounds them. */
function toSecondsAround({ low, high }: TimeRange): TimeRange {
  return {
    low: low === undefined ? undefined : low - SECOND,
    high: high === undefined ? undefined : high + SECOND,
    isExact: false,
  };
}

const SECOND = 1_000_000n;

function toRange(op: Exclude<Comparison, '<>'>, value: bigint): TimeRange {
  switch (op) {
    case '=':
      return { low: value, high: value, isExact: true };
    case '<':
      return { high: value - 1n, isExact: true };
    case '<=':
      return { high: value, isExact: true };
    case '>':
      return { low: value + 1n, isExact: true };
    case '>=':
      return { low: value, isExact: true };
  }
}

/** The range of the column in which the expression is in a range. */
function invert({ steps }: TimeSubject, range: TimeRange): TimeRange {
  return steps.reduceRight(invertStep, range);
}

/** No time zone was ever further from UTC. */
const MAX_OFFSET = 16n * 3_600_000_000n;

function mapBound(bound: bigint | undefined, by: (bound: bigint) => bigint): bigint | undefined {
  return bound === undefined ? undefined : by(bound);
}

function invertStep(range: TimeRange, step: TimeStep): TimeRange {
  const { low, high, isExact } = range;
  switch (step.kind) {
    case 'truncate':
      return {
        low: mapBound(low, (bound) => {
          const start = floorToUnit(step.unit, bound);
          return start === bound ? bound : addUnit(step.unit, start);
        }),
        high: mapBound(high, (bound) => addUnit(step.unit, floorToUnit(step.unit, bound)) - 1n),
        isExact,
      };
    case 'add':
      return {
        low: mapBound(low, (bound) => bound - step.micros),
        high: mapBound(high, (bound) => bound - step.micros),
        isExact,
      };
    case 'zone':
      // DuckDB checks again, with its own table of time zones.
      return {
        low: mapBound(low, (bound) => bound - MAX_OFFSET),
        high: mapBound(high, (bound) => bound + MAX_OFFSET),
        isExact: false,
      };
  }
}

/** Tests whether the column is in a range, in its stored form. */
function inRange(column: TimeColumn, { low, high, isExact }: TimeRange): Pushdown {
  const { path } = column;
  const { step, first, last } = requireStoredTime(column.type.stored);
  const from = low === undefined || low <= first ? undefined : ceilTo(low, step);
  const to = high === undefined || high >= last ? undefined : floorTo(high, step);
  if ((from ?? first) > (to ?? last) || (from ?? first) > last || (to ?? last) < first)
    return exact({ kind: 'never' });
  const compare = (op: Comparison, bound: bigint): Pushdown => {
    const value = toStoredLiteral(column, bound);
    const predicate: Predicate = value ? { kind: 'compare', path, op, value } : { kind: 'isNotNull', path };
    return { predicate, exact: isExact && value !== undefined };
  };
  if (from === undefined && to === undefined)
    return { predicate: { kind: 'isNotNull', path }, exact: isExact };
  if (from === to && from !== undefined) return compare('=', from);
  // A range has two ends, so that DynamoDB leaves out strings that are not dates, as it does in a column of numbers.
  return (
    joinAnd([compare('>=', from ?? ceilTo(first, step)), compare('<=', to ?? floorTo(last, step))]) ??
    exact({ kind: 'never' })
  );
}

/** The first and the last value that a column can hold. */
export function toStoredEnds({ type }: TimeColumn): { readonly first?: string; readonly last?: string } {
  const { step, first, last, write } = requireStoredTime(type.stored);
  const [from, to] = [write(ceilTo(first, step)), write(floorTo(last, step))];
  return { ...(from !== undefined && { first: from }), ...(to !== undefined && { last: to }) };
}

/** The stored value of an instant; undefined if the column's form does not hold it. */
export function toStoredLiteral(
  { type }: TimeColumn,
  micros: bigint,
): Extract<Literal, { text: string }> | undefined {
  const { write, attribute } = requireStoredTime(type.stored);
  const text = write(micros);
  return text === undefined ? undefined : { type: attribute, text };
}

function floorTo(micros: bigint, step: bigint): bigint {
  return micros - (((micros % step) + step) % step);
}

function ceilTo(micros: bigint, step: bigint): bigint {
  return floorTo(micros + step - 1n, step);
}

/** The microseconds since 1970 of a constant; undefined if it is not a date or timestamp. */
function toMicros({ type, value }: PlanValue): bigint | undefined {
  if (value === undefined || typeof value === 'boolean' || typeof value === 'object') return undefined;
  if (type.id === 'DATE') return BigInt(value) * DAY;
  return TIMESTAMPS.has(type.id) ? BigInt(value) : undefined;
}

/** The microseconds of a number of seconds. */
function toSeconds(constant: PlanValue): bigint | undefined {
  const digits = toDecimalText(constant);
  const seconds = digits === undefined ? Number.NaN : Number(digits);
  return Math.abs(seconds) < 1e12 ? BigInt(Math.round(seconds)) * SECOND : undefined;
}

/** The microseconds of an interval, whose months have 30 days in comparisons. */
function toLength({ type, value }: PlanValue): bigint | undefined {
  if (type.id !== 'INTERVAL' || typeof value !== 'object' || !('days' in value)) return undefined;
  return (BigInt(value.months) * 30n + BigInt(value.days)) * DAY + BigInt(value.micros);
}

/** The number of a year; undefined if the constant is not an integer. */
function toYear(constant: PlanValue): bigint | undefined {
  const digits = toDecimalText(constant);
  return digits !== undefined && /^-?\d{1,9}(?:\.0*)?$/.test(digits)
    ? BigInt(digits.replace(/\..*/, ''))
    : undefined;
}

/** Years without four digits are not stored. */
function startOfYear(year: bigint): bigint {
  return startOfMonth(year < 0n ? 0 : year > 10_001n ? 10_001 : Number(year), 0);
}
