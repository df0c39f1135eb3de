import { type ColumnDef, type IndexDef, type TableDef, keyNames } from '../../catalog/table-def.ts';
import {
  compareSketched,
  type SketchedValue,
  toSketchedValue,
  type ValueSketch,
} from '../../catalog/value-sketch.ts';
import type { KeyRange, SortCondition } from '../../dynamo/read/access-path.ts';
import type { KeyValue } from '../../dynamo/attribute-value.ts';
import { toLiteralKey, type Literal, type Predicate } from '../../dynamo/expression/predicate.ts';

/** The number of items or index entries, and the size of one. */
export interface Extent {
  readonly items: number;
  readonly itemBytes: number;
}

/** The assumed size of an unknown table, large enough to prefer a Query. */
const UNKNOWN: Extent = { items: 1_000_000, itemBytes: 400 };
/** The assumed selectivity of a filter on an unknown attribute. */
const UNKNOWN_FRACTION = 0.1;

/** Whether the table's size is known, from DynamoDB or because sampling read all of it. */
export function isCounted({ itemCount, sampled }: TableDef): boolean {
  return itemCount > 0 || sampled.whole === true;
}

/** The extent of a table by DynamoDB's counters, or else by its sample. */
export function tableExtent(table: TableDef): Extent {
  const { itemCount, sizeBytes, sampled } = table;
  if (itemCount > 0) return { items: itemCount, itemBytes: sizeBytes / itemCount };
  const { items, bytes, whole } = sampled;
  const itemBytes = items > 0 && bytes !== undefined ? bytes / items : UNKNOWN.itemBytes;
  return { items: whole === true ? items : Math.max(items, UNKNOWN.items), itemBytes };
}

/** The extent of an index by DynamoDB's counters, or else by the table's sample of its attributes. */
export function indexExtent(table: TableDef, index: IndexDef): Extent {
  const { itemCount = 0, sizeBytes = 0, key, projection } = index;
  if (itemCount > 0) return { items: itemCount, itemBytes: sizeBytes / itemCount };
  const whole = tableExtent(table);
  const keys = keyNames(key);
  const presence = keys.reduce((part, name) => part * (estimatePresence(table, name) ?? 1), 1);
  if (projection === 'all') return { ...whole, items: whole.items * presence };
  const itemBytes = projection.reduce((sum, name) => {
    const column = findAttributeColumn(table, name);
    return (
      sum +
      (column?.values?.bytes ?? UNKNOWN.itemBytes / 8) *
        (keys.includes(name) ? 1 : (estimatePresence(table, name) ?? 1))
    );
  }, 0);
  return { items: whole.items * presence, itemBytes: Math.min(itemBytes, whole.itemBytes) };
}

/** Estimates the number of items or index entries under a key condition. */
export function estimateItems(table: TableDef, { equals, sort }: KeyRange): number {
  const { items } = tableExtent(table);
  const names = Object.keys(equals);
  const isUnique = table.through === undefined && keyNames(table.key).every((name) => names.includes(name));
  if (isUnique) return 1;
  let part = 1;
  for (const [name, value] of Object.entries(equals)) part *= equalitySelectivity(table, name, value);
  if (sort !== undefined) part *= sortConditionSelectivity(table, sort.attribute, sort.condition);
  return items * part;
}

/** Estimates the fraction of items (0 to 1) that pass a filter. */
export function estimateSelectivity(table: TableDef, predicate: Predicate): number {
  switch (predicate.kind) {
    case 'never':
      return 0;
    case 'and':
      return predicate.of.reduce((part, each) => part * estimateSelectivity(table, each), 1);
    case 'or':
      return 1 - predicate.of.reduce((part, each) => part * (1 - estimateSelectivity(table, each)), 1);
    case 'in':
      return Math.min(
        1,
        predicate.values.reduce(
          (sum, value) => sum + comparisonSelectivity(table, predicate.path, '=', value),
          0,
        ),
      );
    case 'compare':
      return comparisonSelectivity(table, predicate.path, predicate.op, predicate.value);
    case 'beginsWith': {
      const value = toLiteralKey(predicate.prefix);
      const part =
        value === undefined || predicate.path.length > 1
          ? UNKNOWN_FRACTION
          : sortConditionSelectivity(table, predicate.path[0], { kind: 'beginsWith', prefix: value });
      return predicate.negated === true ? 1 - part : part;
    }
    case 'isNull':
    case 'isNotNull': {
      const presence = predicate.path.length > 1 ? 0.5 : (estimatePresence(table, predicate.path[0]) ?? 0.5);
      return predicate.kind === 'isNull' ? 1 - presence : presence;
    }
    case 'attributeExists': {
      const presence = predicate.path.length > 1 ? 0.5 : (estimatePresence(table, predicate.path[0]) ?? 0.5);
      return predicate.negated ? 1 - presence : presence;
    }
    case 'containsValue':
    case 'contains':
    case 'hasType':
    case 'otherType':
    case 'hasMember':
    case 'size':
      return UNKNOWN_FRACTION;
  }
}

function comparisonSelectivity(
  table: TableDef,
  path: Extract<Predicate, { kind: 'compare' }>['path'],
  op: Extract<Predicate, { kind: 'compare' }>['op'],
  literal: Literal,
): number {
  const value = toLiteralKey(literal);
  if (path.length > 1 || value === undefined) return op === '=' ? UNKNOWN_FRACTION : 0.5;
  if (op === '=') return equalitySelectivity(table, path[0], value);
  if (op === '<>') return 1 - equalitySelectivity(table, path[0], value);
  return sortConditionSelectivity(table, path[0], { kind: 'compare', op, value });
}

function findAttributeColumn({ columns }: TableDef, name: string): ColumnDef | undefined {
  return columns.find(({ path, hidden }) => path.length === 1 && path[0] === name && hidden !== true);
}

/** The fraction of items that have the attribute; undefined where no sample tells, as of declared columns. */
function estimatePresence(table: TableDef, name: string): number | undefined {
  const presence = findAttributeColumn(table, name)?.presence;
  return presence === undefined || Number.isNaN(presence) ? undefined : presence;
}

/** Estimates the fraction of items whose attribute has the value. */
function equalitySelectivity(table: TableDef, name: string, value: KeyValue): number {
  const { items } = tableExtent(table);
  const sketch = findAttributeColumn(table, name)?.values;
  const sought = toSketchedValue(value);
  // Assumes as many distinct values as there are items per value.
  if (sketch === undefined || sought === undefined || sketch.values === 0)
    return Math.max(1, Math.sqrt(items)) / Math.max(1, items);
  const met = sketch.common.get(sought);
  if (met !== undefined) return met / sketch.items;
  const inCommon = [...sketch.common.values()].reduce((sum, count) => sum + count, 0);
  const rare = Math.max(1, distinctValues(sketch, items) - sketch.common.size);
  const rest = Math.max(1, sketch.values - inCommon);
  return Math.max(rest / sketch.items / rare, 1 / Math.max(1, items));
}

/**
 * Estimates the number of distinct values of all items from a sample, with the estimator of Haas and Stokes that
 * PostgreSQL also uses for n_distinct.
 */
function distinctValues({ items, values, distinct, once }: ValueSketch, all: number): number {
  const population = Math.max(values, (all * values) / Math.max(1, items));
  const estimate = (values * distinct) / (values - once + (once * values) / population);
  return Math.min(Math.max(distinct, estimate), population);
}

/** Estimates the fraction of items whose attribute meets a sort key condition. */
function sortConditionSelectivity(table: TableDef, name: string, condition: SortCondition): number {
  const sketch = findAttributeColumn(table, name)?.values;
  if (condition.kind === 'compare' && condition.op === '=')
    return equalitySelectivity(table, name, condition.value);
  if (sketch === undefined || sketch.steps.length === 0) return condition.kind === 'compare' ? 0.3 : 0.1;
  const holds = toSketchTest(condition);
  if (holds === undefined) return 0.3;
  const met = sketch.steps.filter(holds).length;
  // There may be matching values between two steps.
  return (Math.max(met, 0.5) / sketch.steps.length) * (sketch.values / sketch.items);
}

function toSketchTest(condition: SortCondition): ((value: SketchedValue) => boolean) | undefined {
  switch (condition.kind) {
    case 'beginsWith': {
      const prefix = toSketchedValue(condition.prefix);
      return prefix === undefined
        ? undefined
        : (value) => typeof value === 'string' && value.startsWith(String(prefix));
    }
    case 'between': {
      const [low, high] = [toSketchedValue(condition.low), toSketchedValue(condition.high)];
      return low === undefined || high === undefined
        ? undefined
        : (value) => compareSketched(value, low) >= 0 && compareSketched(value, high) <= 0;
    }
    case 'compare': {
      const bound = toSketchedValue(condition.value);
      if (bound === undefined) return undefined;
      const isType = (value: SketchedValue): boolean => typeof value === typeof bound;
      switch (condition.op) {
        case '=':
          return (value) => value === bound;
        case '<':
          return (value) => isType(value) && compareSketched(value, bound) < 0;
        case '<=':
          return (value) => isType(value) && compareSketched(value, bound) <= 0;
        case '>':
          return (value) => isType(value) && compareSketched(value, bound) > 0;
        case '>=':
          return (value) => isType(value) && compareSketched(value, bound) >= 0;
      }
    }
  }
}
