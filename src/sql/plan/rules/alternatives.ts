import type { IndexDef, KeySchema, TableDef } from '../../../catalog/table-def.ts';
import type { KeyRange, SortCondition } from '../../../dynamo/read/access-path.ts';
import { keyIdentity } from '../../../dynamo/key.ts';
import type { Predicate } from '../../../dynamo/expression/predicate.ts';
import { describePredicate } from '../describe-predicate.ts';
import { implies } from '../implies.ts';
import { disjointConditions } from '../key-intervals.ts';
import { estimateSelectivity } from '../statistics.ts';
import type { AccessRule, Condition, PlanSettings, TableRead } from '../table-read.ts';
import { matchKey, candidateKeys, MAX_RANGES, whyUnsafe, readThroughIndex } from '../key-candidates.ts';

/**
 * `(pk = 'a' AND sk > 1) OR pk = 'b'`: proposes a Query per alternative, if each of them has a condition on the same
 * key that is narrower than what they share. Nothing of the condition stays residual if the ranges express it exactly.
 */
export const alternatives: AccessRule = {
  kind: 'access',
  name: 'alternatives',
  propose(read, settings) {
    const { own, indexes } = candidateKeys(read, settings);
    const queries = [
      ...(own ? alternativeQueries(read, own.key, own.index, settings) : []),
      ...indexes.flatMap((index) => alternativeQueries(read, index.key, index, settings)),
    ];
    return queries.map((query) => ({ kind: 'path', read: query }));
  },
};

/** The Queries that conditions with alternatives allow for one key, if no item can be missing from its index. */
function alternativeQueries(
  read: TableRead,
  key: KeySchema,
  index: IndexDef | undefined,
  settings: PlanSettings,
): readonly TableRead[] {
  return read.residual.flatMap((condition) => {
    const branches = toBranches(condition, read.table)?.map((branch) => withBranch(read, condition, branch));
    const isSafe =
      index === undefined || branches?.every((branch) => whyUnsafe(branch, index, settings) === undefined);
    const ranges = branches && isSafe ? splitRanges(read, branches, key, index) : undefined;
    return ranges ? [readThroughIndex(withRanges(read, condition, ranges, index), read, index)] : [];
  });
}

/** If fewer items have a value, excluding them saves less than another Query may cost. */
const COMMON_FRACTION = 0.1;

/**
 * Splits a condition into alternatives. A key condition cannot have `<>`, so a common value is excluded by `<` or `>`.
 */
function toBranches({ predicate, exact }: Condition, table: TableDef): readonly Predicate[] | undefined {
  if (!exact || predicate === undefined) return undefined;
  if (predicate.kind === 'or') return predicate.of;
  const parts = predicate.kind === 'and' ? predicate.of : [predicate];
  const common = parts.find(
    (part) => isNotEqual(part) && estimateSelectivity(table, { ...part, op: '=' }) >= COMMON_FRACTION,
  );
  if (common?.kind !== 'compare') return undefined;
  return (['<', '>'] as const).map((op) => ({
    kind: 'and',
    of: parts.map((part) => (part === common ? { ...common, op } : part)),
  }));
}

function isNotEqual(predicate: Predicate): predicate is Extract<Predicate, { kind: 'compare' }> {
  return predicate.kind === 'compare' && predicate.op === '<>';
}

/** The read with just one of the alternatives. */
function withBranch(read: TableRead, whole: Condition, branch: Predicate): TableRead {
  const parts = branch.kind === 'and' ? branch.of : [branch];
  const conditions = parts.map((predicate) => ({
    text: describePredicate(predicate),
    predicate,
    exact: true,
  }));
  return { ...read, residual: [...read.residual.filter((condition) => condition !== whole), ...conditions] };
}

/** Disjoint ranges of all alternatives, and the conditions that they express exactly. */
interface Split {
  readonly ranges: readonly KeyRange[];
  readonly keyed: ReadonlySet<Condition>;
  /** Whether the ranges express each alternative exactly. */
  readonly exact: boolean;
}

function splitRanges(
  read: TableRead,
  branches: readonly TableRead[],
  key: KeySchema,
  index: IndexDef | undefined,
): Split | undefined {
  const shared = matchKey(read, key, index);
  const sharedBound = shared?.bound ?? -1;
  const found = branches.map((branch) => matchKey(branch, key, index));
  const candidates = found.filter((candidate) => candidate !== undefined);
  if (candidates.length < found.length || candidates.some(({ bound }) => bound < sharedBound))
    return undefined;
  const { ranges, exact } = makeDisjoint(
    candidates.flatMap((candidate) => candidate.ranges),
    key,
  );
  // Pairs of values are fewer ranges than all combinations of them.
  const isNarrower =
    candidates.some(({ bound }) => bound > sharedBound) || ranges.length < (shared?.ranges.length ?? 0);
  if (!isNarrower || ranges.length > MAX_RANGES) return undefined;
  const isKeyed = (condition: Condition): boolean => candidates.every(({ keyed }) => keyed.has(condition));
  const own = branches.map(({ residual }) =>
    residual.filter((condition) => !read.residual.includes(condition)),
  );
  return {
    ranges,
    keyed: new Set(exact ? read.residual.filter(isKeyed) : []),
    exact: exact && own.every((conditions, i) => conditions.every((each) => candidates[i]?.keyed.has(each))),
  };
}

/** Makes ranges disjoint. Ranges of a partition that cannot be separated become the whole partition. */
function makeDisjoint(
  ranges: readonly KeyRange[],
  key: KeySchema,
): { readonly ranges: readonly KeyRange[]; readonly exact: boolean } {
  const partitions = new Map<string, KeyRange[]>();
  for (const range of ranges) {
    const partition = keyIdentity(pickPartition(range, key));
    partitions.set(partition, [...(partitions.get(partition) ?? []), range]);
  }
  const separated = [...partitions.values()].map((same) => makeDisjointInPartition(same, key));
  return { ranges: separated.flatMap((each) => each.ranges), exact: separated.every(({ exact }) => exact) };
}

function makeDisjointInPartition(same: readonly KeyRange[], key: KeySchema): ReturnType<typeof makeDisjoint> {
  const [first] = same;
  if (first === undefined || same.length === 1) return { ranges: same, exact: true };
  const arePoints = same.every(
    ({ equals, sort }) => sort === undefined && Object.keys(equals).length > key.partition.length,
  );
  if (arePoints && fixSameAttributes(same))
    return {
      ranges: [...new Map(same.map((range) => [keyIdentity(range.equals), range])).values()],
      exact: true,
    };
  const equals = pickPartition(first, key);
  const [attribute, ...further] = key.sort.map(({ name }) => name);
  const isPlain = same.every((range) =>
    further.every((name) => range.equals[name] === undefined && range.sort?.attribute !== name),
  );
  const separated =
    attribute === undefined || !isPlain
      ? undefined
      : disjointConditions(same.map((range) => toSortCondition(attribute, range)));
  if (attribute === undefined || separated === undefined) return { ranges: [{ equals }], exact: false };
  return {
    exact: separated.exact,
    ranges: separated.conditions.map((condition) => {
      if (condition === undefined) return { equals };
      return condition.kind === 'compare' && condition.op === '='
        ? { equals: { ...equals, [attribute]: condition.value } }
        : { equals, sort: { attribute, condition } };
    }),
  };
}

function toSortCondition(attribute: string, { equals, sort }: KeyRange): SortCondition | undefined {
  const value = equals[attribute];
  return value === undefined ? sort?.condition : { kind: 'compare', op: '=', value };
}

/** Whether all ranges fix the same attributes, so that different values mean different items. */
function fixSameAttributes(ranges: readonly KeyRange[]): boolean {
  return new Set(ranges.map(({ equals }) => Object.keys(equals).toSorted().join('\u0000'))).size === 1;
}

function pickPartition({ equals }: KeyRange, key: KeySchema): KeyRange['equals'] {
  const names = new Set(key.partition.map(({ name }) => name));
  return Object.fromEntries(Object.entries(equals).filter(([name]) => names.has(name)));
}

/** The conditions that DuckDB derived from the alternatives, such as `pk IN ('a', 'b')`. */
function findImplied({ predicate: whole }: Condition, { residual }: TableRead): readonly Condition[] {
  if (whole?.kind !== 'or') return [];
  return residual.filter(
    ({ predicate, exact }) => exact && predicate && whole.of.every((branch) => implies(branch, predicate)),
  );
}

function withRanges(
  read: TableRead,
  condition: Condition,
  { ranges, keyed, exact }: Split,
  index: IndexDef | undefined,
): TableRead {
  const { partition, sort } = read.table.key;
  const done = new Set([
    ...keyed,
    ...(exact && condition.exact ? [condition, ...findImplied(condition, read)] : []),
  ]);
  const isWholeKey = ranges.every(
    ({ equals, sort: range }) =>
      range === undefined && Object.keys(equals).length === partition.length + sort.length,
  );
  const access: TableRead['access'] =
    ranges.length === 0
      ? { kind: 'Empty' }
      : index === undefined && isWholeKey && ranges.length > 1
        ? { kind: 'BatchGetItem', keys: ranges.map(({ equals }) => equals) }
        : { kind: 'Query', ranges, ...(index ? { index: index.name } : {}) };
  return {
    ...read,
    access,
    keyed: [...done],
    residual: read.residual.filter((each) => !done.has(each)),
  };
}
