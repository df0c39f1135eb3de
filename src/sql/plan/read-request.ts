import { isWholeItem, type ColumnDef, type TableDef, keyNames } from '../../catalog/table-def.ts';
import type { ReadRequest } from '../../dynamo/read/access-path.ts';
import type { LintSchema } from '../../dynamo/lint/lint-report.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import type { TableRead } from './table-read.ts';

/** With more names, a ProjectionExpression would approach its limit of 4 KB; whole items are read instead. */
const MAX_PROJECTED = 300;

/** Converts a read to the request that src/dynamo sends. */
export function toReadRequest(read: TableRead, consistent: boolean): ReadRequest {
  const projection = read.countOnly ? undefined : toProjection(read);
  return {
    table: read.table.name,
    access: read.access,
    filter: read.filter
      .map((condition) => condition.predicate)
      .filter((predicate) => predicate !== undefined),
    ...(projection === undefined ? {} : { projection }),
    ...(read.countOnly ? { countOnly: true } : {}),
    ...(read.limit === undefined ? {} : { limit: read.limit }),
    ...(read.firstPage === undefined ? {} : { firstPage: read.firstPage }),
    consistent,
  };
}

/** The paths to project; undefined for whole items. A projection saves bytes, not capacity. */
function toProjection(read: TableRead): readonly DocumentPath[] | undefined {
  if (read.fetchBack) return entryAttributes(read).map((name) => [name]);
  const { access, table } = read;
  const columns =
    access.kind === 'BatchGetItem' && access.ordered
      ? [...new Set([...keyColumns(table), ...read.columns])]
      : read.columns;
  if (columns.some(isWholeItem)) return undefined;
  const visible = table.columns.filter((column) => column.hidden !== true);
  const needed = columns.filter((column) => column.hidden !== true);
  if (needed.length === visible.length || columns.length > MAX_PROJECTED) return undefined;
  // Two columns may have the same attribute, but DynamoDB accepts each path only once.
  if (columns.length > 0) return [...new Map(columns.map(({ path }) => [path.join('\0'), path])).values()];
  // Rows are only counted, so any attribute that all items have suffices.
  return table.key.partition.map((attribute) => [attribute.name]);
}

/** The attributes needed of index entries: the keys of their items, and those that ranges are merged by. */
function entryAttributes({ table, access }: TableRead): readonly string[] {
  const order = access.kind === 'Query' && typeof access.rangeOrder === 'object' ? access.rangeOrder : [];
  return [...new Set([...keyNames(table.key), ...order.map(({ attribute }) => attribute)])];
}

/** The key columns, by which fetched items are sorted. */
function keyColumns(table: TableDef): readonly ColumnDef[] {
  const names = new Set(keyNames(table.key));
  return table.columns.filter(
    ({ path, hidden }) => path.length === 1 && names.has(path[0]) && hidden !== true,
  );
}

/** The key schema against which the request linter checks the read. */
export function toLintSchema({ table, access }: TableRead): LintSchema {
  const name = access.kind === 'Query' || access.kind === 'Scan' ? access.index : undefined;
  const index = table.indexes.find((candidate) => candidate.name === name);
  return { key: table.key, ...(index ? { index: { key: index.key, kind: index.kind } } : {}) };
}
