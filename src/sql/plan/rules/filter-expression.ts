import { keyAttributes } from '../../../catalog/table-def.ts';
import { splitByLimits } from '../../../dynamo/expression/expression.ts';
import type { Predicate } from '../../../dynamo/expression/predicate.ts';
import type { ReadRule, TableRead } from '../table-read.ts';

/** Moves the conditions that DynamoDB can evaluate into the FilterExpression, within its limits. */
export const filterExpressionRule: ReadRule = {
  kind: 'finish',
  name: 'filter-expression',
  apply(read) {
    if (read.access.kind !== 'Scan' && read.access.kind !== 'Query') return undefined;
    const holds = projectionTest(read);
    const forbidden = indexKeyAttributes(read);
    const pushable = read.residual.filter(
      ({ predicate }) =>
        predicate !== undefined &&
        listAttributes(predicate).every((name) => !forbidden.has(name) && holds(name)) &&
        !comparesEmptyKey(predicate, read),
    );
    const predicates = pushable
      .map((condition) => condition.predicate)
      .filter((predicate) => predicate !== undefined);
    const fits = new Set(splitByLimits(predicates).fits);
    const filter = pushable.filter(
      (condition) => condition.predicate !== undefined && fits.has(condition.predicate),
    );
    if (filter.length === 0) return undefined;
    // The filter selects the index entries worth fetching; the conditions are checked again on the item.
    if (read.fetchBack) return { ...read, filter };
    const done = new Set(filter.filter((condition) => condition.exact));
    return { ...read, filter, residual: read.residual.filter((condition) => !done.has(condition)) };
  },
};

/** "Filter Expression can only contain non-primary key attributes": true for Query only. */
function indexKeyAttributes(read: TableRead): ReadonlySet<string> {
  const { access, table } = read;
  if (access.kind !== 'Query') return new Set();
  const key =
    access.index === undefined ? table.key : table.indexes.find((index) => index.name === access.index)?.key;
  return new Set([...(key?.partition ?? []), ...(key?.sort ?? [])].map((attribute) => attribute.name));
}

/** An index that is read for keys cannot filter by attributes that it does not project. */
function projectionTest({ access, table, fetchBack }: TableRead): (name: string) => boolean {
  if (!fetchBack || (access.kind !== 'Query' && access.kind !== 'Scan')) return () => true;
  const projection = table.indexes.find(({ name }) => name === access.index)?.projection ?? [];
  return (name) => projection === 'all' || projection.includes(name);
}

/** Key attributes cannot be empty strings, and DynamoDB may reject comparisons with one. */
function comparesEmptyKey(predicate: Predicate, read: TableRead): boolean {
  if (predicate.kind === 'and' || predicate.kind === 'or')
    return predicate.of.some((each) => comparesEmptyKey(each, read));
  if (predicate.kind !== 'compare' && predicate.kind !== 'in') return false;
  const { key, indexes } = read.table;
  const isKey = [key, ...indexes.map((index) => index.key)].some((each) =>
    keyAttributes(each).some(({ name }) => name === predicate.path[0]),
  );
  const values = predicate.kind === 'in' ? predicate.values : [predicate.value];
  return isKey && values.some((value) => value.type === 'S' && value.text === '');
}

function listAttributes(predicate: Predicate): readonly string[] {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.of.flatMap(listAttributes);
    case 'never':
      return [];
    case 'compare':
    case 'in':
    case 'beginsWith':
    case 'contains':
    case 'isNull':
    case 'isNotNull':
    case 'attributeExists':
    case 'containsValue':
    case 'hasType':
    case 'otherType':
    case 'hasMember':
    case 'size':
      return [predicate.path[0]];
  }
}
