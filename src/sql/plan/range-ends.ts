import type { ColumnDef } from '../../catalog/table-def.ts';
import type { Predicate } from '../../dynamo/expression/predicate.ts';
import type { Condition } from './table-read.ts';
import { isTimeColumn, toStoredEnds } from './time-conditions.ts';

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
  const compares = conditions.map(({ predicate, exact }) =>
    exact && predicate?.kind === 'compare' ? predicate : undefined,
  );
  return conditions.filter((_, i) => {
    const compare = compares[i];
    const column = compare && times.find(({ path }) => String(path) === String(compare.path));
    if (compare === undefined || column === undefined || !isEnd(compare, toStoredEnds(column))) return true;
    return !compares.some(
      (other, j) =>
        j !== i &&
        other !== undefined &&
        String(other.path) === String(compare.path) &&
        (other.op === '=' || other.op === compare.op) &&
        // Of equal ones the first stays.
        (!isSame(other, compare) || j < i),
    );
  });
}

function isEnd({ op, value }: Compare, { first, last }: ReturnType<typeof toStoredEnds>): boolean {
  if (value.type === 'BOOL') return false;
  return op === '>=' ? value.text === first : op === '<=' && value.text === last;
}

function isSame(a: Compare, b: Compare): boolean {
  return a.op === b.op && JSON.stringify(a.value) === JSON.stringify(b.value);
}
