import type { Node, SelectStmt, WithClause } from 'libpg-query';
import { type ColumnDef, isWholeItem, keyNames, type TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import { column } from '../dialect/build.ts';
import { pickKey } from '../exec/read-items.ts';
import type { TableRead } from '../plan/table-read.ts';
import { withConstantKeys } from './constant-keys.ts';
import { setMember } from './json-attribute.ts';
import { readSourceRows } from './source-rows.ts';
import type { StatementScope } from './statement-scope.ts';
import type { StoredInput } from './stored-input.ts';

/** A query whose rows are items of a table, with values that are computed for them. */
export interface JoinedQuery {
  readonly table: TableDef;
  /** The table's name in the statement. */
  readonly alias: string;
  /** The items of FROM, with the table among them. */
  readonly from: readonly Node[];
  readonly where: Node | undefined;
  readonly withClause: WithClause | undefined;
  /** The attributes of the item that are needed; `whole`: all. */
  readonly attributes: 'whole' | readonly string[];
  readonly expressions: readonly Node[];
}

/** A row: the item as it was read, with the attributes that are needed, and the values. */
export interface JoinedRow {
  /** Undefined for a row without an item of the table, in an outer join. */
  readonly key: Key | undefined;
  readonly item: AttributeMap;
  readonly values: readonly StoredInput[];
}

/** Reads all rows before the first write, so that the statement does not see what it writes. */
export async function readJoinedRows(
  query: JoinedQuery,
  scope: StatementScope,
): Promise<{ readonly rows: readonly JoinedRow[]; readonly reads: readonly TableRead[] }> {
  const own = listItemColumns(query);
  const names = keyNames(query.table.key);
  const context = scope.context.withSettings({ maxRows: -1 });
  const source = await readSourceRows(toJoinedSelect(query), { ...scope, context });
  const rows: JoinedRow[] = [];
  for await (const batch of source.rows)
    for (const values of batch) {
      const item = toItem(own, values);
      const key = pickKey(item, names);
      rows.push({
        key: Object.keys(key).length === names.length ? key : undefined,
        item,
        values: values.slice(own.length),
      });
    }
  return { rows, reads: source.reads };
}

/** The query for the rows: the item's columns, as they are stored, then the values. */
export function toJoinedSelect(query: JoinedQuery): SelectStmt {
  const { alias, from, withClause, expressions } = query;
  const where = withConstantKeys(query.where, query);
  const columns = listItemColumns(query).map(({ name }) => column(alias, name));
  return {
    targetList: [...columns, ...expressions].map((val, i) => ({ ResTarget: { name: `c${i}`, val } })),
    fromClause: [...from],
    ...(where && { whereClause: where }),
    ...(withClause && { withClause }),
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  };
}

function listItemColumns({ table, attributes }: JoinedQuery): readonly ColumnDef[] {
  if (attributes === 'whole') return table.columns.filter(isWholeItem);
  const needed = new Set<unknown>([...keyNames(table.key), ...attributes]);
  return table.columns.filter(
    ({ path, hidden }) => hidden !== true && path.length === 1 && needed.has(path[0]),
  );
}

function toItem(columns: readonly ColumnDef[], values: readonly StoredInput[]): AttributeMap {
  const item: Record<string, AttributeValue> = {};
  for (const [i, each] of columns.entries()) {
    const input = values[i];
    if (input?.kind !== 'attribute') continue;
    const { value } = input;
    if (isWholeItem(each)) return 'M' in value ? value.M : {};
    setMember(item, each.path[0], value);
  }
  return item;
}
