import { ITEM_COLUMN, type IndexDef, type KeySchema } from '../../../catalog/table-def.ts';
import type { Key, KeyRange } from '../../../dynamo/access-path.ts';
import { equalTo, sortRange } from '../key-values.ts';
import type { Condition, PlanSettings, PushdownRule, TableRead } from '../table-read.ts';
import { combinations } from './full-key.ts';

/** Beyond so many Queries a Scan is usually cheaper, and always simpler. */
export const MAX_RANGES = 100;

export interface Candidate {
  readonly index: IndexDef | undefined;
  readonly ranges: readonly KeyRange[];
  readonly keyed: ReadonlySet<Condition>;
  /** How much of the sort key is fixed: each equality counts two, a range one. */
  readonly bound: number;
}

/**
 * The partition key held to values and perhaps the sort key to a range: a Query of the table or of an index. An index
 * serves only where it holds every needed attribute and where no item can be missing from it.
 */
export const keyCondition: PushdownRule = {
  name: 'key-condition',
  apply(read, settings) {
    if (read.access.kind !== 'Scan') return undefined;
    const rejected: string[] = [];
    const candidates: Candidate[] = [];
    const own = candidateFor(read, read.table.key, undefined);
    if (own) candidates.push(own);
    for (const index of settings.autoDetectIndex ? read.table.indexes : []) {
      const found = candidateFor(read, index.key, index);
      if (found === undefined) continue;
      const why = reasonAgainst(read, index, settings);
      if (why === undefined) candidates.push(found);
      else rejected.push(`${index.name}: ${why}`);
    }
    const best = candidates.reduce<Candidate | undefined>(
      (a, b) => (a === undefined || b.bound > a.bound ? b : a),
      undefined,
    );
    if (best === undefined)
      return rejected.length === 0 ? undefined : { ...read, rejected: [...read.rejected, ...rejected] };
    for (const other of candidates) {
      if (other !== best && other.index)
        rejected.push(`${other.index.name}: the key that was chosen is at least as narrow`);
    }
    return {
      ...read,
      access:
        best.ranges.length === 0
          ? { kind: 'Empty' }
          : { kind: 'Query', ranges: best.ranges, ...(best.index ? { index: best.index.name } : {}) },
      keyed: [...best.keyed],
      residual: read.residual.filter((condition) => !best.keyed.has(condition)),
      rejected: [...read.rejected, ...rejected],
    };
  },
};

/** The key ranges that the conditions give; undefined where a partition attribute is not held to values. */
export function candidateFor(
  read: TableRead,
  key: KeySchema,
  index: IndexDef | undefined,
): Candidate | undefined {
  const keyed = new Set<Condition>();
  let keys: Key[] = [{}];
  let bound = 0;
  for (const attribute of key.partition) {
    const found = equalTo(read.residual, attribute, 'partition');
    if (found === undefined) return undefined;
    keyed.add(found.by);
    keys = combinations(keys, attribute.name, found.values);
  }
  let range: KeyRange['sort'];
  for (const attribute of key.sort) {
    const found = equalTo(read.residual, attribute, 'sort');
    if (found !== undefined && keys.length * found.values.length <= MAX_RANGES) {
      keyed.add(found.by);
      keys = combinations(keys, attribute.name, found.values);
      bound += 2;
      continue;
    }
    const between = sortRange(read.residual, attribute);
    if (between?.condition === 'never') keys = [];
    else if (between) range = { attribute: attribute.name, condition: between.condition };
    for (const condition of between?.exact ?? []) keyed.add(condition);
    if (between) bound += 1;
    break;
  }
  if (keys.length > MAX_RANGES) return undefined;
  const ranges = keys.map((equals) => ({ equals, ...(range ? { sort: range } : {}) }));
  return { index, ranges, keyed, bound };
}

/** Why an index must not serve this read; undefined where it may. */
export function reasonAgainst(read: TableRead, index: IndexDef, settings: PlanSettings): string | undefined {
  if (!index.active) return 'it is not active';
  if (settings.consistentReads && index.kind === 'global') return 'a global index has no consistent reads';
  const { projection } = index;
  if (projection !== 'all') {
    const missing = read.columns.find(
      (column) => column.path[0] === ITEM_COLUMN || !projection.includes(column.path[0]),
    );
    if (missing) return `it does not hold ${missing.name}`;
  }
  const own = new Set(
    [...read.table.key.partition, ...read.table.key.sort].map((attribute) => attribute.name),
  );
  const sparse = [...index.key.partition, ...index.key.sort].find(
    (attribute) =>
      !own.has(attribute.name) &&
      !read.residual.some((condition) => impliesPresent(condition, attribute.name, attribute.type)),
  );
  return sparse && `items without ${sparse.name} are missing from it`;
}

/** Whether the condition holds only where the attribute is present with the key's type. */
function impliesPresent({ predicate, exact }: Condition, name: string, type: 'S' | 'N' | 'B'): boolean {
  if (
    !exact ||
    predicate === undefined ||
    !('path' in predicate) ||
    predicate.path.length !== 1 ||
    predicate.path[0] !== name
  )
    return false;
  switch (predicate.kind) {
    case 'compare':
      return predicate.op !== '<>' && predicate.value.type === type;
    case 'in':
      return predicate.values.every((value) => value.type === type);
    case 'beginsWith':
      return predicate.negated !== true && predicate.prefix.type === type;
    case 'hasType':
      return predicate.type === type;
    case 'contains':
    case 'isNull':
    case 'isNotNull':
      return false;
  }
}
