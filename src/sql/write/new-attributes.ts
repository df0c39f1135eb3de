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

/**
 * A catalog in which a table has the columns that it had when the statement began, and columns for its new attributes,
 * typed by their values in these items.
 */
export function withNewColumns(
  added: readonly string[],
  table: TableDef,
  items: readonly AttributeMap[],
  { catalog, settings: { decimals } }: StatementContext,
): Catalog {
  const seen = added.length === 0 ? undefined : inferColumns(items, decimals);
  const known = new Set(table.columns.map(({ name }) => name));
  const columns = added
    .filter((name) => !known.has(name))
    .map(
      (name): ColumnDef =>
        seen?.get(name) ?? { name, path: [name], type: { kind: 'text' }, seen: {}, presence: 0 },
    );
  let extended: TableDef = {
    ...table,
    columns: [
      ...table.columns.filter((column) => !isHidden(column)),
      ...columns,
      ...table.columns.filter(isHidden),
    ],
  };
  const isThis = ({ name, child, through }: TableDef): boolean =>
    name === table.name && child === undefined && through === undefined;
  return {
    ...catalog,
    async table(...args) {
      const found = await catalog.table(...args);
      return isThis(found) ? extended : found;
    },
    async widen(...args) {
      const found = await catalog.widen(...args);
      if (!isThis(found)) return found;
      const wider = new Map(found.columns.map((column) => [column.name, column]));
      const types = extended.columns.map((column) => wider.get(column.name) ?? column);
      if (types.some((column, i) => column !== extended.columns[i]))
        extended = { ...extended, columns: types };
      return extended;
    },
  };
}

function isHidden({ hidden }: ColumnDef): boolean {
  return hidden === true;
}
