import type { SortCondition } from '../../dynamo/read/access-path.ts';
import type { KeyValue } from '../../dynamo/attribute-value.ts';
import { compareKeyValues } from '../../dynamo/key.ts';
import { nextPrefix } from './key-values.ts';

/** One end of an interval of sort key values. */
interface End {
  readonly value: KeyValue;
  readonly inclusive: boolean;
}

interface Interval {
  readonly low: End | undefined;
  readonly high: End | undefined;
  /** The prefix, if the interval is that of begins_with. */
  readonly prefix?: KeyValue;
}

/**
 * Rewrites alternative conditions on one sort key attribute as conditions that never overlap. In both lists, undefined
 * means no condition. `exact` if they hold exactly where one of the originals does. Returns undefined if a condition is
 * not an interval.
 */
export function disjointConditions(
  conditions: readonly (SortCondition | undefined)[],
): { readonly conditions: readonly (SortCondition | undefined)[]; readonly exact: boolean } | undefined {
  const intervals = conditions.map((condition) => (condition ? toInterval(condition) : WHOLE));
  const known = intervals.filter((interval) => interval !== undefined);
  if (known.length < intervals.length) return undefined;
  const merged = mergeAll(known);
  const printed = merged.map(toSortCondition);
  // BETWEEN includes both ends, which may now touch the neighbouring intervals.
  const closed = mergeAll(
    merged.map((interval, i) => (printed[i]?.exact === false ? withEnds(interval) : interval)),
  );
  return {
    conditions: closed.map((interval) => toSortCondition(interval).condition),
    exact: printed.every(({ exact }) => exact),
  };
}

const WHOLE: Interval = { low: undefined, high: undefined };

function toInterval(condition: SortCondition): Interval | undefined {
  switch (condition.kind) {
    case 'between':
      return { low: closed(condition.low), high: closed(condition.high) };
    case 'beginsWith': {
      const { prefix } = condition;
      const after = 'S' in prefix ? nextPrefix(prefix.S) : undefined;
      return after === undefined
        ? undefined
        : { low: closed(prefix), high: { value: { S: after }, inclusive: false }, prefix };
    }
    case 'compare': {
      const end = { value: condition.value, inclusive: condition.op.endsWith('=') };
      if (condition.op === '=') return { low: end, high: end };
      return condition.op.startsWith('<') ? { low: undefined, high: end } : { low: end, high: undefined };
    }
  }
}

function closed(value: KeyValue): End {
  return { value, inclusive: true };
}

function withEnds({ low, high }: Interval): Interval {
  return { low: low && closed(low.value), high: high && closed(high.value) };
}

function mergeAll(intervals: readonly Interval[]): readonly Interval[] {
  const merged: Interval[] = [];
  for (const next of intervals.toSorted((a, b) => compareLow(a.low, b.low))) {
    const last = merged.at(-1);
    if (last === undefined || !doOverlap(last, next)) merged.push(next);
    else if (compareHigh(last.high, next.high) < 0) {
      const isSame = compareLow(last.low, next.low) === 0;
      merged.splice(-1, 1, isSame ? next : { low: last.low, high: next.high });
    }
  }
  return merged;
}

/** Whether the later interval begins before the earlier one ends. */
function doOverlap(earlier: Interval, later: Interval): boolean {
  const { high } = earlier;
  const { low } = later;
  if (high === undefined || low === undefined) return true;
  const order = compareKeyValues(low.value, high.value) ?? 0;
  return order < 0 || (order === 0 && low.inclusive && high.inclusive);
}

function compareLow(a: End | undefined, b: End | undefined): number {
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  return (compareKeyValues(a.value, b.value) ?? 0) || Number(b.inclusive) - Number(a.inclusive);
}

function compareHigh(a: End | undefined, b: End | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return (compareKeyValues(a.value, b.value) ?? 0) || Number(a.inclusive) - Number(b.inclusive);
}

function toSortCondition({ low, high, prefix }: Interval): {
  readonly condition: SortCondition | undefined;
  readonly exact: boolean;
} {
  if (prefix) return { condition: { kind: 'beginsWith', prefix }, exact: true };
  if (low && high) {
    if (compareKeyValues(low.value, high.value) === 0)
      return { condition: { kind: 'compare', op: '=', value: low.value }, exact: true };
    return {
      condition: { kind: 'between', low: low.value, high: high.value },
      exact: low.inclusive && high.inclusive,
    };
  }
  if (low)
    return { condition: { kind: 'compare', op: low.inclusive ? '>=' : '>', value: low.value }, exact: true };
  if (high)
    return {
      condition: { kind: 'compare', op: high.inclusive ? '<=' : '<', value: high.value },
      exact: true,
    };
  return { condition: undefined, exact: true };
}
