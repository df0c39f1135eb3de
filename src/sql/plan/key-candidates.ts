import type { ColumnDef, IndexDef, KeySchema } from '../../catalog/table-def.ts';
import type { Key, KeyRange } from '../../dynamo/access-path.ts';
import { isWholeItem } from '../engine/decode-sql.ts';
import { combinations, equalTo, sortRange } from './key-values.ts';
import type { Condition, PlanSettings, TableRead } from './table-read.ts';

/** Beyond so many Queries a Scan is usually cheaper, and always simpler. */
export const MAX_RANGES = 100;

/** A key, of the table or of an index, whose partition the conditions hold to values. */
export interface Candidate {
  readonly index: IndexDef | undefined;
  readonly ranges: readonly KeyRange[];
  readonly keyed: ReadonlySet<Condition>;
  /** How much of the sort key is fixed: each equality counts two, a range one. */
  readonly bound: number;
}

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

/** The candidate that fixes most of its key; of equals the first. */
export function narrowest(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.reduce<Candidate | undefined>(
    (best, candidate) => (best === undefined || candidate.bound > best.bound ? candidate : best),
    undefined,
  );
}

/** Why an index must not serve this read, not even for keys; undefined where it may. */
export function reasonAgainst(read: TableRead, index: IndexDef, settings: PlanSettings): string | undefined {
  if (!index.active) return 'it is not active';
  if (settings.consistentReads && index.kind === 'global') return 'a global index has no consistent reads';
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

/** The first needed column that an index does not hold. */
export function missingColumn(read: TableRead, { projection }: IndexDef): ColumnDef | undefined {
  if (projection === 'all') return undefined;
  return read.columns.find((column) => isWholeItem(column) || !projection.includes(column.path[0]));
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
    case 'otherType':
    case 'hasMember':
    case 'size':
      return false;
  }
}
