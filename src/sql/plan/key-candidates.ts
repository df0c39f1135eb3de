import {
  isWholeItem,
  type ColumnDef,
  type IndexDef,
  type KeySchema,
  keyAttributes,
  keyNames,
} from '../../catalog/table-def.ts';
import type { Key, KeyRange } from '../../dynamo/read/access-path.ts';
import { DriverError } from '../../core/errors.ts';
import { combineKeys, findEquality, findSortRange } from './key-values.ts';
import type { Condition, PlanSettings, TableRead } from './table-read.ts';

/** With more Queries, a Scan is usually cheaper and always simpler. */
export const MAX_RANGES = 100;

/** A key of the table or of an index whose partition key the conditions fix to values. */
export interface KeyMatch {
  readonly index: IndexDef | undefined;
  readonly ranges: readonly KeyRange[];
  readonly keyed: ReadonlySet<Condition>;
  /** How much of the sort key is fixed: 2 for each equality, 1 for a range. */
  readonly bound: number;
}

/**
 * Matches the conditions with a key; undefined if a partition key attribute is not fixed to values. Several values of a
 * sort key attribute become one range each or, with `together`, one range of the whole partition.
 */
export function matchKey(
  read: TableRead,
  key: KeySchema,
  index: IndexDef | undefined,
  together = false,
): KeyMatch | undefined {
  const keyed = new Set<Condition>();
  let keys: Key[] = [{}];
  let bound = 0;
  for (const attribute of key.partition) {
    const found = findEquality(read.residual, attribute, 'partition');
    if (found === undefined) return undefined;
    keyed.add(found.by);
    keys = combineKeys(keys, attribute.name, found.values);
  }
  let range: KeyRange['sort'];
  for (const attribute of key.sort) {
    const found = findEquality(read.residual, attribute, 'sort');
    const fits = found !== undefined && keys.length * found.values.length <= MAX_RANGES;
    if (fits && !(together && found.values.length > 1)) {
      keyed.add(found.by);
      keys = combineKeys(keys, attribute.name, found.values);
      bound += 2;
      continue;
    }
    const between = findSortRange(read.residual, attribute);
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

/** The Query of the ranges of a key. */
export function toQueryRead(read: TableRead, { ranges, index, keyed }: KeyMatch): TableRead {
  return {
    ...read,
    access:
      ranges.length === 0
        ? { kind: 'Empty' }
        : { kind: 'Query', ranges, ...(index ? { index: index.name } : {}) },
    keyed: [...keyed],
    residual: read.residual.filter((condition) => !keyed.has(condition)),
  };
}

/**
 * Adapts a read to the projection of its index: if the index lacks a needed attribute, it only provides keys and the
 * items are fetched. All conditions stay residual then, as the item may have changed since.
 */
export function readThroughIndex(read: TableRead, bare: TableRead, index: IndexDef | undefined): TableRead {
  if (index === undefined || read.access.kind === 'Empty' || findMissingColumn(bare, index) === undefined)
    return read;
  return { ...read, residual: bare.residual, fetchBack: true };
}

/** The keys that may be used for a read: that of the relation itself, and those of the table's indexes. */
export interface CandidateKeys {
  /** Undefined if a hint excludes the table's own key. */
  readonly own: { readonly key: KeySchema; readonly index: IndexDef | undefined } | undefined;
  readonly indexes: readonly IndexDef[];
  /** Whether the statement names the indexes, and so accepts that they may lack items. */
  readonly hinted: boolean;
}

/** Selects the keys that hints and AutoDetectIndex allow. A relation that is an index has just its own key. */
export function candidateKeys({ table, hint }: TableRead, settings: PlanSettings): CandidateKeys {
  const { through, key, indexes } = table;
  if (through !== undefined)
    return { own: { key, index: indexes.find(({ name }) => name === through) }, indexes: [], hinted: false };
  const own = { key, index: undefined };
  if (hint?.kind === 'only')
    return {
      own: undefined,
      indexes: indexes.filter(({ name }) => hint.indexes.includes(name)),
      hinted: true,
    };
  const allowed = settings.autoDetectIndex ? indexes : [];
  return { own, indexes: allowed.filter(({ name }) => hint?.indexes.includes(name) !== true), hinted: false };
}

/** Throws SQL_NOT_SUPPORTED if the statement names an index that cannot be read. */
export function assertHintUsable(
  { table, hint }: Pick<TableRead, 'table' | 'hint'>,
  settings: PlanSettings,
): void {
  const named = table.through === undefined ? (hint?.kind === 'only' ? hint.indexes : []) : [table.through];
  for (const index of table.indexes.filter(({ name }) => named.includes(name))) {
    const why = whyUnusable(index, settings);
    if (why !== undefined)
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        `cannot use index "${index.name}" of "${table.name}": ${why}`,
        {
          remedy: 'Let the planner choose the index, or set UseConsistentReads=false.',
        },
      );
  }
}

/** Why an index cannot be read at all; undefined if it can. */
export function whyUnusable(index: IndexDef, settings: PlanSettings): string | undefined {
  if (!index.active) return 'it is not active';
  if (settings.consistentReads && index.kind === 'global')
    return 'global indexes do not support consistent reads';
  return undefined;
}

/** Why an index must not be used for this read, not even for keys; undefined if it may. */
export function whyUnsafe(read: TableRead, index: IndexDef, settings: PlanSettings): string | undefined {
  const why = whyUnusable(index, settings);
  const isNamed = read.hint?.kind === 'only' || read.table.through === index.name;
  if (why !== undefined || isNamed) return why;
  const own = new Set(keyNames(read.table.key));
  const sparse = keyAttributes(index.key).find(
    (attribute) =>
      !own.has(attribute.name) &&
      !read.residual.some((condition) => impliesPresence(condition, attribute.name, attribute.type)),
  );
  return sparse && `items without ${sparse.name} are missing from it`;
}

/** The first needed column that an index does not project. */
export function findMissingColumn(read: TableRead, { projection }: IndexDef): ColumnDef | undefined {
  if (projection === 'all') return undefined;
  return read.columns.find((column) => isWholeItem(column) || !projection.includes(column.path[0]));
}

/** Whether the condition holds only where the attribute is present with the key's type. */
function impliesPresence({ predicate, exact }: Condition, name: string, type: 'S' | 'N' | 'B'): boolean {
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
      return predicate.negated !== true && predicate.type === type;
    case 'attributeExists':
    case 'containsValue':
    case 'contains':
    case 'isNull':
    case 'isNotNull':
    case 'otherType':
    case 'hasMember':
    case 'size':
      return false;
  }
}
