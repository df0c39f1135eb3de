import type { Node, SelectStmt } from 'libpg-query';
import type { Catalog } from '../../catalog/catalog.ts';
import { toStoredColumn, toStoredName, type ColumnDef, type TableDef } from '../../catalog/table-def.ts';
import { foldCase } from '../bind/suggestions.ts';
import { getStringValues } from '../parse/tree.ts';
import { findSystemTable } from '../system/registry.ts';
import { isTableSchema } from '../types/table-schema.ts';

/** A query that also returns the stored attributes of those targets that are bare columns. */
export interface StoredSelect {
  readonly select: SelectStmt;
  /** For each target the position of its stored attribute; undefined if the target is computed. */
  readonly positions: readonly (number | undefined)[];
}

/**
 * Makes a query without grouping return its bare columns as they are stored: sets stay sets, and missing attributes stay
 * missing. Undefined if it has no such columns.
 */
export async function selectStoredColumns(
  select: SelectStmt,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<StoredSelect | undefined> {
  const { op, distinctClause, groupClause, havingClause, valuesLists } = select;
  if (op !== 'SETOP_NONE' || distinctClause || groupClause || havingClause || valuesLists) return undefined;
  const relations = await resolveRelations(select, catalog, signal);
  const targets = (select.targetList ?? []).flatMap((target) => expandStar(target, relations));
  const stored = targets.map((target) => toStoredTarget(target, relations));
  if (!stored.some((each) => each !== undefined)) return undefined;
  let next = targets.length;
  return {
    select: { ...select, targetList: [...targets, ...stored.flatMap((each) => each ?? [])] },
    positions: stored.map((each) => (each === undefined ? undefined : next++)),
  };
}

/** The relations in FROM, with the tables that they read. */
export async function resolveRelations(
  { withClause, fromClause = [] }: SelectStmt,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<readonly FromTable[]> {
  const names = new Set((withClause?.ctes ?? []).flatMap(listCteNames));
  return Promise.all(
    fromClause.flatMap(listRelations).map((node) => resolveRelation(node, names, catalog, signal)),
  );
}

/** A catalog whose tables have a hidden column next to each column, holding the attribute as it is stored. */
export function withStoredColumns(catalog: Catalog): Catalog {
  return {
    ...catalog,
    table: async (name, signal) => addStoredColumns(await catalog.table(name, signal)),
    widen: async (...evidence) => addStoredColumns(await catalog.widen(...evidence)),
  };
}

const extendedTables = new WeakMap<TableDef, TableDef>();

function addStoredColumns(table: TableDef): TableDef {
  if (table.child !== undefined) return table;
  const known = extendedTables.get(table);
  if (known !== undefined) return known;
  const stored = table.columns.map(toStoredColumn);
  const whole = { ...table, columns: [...table.columns, ...stored] };
  extendedTables.set(table, whole);
  return whole;
}

/** A relation of FROM. */
export interface FromTable {
  readonly alias: string;
  /** Undefined if the relation is not a table of DynamoDB. */
  readonly table: TableDef | undefined;
}

function listRelations(node: Node): readonly Node[] {
  if (!('JoinExpr' in node)) return [node];
  const { larg, rarg, alias } = node.JoinExpr;
  if (alias !== undefined) return [node];
  return [larg, rarg].flatMap((side) => (side === undefined ? [] : listRelations(side)));
}

async function resolveRelation(
  node: Node,
  ctes: ReadonlySet<string>,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<FromTable> {
  if (!('RangeVar' in node)) return { alias: '', table: undefined };
  const { relname: name = '', schemaname: schema, alias: rangeAlias } = node.RangeVar;
  const alias = rangeAlias?.aliasname ?? name;
  const isElsewhere =
    (schema !== undefined && !isTableSchema(schema)) ||
    (schema === undefined && ctes.has(name)) ||
    rangeAlias?.colnames !== undefined ||
    findSystemTable(schema, name) !== undefined ||
    (await catalog.view(name, signal)) !== undefined;
  if (isElsewhere) return { alias, table: undefined };
  const table = await catalog.table(name, signal);
  return { alias, table: table.child === undefined ? table : undefined };
}

function listCteNames(node: Node): string[] {
  return 'CommonTableExpr' in node ? [node.CommonTableExpr.ctename ?? ''] : [];
}

/** Expands `*` over one table to the names of its columns. */
function expandStar(target: Node, relations: readonly FromTable[]): readonly Node[] {
  const [only, ...others] = relations;
  const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (value === undefined || !('ColumnRef' in value)) return [target];
  const fields = value.ColumnRef.fields ?? [];
  const last = fields.at(-1);
  if (last === undefined || !('A_Star' in last)) return [target];
  const [alias] = getStringValues(fields.slice(0, -1));
  const from = alias === undefined ? only : relations.find((each) => each.alias === alias);
  if (from?.table === undefined || (alias === undefined && others.length > 0)) return [target];
  return from.table.columns
    .filter((column) => column.hidden !== true)
    .map(({ name }) => columnTarget(from.alias, name));
}

/** The hidden stored column of a target that is a bare column. */
function toStoredTarget(target: Node, relations: readonly FromTable[]): Node | undefined {
  const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (value === undefined || !('ColumnRef' in value)) return undefined;
  const fields = value.ColumnRef.fields ?? [];
  const names = getStringValues(fields);
  const name = names.at(-1);
  if (name === undefined || names.length !== fields.length || names.length > 2) return undefined;
  const [alias] = names.length === 2 ? names : [];
  const candidates = relations.filter((each) => alias === undefined || each.alias === alias);
  // The columns of other relations are not known here: one of them may have the same name.
  if (candidates.some(({ table }) => table === undefined)) return undefined;
  const matches = candidates.flatMap(({ alias: from, table }) => {
    const column = table && findColumn(table, name);
    return column === undefined ? [] : [{ from, column }];
  });
  const [only, ...others] = matches;
  return only === undefined || others.length > 0
    ? undefined
    : columnTarget(only.from, toStoredName(only.column.name));
}

function findColumn({ columns }: TableDef, name: string): ColumnDef | undefined {
  const alike = columns.filter((column) => foldCase(column.name) === foldCase(name));
  return alike.find((column) => column.name === name) ?? (alike.length === 1 ? alike[0] : undefined);
}

/** An entry of a SELECT list: a column of a relation. */
export function columnTarget(alias: string, name: string): Node {
  const fields = [alias, name].map((sval) => ({ String: { sval } }));
  return { ResTarget: { val: { ColumnRef: { fields } } } };
}
