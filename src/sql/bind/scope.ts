import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { isSystemSchema } from '../system/schemas.ts';
import { isTableSchema } from '../types/table-schema.ts';
import { createUnknownColumnError, foldCase, type KnownColumn } from './suggestions.ts';

/**
 * The type to which a value compared with the column is converted: hexadecimal strings to bytea, numbers passed for a text key to
 * text, and JSON documents to arrays for ANY and ALL.
 */
export type Adapts = 'bytea' | 'text' | 'json';

/** A column of a query or a FROM item: its name in the statement, and in DuckDB. */
export interface OfferedColumn {
  readonly name: string;
  readonly engineName: string;
  /** Not part of `*`. */
  readonly hidden?: true;
  readonly adapts?: Adapts;
  /** Describes the types that sampling saw in the column, if there were several. */
  readonly holds?: string;
}

/** An item of FROM. */
export interface FromItem {
  /** The qualifier of its columns. */
  readonly alias: string | undefined;
  /** Undefined if only DuckDB knows them. */
  readonly columns: readonly OfferedColumn[] | undefined;
  /** The DynamoDB table that it reads, if it is one. */
  readonly relation?: { readonly alias: string; readonly table: TableDef };
  /** The name of the table as the statement writes it, before the catalog was asked for the table. */
  readonly tableName?: string;
  /** A function with one column, whose alias may also be used as the column's name. */
  readonly scalar?: true;
}

/** The names that are visible at some point of a statement. */
export interface Scope {
  readonly sources: FromItem[];
  /** Columns merged by USING; undefined after NATURAL, which may merge any. */
  merged: ReadonlySet<string> | undefined;
  /** Names of the SELECT list that ORDER BY and GROUP BY may use. */
  readonly outputs?: ReadonlySet<string>;
  readonly outer: Scope | undefined;
}

/** Finds a column by its exact name, or else the only one whose name differs just in case. */
export function findColumn(
  columns: readonly OfferedColumn[],
  name: string,
  position: () => number,
): OfferedColumn | undefined {
  const exact = columns.find((column) => column.name === name);
  if (exact !== undefined) return exact;
  const folded = foldCase(name);
  const matches = columns.filter(
    (column) => column.name.length === name.length && foldCase(column.name) === folded,
  );
  if (matches.length < 2) return matches[0];
  throw new DriverError('SQL_AMBIGUOUS_COLUMN', `column reference "${name}" is ambiguous`, {
    position: position(),
    candidates: matches.map((match) => match.name),
    remedy: `Write ${matches.map((match) => `"${match.name}"`).join(' or ')}, in double quotes.`,
  });
}

/** A resolved reference: the fields of the reference in DuckDB, and the column's name in a result. */
export interface ResolvedColumn {
  readonly fields: readonly string[];
  readonly name: string;
  readonly adapts: Adapts | undefined;
  readonly holds: string;
}

/** Resolves a column reference, innermost scope first; undefined if it is left to DuckDB as it is. */
export function resolveColumn(
  scope: Scope,
  fields: readonly string[],
  position: () => number,
): ResolvedColumn | undefined {
  const name = fields.at(-1) ?? '';
  return fields.length === 1
    ? resolveBare(scope, name, position)
    : resolveQualified(scope, fields.slice(0, -1), name, position);
}

function resolveBare(scope: Scope, name: string, position: () => number): ResolvedColumn | undefined {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    const found = level.sources.flatMap((source) => {
      const column = findColumn(source.columns ?? [], name, position);
      return column === undefined ? [] : [{ source, column }];
    });
    const [first, second] = found;
    if (second !== undefined && level.merged?.has(foldCase(name)) === false)
      throw new DriverError('SQL_AMBIGUOUS_COLUMN', `column reference "${name}" is ambiguous`, {
        position: position(),
        candidates: found.map(({ source, column }) => `${source.alias}.${column.name}`),
        remedy: `Qualify the column: ${found.map(({ source, column }) => `${source.alias ?? '?'}.${column.name}`).join(' or ')}.`,
      });
    if (first !== undefined)
      return {
        fields: [...outerQualifier(scope, level, first.source, name), first.column.engineName],
        name: first.column.name,
        adapts: first.column.adapts,
        holds: first.column.holds ?? '',
      };
    const row = level.sources.find((source) => source.alias === name);
    if (row?.scalar === true)
      return { fields: [name, row.columns?.[0]?.engineName ?? name], name, adapts: undefined, holds: '' };
    if (
      row !== undefined ||
      level.outputs?.has(name) === true ||
      level.sources.some((source) => source.columns === undefined)
    )
      return undefined;
  }
  throw createUnknownColumnError([name], listVisibleColumns(scope), position);
}

/** DuckDB prefers a name of the inner SELECT list to an unqualified column of the outer query, so outer columns are qualified. */
function outerQualifier(scope: Scope, level: Scope, { alias }: FromItem, name: string): string[] {
  if (level === scope || alias === undefined || level.merged?.has(foldCase(name)) !== false) return [];
  for (let inner: Scope | undefined = scope; inner !== undefined && inner !== level; inner = inner.outer)
    if (inner.sources.some((source) => source.alias === alias)) return [];
  return [alias];
}

function resolveQualified(
  scope: Scope,
  qualifier: readonly string[],
  name: string,
  position: () => number,
): ResolvedColumn | undefined {
  const source = findFromItem(scope, qualifier, position);
  if (source.columns === undefined)
    return { fields: [source.alias ?? '', name], name, adapts: undefined, holds: '' };
  const column = findColumn(source.columns, name, position);
  if (column === undefined)
    throw createUnknownColumnError(
      [source.alias ?? '', name],
      source.columns.map((each) => ({ qualifier: source.alias, name: each.name })),
      position,
    );
  return {
    fields: [source.alias ?? '', column.engineName],
    name: column.name,
    adapts: column.adapts,
    holds: column.holds ?? '',
  };
}

/** Finds the FROM item of a qualifier (`o`, `public.orders`). */
export function findFromItem(scope: Scope, qualifier: readonly string[], position: () => number): FromItem {
  const alias = qualifier.at(-1) ?? '';
  const schema = qualifier.at(-2);
  if (qualifier.length <= 3 && (schema === undefined || isTableSchema(schema) || isSystemSchema(schema))) {
    for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
      const source =
        level.sources.find((each) => each.alias === alias) ??
        level.sources.find((each) => each.alias !== undefined && foldCase(each.alias) === foldCase(alias));
      if (source !== undefined) return source;
    }
  }
  const known = scope.sources.flatMap((source) => source.alias ?? []);
  const renamed = scope.sources.find(
    ({ relation, tableName }) => (relation?.table.name ?? tableName) === alias,
  )?.alias;
  throw new DriverError(
    'SQL_UNKNOWN_COLUMN',
    renamed === undefined
      ? `missing FROM-clause entry for table "${qualifier.join('.')}"`
      : `invalid reference to FROM-clause entry for table "${qualifier.join('.')}"`,
    {
      position: position(),
      candidates: known,
      remedy: describeFromItems(known, renamed),
    },
  );
}

function describeFromItems(known: readonly string[], renamed: string | undefined): string {
  if (renamed !== undefined) return `Perhaps you meant to reference the table alias "${renamed}".`;
  return known.length === 0
    ? 'Add the table to the FROM clause.'
    : `Qualify the column with a table or alias of the FROM clause: ${known.join(', ')}.`;
}

function listVisibleColumns(scope: Scope): readonly KnownColumn[] {
  const columns: KnownColumn[] = [];
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer)
    for (const { alias: qualifier, columns: own = [] } of level.sources)
      for (const { name, hidden } of own) if (hidden !== true) columns.push({ qualifier, name });
  return columns;
}
