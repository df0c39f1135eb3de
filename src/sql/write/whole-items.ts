import type { InsertStmt, Node, SelectStmt } from 'libpg-query';
import type { Catalog } from '../../catalog/catalog.ts';
import { ITEM_COLUMN, keyNames, type TableDef } from '../../catalog/table-def.ts';
import { getStringValues, isStar } from '../parse/tree.ts';
import { columnTarget, type FromTable, resolveRelations } from './stored-columns.ts';

/** A query whose rows are whole items of a table. */
export interface ItemSelect {
  /** The query with `"$item"` as its only column. */
  readonly select: SelectStmt;
  readonly table: TableDef;
  readonly alias: string;
}

/**
 * `SELECT *` of the items of one table as a query of whole items, so that attributes without a column are not left out.
 * Undefined for any other query.
 */
export async function selectWholeItems(
  select: SelectStmt,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<ItemSelect | undefined> {
  const { op, distinctClause, groupClause, havingClause, targetList = [] } = select;
  const [target, ...others] = targetList;
  const value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (op !== 'SETOP_NONE' || distinctClause || groupClause || havingClause || others.length > 0)
    return undefined;
  if (value === undefined || !('ColumnRef' in value) || !isStar(value)) return undefined;
  const from = findStarred(
    getStringValues(value.ColumnRef.fields).slice(0, -1),
    await resolveRelations(select, catalog, signal),
  );
  return from?.table === undefined
    ? undefined
    : {
        select: { ...select, targetList: [columnTarget(from.alias, ITEM_COLUMN)] },
        table: from.table,
        alias: from.alias,
      };
}

/** The relation whose columns a star stands for; undefined if it stands for those of several. */
function findStarred(qualifier: readonly string[], relations: readonly FromTable[]): FromTable | undefined {
  const [alias] = qualifier;
  if (qualifier.length > 1) return undefined;
  if (alias !== undefined) return relations.find((each) => each.alias === alias);
  return relations.length === 1 ? relations[0] : undefined;
}

/**
 * `INSERT INTO a SELECT * FROM b` copies whole items if they have the key attributes of the target, by name: the order of
 * attributes means nothing in DynamoDB.
 */
export async function insertWholeItems(
  statement: InsertStmt,
  target: TableDef,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<InsertStmt> {
  const { selectStmt } = statement;
  if (statement.cols !== undefined || selectStmt === undefined || !('SelectStmt' in selectStmt))
    return statement;
  const items = await selectWholeItems(selectStmt.SelectStmt, catalog, signal);
  if (items === undefined) return statement;
  const attributes = new Set(items.table.columns.map(({ path }) => path[0]));
  if (!keyNames(target.key).every((attribute) => attributes.has(attribute))) return statement;
  const converted = listOtherForms(items.table, target);
  const cols = [ITEM_COLUMN, ...converted.map(({ into }) => into)].map((name): Node => ({
    ResTarget: { name },
  }));
  const targetList = [
    ...(items.select.targetList ?? []),
    ...converted.map(({ from }) => columnTarget(items.alias, from)),
  ];
  return { ...statement, cols, selectStmt: { SelectStmt: { ...items.select, targetList } } };
}

/** The dates and timestamps that the target stores in another form. */
function listOtherForms(
  source: TableDef,
  target: TableDef,
): readonly { readonly from: string; readonly into: string }[] {
  return target.columns.flatMap(({ name, path, type }) => {
    if (!('stored' in type) || path.length > 1) return [];
    const from = source.columns.find((each) => each.path.length === 1 && each.path[0] === path[0]);
    return from !== undefined && 'stored' in from.type && from.type.stored !== type.stored
      ? [{ from: from.name, into: name }]
      : [];
  });
}
