import type { IndexDef, KeySchema } from '../../../catalog/table-def.ts';
import type { KeyRange } from '../../../dynamo/access-path.ts';
import { keyIdentity } from '../../../dynamo/key.ts';
import type { Predicate } from '../../../dynamo/predicate.ts';
import { describePredicate } from '../describe-predicate.ts';
import type { Condition, PushdownRule, TableRead } from '../table-read.ts';
import { candidateFor, MAX_RANGES, missingColumn, reasonAgainst } from '../key-candidates.ts';

/**
 * `(pk = 'a' AND sk > 1) OR pk = 'b'`: a Query for each alternative, where every one of them gives a condition on the
 * same key. The condition itself stays residual: ranges of one partition may be widened to be disjoint.
 */
export const alternatives: PushdownRule = {
  name: 'alternatives',
  apply(read, settings) {
    if (read.access.kind !== 'Scan') return undefined;
    for (const condition of read.residual) {
      if (!condition.exact || condition.predicate?.kind !== 'or') continue;
      const branches = condition.predicate.of.map((branch) => withBranch(read, condition, branch));
      const { through } = read.table;
      const place = read.table.indexes.find((index) => index.name === through);
      const own = rangesOf(branches, read.table.key, place);
      if (own) return withRanges(read, own, place);
      for (const index of settings.autoDetectIndex && place === undefined ? read.table.indexes : []) {
        const isSafe =
          missingColumn(read, index) === undefined &&
          branches.every((branch) => reasonAgainst(branch, index, settings) === undefined);
        const ranges = isSafe ? rangesOf(branches, index.key, index) : undefined;
        if (ranges) return withRanges(read, ranges, index);
      }
    }
    return undefined;
  },
};

/** The read as it would be if only this alternative existed. */
function withBranch(read: TableRead, whole: Condition, branch: Predicate): TableRead {
  const parts = branch.kind === 'and' ? branch.of : [branch];
  const conditions = parts.map((predicate) => ({
    text: describePredicate(predicate),
    predicate,
    exact: true,
  }));
  return { ...read, residual: [...read.residual.filter((condition) => condition !== whole), ...conditions] };
}

function rangesOf(
  branches: readonly TableRead[],
  key: KeySchema,
  index: IndexDef | undefined,
): readonly KeyRange[] | undefined {
  const found = branches.map((branch) => candidateFor(branch, key, index));
  if (!found.every((candidate) => candidate !== undefined)) return undefined;
  const ranges = disjoint(
    found.flatMap((candidate) => candidate.ranges),
    key,
  );
  return ranges.length > MAX_RANGES ? undefined : ranges;
}

/** One range for each partition that has several which might overlap: all of it. */
function disjoint(ranges: readonly KeyRange[], key: KeySchema): readonly KeyRange[] {
  const partitions = new Map<string, KeyRange[]>();
  for (const range of ranges) {
    const partition = keyIdentity(partitionOf(range, key));
    partitions.set(partition, [...(partitions.get(partition) ?? []), range]);
  }
  return [...partitions.values()].flatMap((same) => {
    const distinct = new Map(same.map((range) => [keyIdentity(range.equals), range]));
    const [first] = same;
    const arePoints = same.every(
      ({ equals, sort }) => sort === undefined && Object.keys(equals).length > key.partition.length,
    );
    if (same.length === 1 || first === undefined || (arePoints && samePoints(same)))
      return [...distinct.values()];
    return [{ equals: partitionOf(first, key) }];
  });
}

/** Whether all fix the same attributes, so that different values mean different items. */
function samePoints(ranges: readonly KeyRange[]): boolean {
  return new Set(ranges.map(({ equals }) => Object.keys(equals).toSorted().join('\u0000'))).size === 1;
}

function partitionOf({ equals }: KeyRange, key: KeySchema): KeyRange['equals'] {
  const names = new Set(key.partition.map(({ name }) => name));
  return Object.fromEntries(Object.entries(equals).filter(([name]) => names.has(name)));
}

function withRanges(read: TableRead, ranges: readonly KeyRange[], index: IndexDef | undefined): TableRead {
  const { partition, sort } = read.table.key;
  const isWholeKey = ranges.every(
    ({ equals, sort: range }) =>
      range === undefined && Object.keys(equals).length === partition.length + sort.length,
  );
  if (ranges.length === 0) return { ...read, access: { kind: 'Empty' } };
  if (index === undefined && isWholeKey && ranges.length > 1) {
    return { ...read, access: { kind: 'BatchGetItem', keys: ranges.map(({ equals }) => equals) } };
  }
  return { ...read, access: { kind: 'Query', ranges, ...(index ? { index: index.name } : {}) } };
}
