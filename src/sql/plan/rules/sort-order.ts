import { keyTypeFor } from '../../../catalog/schemas/column-types.ts';
import { type ColumnDef, type KeySchema, keyAttributes } from '../../../catalog/table-def.ts';
import type { Key, KeyRange, SortTerm } from '../../../dynamo/read/access-path.ts';
import type { KeyType } from '../../../dynamo/attribute-value.ts';
import { compareKeyValues } from '../../../dynamo/key.ts';
import type { OrderTerm, ReadRule, TableRead } from '../table-read.ts';

/**
 * Meets ORDER BY key attributes with the order of a Query. Several ranges are read in sequence if the order determines
 * which comes first, and merged otherwise; keys are sorted before they are fetched.
 */
export const sortOrder: ReadRule = {
  kind: 'finish',
  name: 'sort-order',
  apply(read) {
    const { access, order } = read;
    if (order === undefined) return undefined;
    switch (access.kind) {
      case 'GetItem':
      case 'Empty':
        return withOrderMet(read, access);
      case 'BatchGetItem': {
        const by = toKeyTerms(order, read.table.key);
        const keys = by && access.keys.toSorted((a, b) => compareBy(by, a, b));
        return keys && withOrderMet(read, { kind: 'BatchGetItem', keys, ordered: true });
      }
      case 'Query': {
        const sorted = sortedQuery(read, access, order);
        return sorted && withOrderMet(read, sorted);
      }
      case 'Scan':
        return undefined;
    }
  },
};

type Query = Extract<TableRead['access'], { readonly kind: 'Query' }>;

/** The Query that returns rows in the order; undefined if it cannot. */
export function sortedQuery(
  { table }: TableRead,
  access: Query,
  order: readonly OrderTerm[],
): Query | undefined {
  const { index, ranges } = access;
  const key = index === undefined ? table.key : table.indexes.find(({ name }) => name === index)?.key;
  if (key === undefined) return undefined;
  // Keys are unique in a table, so further sort columns have no effect.
  const isUnique = index === undefined && ranges.length === 1;
  let descending: boolean | undefined;
  for (const { equals } of ranges) {
    const free = key.sort.filter(({ name }) => equals[name] === undefined);
    for (const { column, descending: direction } of order) {
      if (isFixed(column, key, equals)) continue;
      const next = free.shift();
      if (next === undefined && isUnique) break;
      if (next === undefined || !sortsLike(column, next) || (descending ?? direction) !== direction)
        return undefined;
      descending = direction;
    }
  }
  const backwards = descending === true ? { descending } : {};
  const by = order.map(({ column, descending: down }) => ({ attribute: column.path[0], descending: down }));
  if (ranges.length === 1) return { ...access, ...backwards };
  const free = by.findIndex(({ attribute }) => ranges.some(({ equals }) => equals[attribute] === undefined));
  const held = free < 0 ? by : by.slice(0, free);
  const inTurn = ranges.toSorted((a, b) => compareBy(held, a.equals, b.equals));
  return isStrict(inTurn, held)
    ? { ...access, ...backwards, ranges: inTurn, rangeOrder: 'sequence' }
    : { ...access, ...backwards, rangeOrder: by };
}

/** Whether every item of a range sorts before every item of the next. */
function isStrict(ranges: readonly KeyRange[], by: readonly SortTerm[]): boolean {
  return ranges.every((range, i) => {
    const next = ranges[i + 1];
    return next === undefined || compareBy(by, range.equals, next.equals) < 0;
  });
}

/** Whether the column has a single value throughout a range. */
function isFixed(column: ColumnDef, key: KeySchema, equals: Key): boolean {
  const attribute = keyAttributes(key).find((each) => sortsLike(column, each));
  return attribute !== undefined && equals[attribute.name] !== undefined;
}

/** Translates the order to key attributes; terms after the full key have no effect. */
function toKeyTerms(order: readonly OrderTerm[], key: KeySchema): readonly SortTerm[] | undefined {
  const left = [...keyAttributes(key)];
  const terms: SortTerm[] = [];
  for (const { column, descending } of order) {
    if (left.length === 0) break;
    const at = left.findIndex((attribute) => sortsLike(column, attribute));
    if (at < 0 && !terms.some(({ attribute }) => attribute === column.path[0])) return undefined;
    left.splice(at, at < 0 ? 0 : 1);
    terms.push({ attribute: column.path[0], descending });
  }
  return terms;
}

/** Whether SQL and DynamoDB sort the column alike. They do not if a number is stored as text. */
function sortsLike(
  { path, type }: ColumnDef,
  attribute: { readonly name: string; readonly type: KeyType },
): boolean {
  if (path.length > 1 || path[0] !== attribute.name) return false;
  return keyTypeFor(type) === attribute.type;
}

function compareBy(by: readonly SortTerm[], a: Key, b: Key): number {
  for (const { attribute, descending } of by) {
    const [left, right] = [a[attribute], b[attribute]];
    const order = left === undefined || right === undefined ? 0 : (compareKeyValues(left, right) ?? 0);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

function withOrderMet({ order, ...read }: TableRead, access: TableRead['access']): TableRead {
  return { ...read, access, ...(order === undefined ? {} : { sorted: order }) };
}
