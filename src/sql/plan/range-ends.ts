import type { ColumnDef } from '../../catalog/table-def.ts';
import type { Predicate } from '../../dynamo/expression/predicate.ts';
import { describePredicate } from './describe-predicate.ts';
import type { Condition } from './table-read.ts';
import { isTimeColumn, type TimeColumn, toStoredEnds } from './time-conditions.ts';

type Compare = Extract<Predicate, { kind: 'compare' }>;

/**
 * Leaves out the ends that ranges of dates have by default, the first and the last date that a column can hold, where another
 * condition is narrower: a sort key has one range.
 */
export function withoutDefaultEnds(
  conditions: readonly Condition[],
  columns: readonly ColumnDef[],
): readonly Condition[] {
  const times = columns.filter(isTimeColumn);
  if (times.length === 0) return conditions;
  const exact = conditions.flatMap(({ predicate, exact: isExact }) =>
    isExact && predicate ? predicate : [],
  );
  const kept = new Set(dropEnds(exact, times));
  return conditions.flatMap((condition) => {
    const { predicate, exact: isExact } = condition;
    if (!isExact || predicate === undefined) return condition;
    if (!kept.has(predicate)) return [];
    const simple = simplify(predicate, times);
    return simple === predicate
      ? condition
      : { ...condition, predicate: simple, text: describePredicate(simple) };
  });
}

/** The same within the alternatives of a condition. */
function simplify(predicate: Predicate, times: readonly TimeColumn[]): Predicate {
  if (predicate.kind === 'and') {
    const of = dropEnds(predicate.of, times);
    return of.length === predicate.of.length ? predicate : { kind: 'and', of };
  }
  if (predicate.kind !== 'or') return predicate;
  const of = predicate.of.map((part) => simplify(part, times));
  return of.every((part, i) => part === predicate.of[i]) ? predicate : { kind: 'or', of };
}

/** Of conditions that must all hold, those that say something. */
function dropEnds(predicates: readonly Predicate[], times: readonly TimeColumn[]): readonly Predicate[] {
  return predicates.filter((predicate, i) => {
    if (predicate.kind !== 'compare') return true;
    const column = times.find(({ path }) => isSamePath(path, predicate.path));
    if (column === undefined || !isEnd(predicate, toStoredEnds(column))) return true;
    return !predicates.some(
      (other, j) =>
        j !== i &&
        other.kind === 'compare' &&
        isSamePath(other.path, predicate.path) &&
        (other.op === '=' || other.op === predicate.op) &&
        // Of equal ones the first stays.
        (!isSame(other, predicate) || j < i),
    );
  });
}

function isEnd({ op, value }: Compare, { first, last }: ReturnType<typeof toStoredEnds>): boolean {
  if (value.type === 'BOOL') return false;
  return op === '>=' ? value.text === first : op === '<=' && value.text === last;
}

function isSamePath(a: Compare['path'], b: Compare['path']): boolean {
  return a.length === b.length && a.every((step, i) => step === b[i]);
}

function isSame(a: Compare, b: Compare): boolean {
  return a.op === b.op && JSON.stringify(a.value) === JSON.stringify(b.value);
}
