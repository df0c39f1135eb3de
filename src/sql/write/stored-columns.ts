import type { Node, SelectStmt } from 'libpg-query';
import type { Catalog } from '../../catalog/catalog.ts';
import { storedName, type ColumnDef, type TableDef } from '../../catalog/table-def.ts';
import { foldCase } from '../bind/suggestions.ts';
import { textsOf } from '../parse/tree.ts';
import { findSystemTable } from '../system/registry.ts';
import { isTableSchema } from '../types/table-schema.ts';

/** A query that gives, beside some of its targets, the attributes that they are, as they are stored. */
export interface WithStored {
  readonly select: SelectStmt;
  /** For each target the place of its attribute among all; undefined where it is computed. */
  readonly places: readonly (number | undefined)[];
}

/**
 * Bare columns of tables, in a query whose rows are those of its FROM, are passed on as they are stored: sets stay sets, and
 * what is missing stays so. Undefined where there are none.
 */
export async function withStored(
  select: SelectStmt,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<WithStored | undefined> {
  const { op, distinctClause, groupClause, havingClause, valuesLists, fromClause = [] } = select;
  if (op !== 'SETOP_NONE' || distinctClause || groupClause || havingClause || valuesLists) return undefined;
  const names = new Set((select.withClause?.ctes ?? []).flatMap(cteName));
  const relations = await Promise.all(
    fromClause.flatMap(relationsIn).map((node) => relationOf(node, names, catalog, signal)),
  );
  const targets = (select.targetList ?? []).flatMap((target) => expanded(target, relations));
  const stored = targets.map((target) => storedTarget(target, relations));
  if (!stored.some((each) => each !== undefined)) return undefined;
  let next = targets.length;
  return {
    select: { ...select, targetList: [...targets, ...stored.flatMap((each) => each ?? [])] },
    places: stored.map((each) => (each === undefined ? undefined : next++)),
  };
}

/** The catalog with a hidden column for each column of a table, that holds the attribute as it is stored. */
export function storingCatalog(catalog: Catalog): Catalog {
  return {
    ...catalog,
    table: async (name, signal) => withStoredColumns(await catalog.table(name, signal)),
    widen: async (...evidence) => withStoredColumns(await catalog.widen(...evidence)),
  };
}

const made = new WeakMap<TableDef, TableDef>();

function withStoredColumns(table: TableDef): TableDef {
  if (table.child !== undefined) return table;
  const known = made.get(table);
  if (known !== undefined) return known;
  const stored = table.columns.map(({ name, path, presence }): ColumnDef => ({
    name: storedName(name),
    path,
    presence,
    type: { kind: 'json' },
    seen: {},
    hidden: true,
    stored: true,
  }));
  const whole = { ...table, columns: [...table.columns, ...stored] };
  made.set(table, whole);
  return whole;
}

interface FromTable {
  readonly alias: string;
  /** Undefined where it is no table of DynamoDB. */
  readonly table: TableDef | undefined;
}

function relationsIn(node: Node): readonly Node[] {
  if (!('JoinExpr' in node)) return [node];
  const { larg, rarg, alias } = node.JoinExpr;
  if (alias !== undefined) return [node];
  return [larg, rarg].flatMap((side) => (side === undefined ? [] : relationsIn(side)));
}

async function relationOf(
  node: Node,
  ctes: ReadonlySet<string>,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<FromTable> {
  if (!('RangeVar' in node)) return { alias: '', table: undefined };
  const { relname: name = '', schemaname: schema, alias: given } = node.RangeVar;
  const alias = given?.aliasname ?? name;
  const isElsewhere =
    (schema !== undefined && !isTableSchema(schema)) ||
    (schema === undefined && ctes.has(name)) ||
    given?.colnames !== undefined ||
    findSystemTable(schema, name) !== undefined ||
    (await catalog.view(name, signal)) !== undefined;
  if (isElsewhere) return { alias, table: undefined };
  const table = await catalog.table(name, signal);
  return { alias, table: table.child === undefined ? table : undefined };
}

function cteName(node: Node): string[] {
  return 'CommonTableExpr' in node ? [node.CommonTableExpr.ctename ?? ''] : [];
}

/** `*` over one table as the names of its columns. */
function expanded(target: Node, relations: readonly FromTable[]): readonly Node[] {
  const [only, ...others] = relations;
  const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (value === undefined || !('ColumnRef' in value)) return [target];
  const fields = value.ColumnRef.fields ?? [];
  const last = fields.at(-1);
  if (last === undefined || !('A_Star' in last)) return [target];
  const [alias] = textsOf(fields.slice(0, -1));
  const from = alias === undefined ? only : relations.find((each) => each.alias === alias);
  if (from?.table === undefined || (alias === undefined && others.length > 0)) return [target];
  return from.table.columns
    .filter((column) => column.hidden !== true)
    .map(({ name }) => reference(from.alias, name));
}

/** The attribute of a bare column. */
function storedTarget(target: Node, relations: readonly FromTable[]): Node | undefined {
  const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (value === undefined || !('ColumnRef' in value)) return undefined;
  const fields = value.ColumnRef.fields ?? [];
  const names = textsOf(fields);
  const name = names.at(-1);
  if (name === undefined || names.length !== fields.length || names.length > 2) return undefined;
  const [alias] = names.length === 2 ? names : [];
  const meant = relations.filter((each) => alias === undefined || each.alias === alias);
  // Who else might have a column of that name is not known.
  if (meant.some(({ table }) => table === undefined)) return undefined;
  const found = meant.flatMap(({ alias: of, table }) => {
    const column = table && columnNamed(table, name);
    return column === undefined ? [] : [{ of, column }];
  });
  const [only, ...others] = found;
  return only === undefined || others.length > 0
    ? undefined
    : reference(only.of, storedName(only.column.name));
}

function columnNamed({ columns }: TableDef, name: string): ColumnDef | undefined {
  const alike = columns.filter((column) => foldCase(column.name) === foldCase(name));
  return alike.find((column) => column.name === name) ?? (alike.length === 1 ? alike[0] : undefined);
}

function reference(alias: string, name: string): Node {
  const fields = [alias, name].map((sval) => ({ String: { sval } }));
  return { ResTarget: { val: { ColumnRef: { fields } } } };
}
