import { isWholeItem, type ColumnDef, type TableDef, keyNames } from '../../catalog/table-def.ts';
import type { ReadRequest } from '../../dynamo/read/access-path.ts';
import type { LintSchema } from '../../dynamo/lint/lint-report.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import type { TableRead } from './table-read.ts';

/** A ProjectionExpression of more names would come near its limit of 4 KB; then whole items are read. */
const MAX_PROJECTED = 300;

/** The read as the room `dynamo` sends it. */
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

/** The paths to bring back; undefined where the whole item is wanted. It saves bytes, not capacity. */
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
  // Two columns may be of one attribute, and DynamoDB takes each path once.
  if (columns.length > 0) return [...new Map(columns.map(({ path }) => [path.join('\0'), path])).values()];
  // Rows are only counted: any attribute that every item has will do.
  return table.key.partition.map((attribute) => [attribute.name]);
}

/** Of an index's entries the keys of their items are needed, and what they are merged by. */
function entryAttributes({ table, access }: TableRead): readonly string[] {
  const order = access.kind === 'Query' && typeof access.rangeOrder === 'object' ? access.rangeOrder : [];
  return [...new Set([...keyNames(table.key), ...order.map(({ attribute }) => attribute)])];
}

/** By which items are put in the order of their keys. */
function keyColumns(table: TableDef): readonly ColumnDef[] {
  const names = new Set(keyNames(table.key));
  return table.columns.filter(
    ({ path, hidden }) => path.length === 1 && names.has(path[0]) && hidden !== true,
  );
}

/** The key schema that the request linter holds the read against. */
export function toLintSchema({ table, access }: TableRead): LintSchema {
  const name = access.kind === 'Query' || access.kind === 'Scan' ? access.index : undefined;
  const index = table.indexes.find((candidate) => candidate.name === name);
  return { key: table.key, ...(index ? { index: { key: index.key, kind: index.kind } } : {}) };
}
