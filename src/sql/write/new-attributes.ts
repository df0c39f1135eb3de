import type { InsertStmt, UpdateStmt } from 'libpg-query';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import { nearest } from '../../core/nearest.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { StatementContext } from '../exec/context.ts';
import { inferColumns } from '../exec/seen-columns.ts';
import type { ParsedText } from '../parse/parse.ts';
import { parseNamedTarget, resolveWriteTarget } from './write-target.ts';

/** The parts of a statement that name the attributes it writes to. */
export type TargetNames = Pick<InsertStmt, 'cols' | 'onConflictClause'> & Pick<UpdateStmt, 'targetList'>;

/** The attributes that a statement writes to and that the table has no column for yet. */
export function findNewAttributes(
  { cols = [], targetList = [], onConflictClause }: TargetNames,
  table: TableDef,
  parsed: ParsedText,
): readonly string[] {
  const known = new Set<unknown>(table.columns.map(({ path }) => path[0]));
  const named = [
    ...cols.map((node) => parseNamedTarget(node, 'INSERT')),
    ...[...targetList, ...(onConflictClause?.targetList ?? [])].map((node) => parseNamedTarget(node, 'SET')),
  ];
  const targets = named.map((name) => resolveWriteTarget(table, name, parsed));
  return [...new Set(targets.flatMap(({ path, key }) => (key || known.has(path[0]) ? [] : [path[0]])))];
}

/** Items may have any attributes, so a misspelt column is not an error: a notice per statement tells of new ones. */
export function noticeNewAttributes(
  added: readonly string[],
  { name: table, schemaFile, sampled, columns }: TableDef,
  { session }: StatementContext,
): void {
  // Without a schema file or sampled items every attribute would count as new.
  if (schemaFile === undefined && sampled.items === 0) return;
  const names = columns.filter((column) => !isHidden(column)).map(({ name }) => name);
  for (const name of added) {
    const [similar] = nearest(name, names, 1);
    const hint = similar === undefined ? '' : `; did you mean "${similar}"?`;
    session.notice(
      schemaFile === undefined
        ? `no sampled item of "${table}" has an attribute "${name}", which will be added${hint}`
        : `${schemaFile} does not declare the attribute "${name}", which will be added${hint}`,
    );
  }
}

/** A catalog in which a table has columns for its new attributes, typed by their values in these items. */
export function withNewColumns(
  added: readonly string[],
  { name: tableName }: TableDef,
  items: readonly AttributeMap[],
  { catalog, settings: { decimals } }: StatementContext,
): Catalog {
  if (added.length === 0) return catalog;
  const seen = inferColumns(items, decimals);
  const columns = added.map(
    (name): ColumnDef =>
      seen.get(name) ?? { name, path: [name], type: { kind: 'text' }, seen: {}, presence: 0 },
  );
  const extendedTables = new WeakMap<TableDef, TableDef>();
  const extended = (table: TableDef): TableDef => {
    if (table.name !== tableName || table.child !== undefined) return table;
    const known = extendedTables.get(table);
    if (known !== undefined) return known;
    const own = new Set(table.columns.map(({ name }) => name));
    const whole = {
      ...table,
      columns: [
        ...table.columns.filter((column) => !isHidden(column)),
        ...columns.filter(({ name }) => !own.has(name)),
        ...table.columns.filter(isHidden),
      ],
    };
    extendedTables.set(table, whole);
    return whole;
  };
  return {
    ...catalog,
    table: async (...asked) => extended(await catalog.table(...asked)),
    widen: async (...evidence) => extended(await catalog.widen(...evidence)),
  };
}

function isHidden({ hidden }: ColumnDef): boolean {
  return hidden === true;
}
