import type { SelectStmt } from 'libpg-query';
import type { ColumnDef } from '../../catalog/table-def.ts';
import { matchCall } from '../dialect/build.ts';
import { getStringValues, visitNodes } from '../parse/tree.ts';
import { postgresColumnType } from '../types/column-types.ts';
import type { Relation } from './relation.ts';

/** Whether a statement mentions a column whose numbers DuckDB has no type for, also of a child table. */
export function readsNumberColumn(select: SelectStmt, relations: readonly Relation[]): boolean {
  const names = new Set(
    relations.flatMap(({ columns }) =>
      columns.filter(({ column }) => column.type.kind === 'number').map(({ engineName }) => engineName),
    ),
  );
  const hasElements = relations.some(({ columns }) =>
    columns.some(({ column }) => column.elements !== undefined),
  );
  if (names.size === 0 && !hasElements) return false;
  const aliases = new Set<string>();
  const mentioned = new Set<string>();
  let unnestsNumbers = false;
  visitNodes([{ SelectStmt: select }], (node) => {
    if ('A_Star' in node) mentioned.add('*');
    if ('ColumnRef' in node) mentioned.add(getStringValues(node.ColumnRef.fields).at(-1) ?? '');
    if ('JoinExpr' in node) {
      if (node.JoinExpr.isNatural === true) mentioned.add('*');
      for (const name of getStringValues(node.JoinExpr.usingClause)) mentioned.add(name);
    }
    unnestsNumbers ||= matchCall(node)?.name === 'num';
    if ('RangeVar' in node) aliases.add(node.RangeVar.alias?.aliasname ?? node.RangeVar.relname ?? '');
  });
  // The name of a table in the place of a column stands for its whole rows.
  if (unnestsNumbers || names.size === 0) return unnestsNumbers;
  return mentioned.has('*') || [...mentioned].some((name) => names.has(name) || aliases.has(name));
}

function isNumeric({ type }: ColumnDef): boolean {
  return postgresColumnType(type) === 'numeric';
}

/** The occurrences of tables with all columns of type numeric as numbers of any digits. */
export function withExactColumns(select: SelectStmt, relations: readonly Relation[]): readonly Relation[] {
  const joined = new Set<string>();
  visitNodes([{ SelectStmt: select }], (node) => {
    if ('JoinExpr' in node) for (const name of getStringValues(node.JoinExpr.usingClause)) joined.add(name);
  });
  // USING compares columns as they are: an integer becomes what its partner is.
  const widened = new Set(
    relations.flatMap(({ columns }) =>
      columns
        .filter(({ engineName, column }) => joined.has(engineName) && isNumeric(column))
        .map(({ engineName }) => engineName),
    ),
  );
  return relations.map((relation) => ({
    ...relation,
    columns: relation.columns.map(({ engineName, column }) => ({
      engineName,
      column:
        isNumeric(column) || (column.type.kind === 'bigint' && widened.has(engineName))
          ? toExactColumn(column)
          : column,
    })),
  }));
}

/** Plans compare columns by identity. */
const exactColumns = new WeakMap<ColumnDef, ColumnDef>();

function toExactColumn(column: ColumnDef): ColumnDef {
  if (column.type.kind === 'number') return column;
  const known = exactColumns.get(column);
  if (known !== undefined) return known;
  const exact: ColumnDef = { ...column, type: { kind: 'number' } };
  exactColumns.set(column, exact);
  return exact;
}
