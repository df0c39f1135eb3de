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
  /** What the sampled values of a column of documents are, if all of them are sets. */
  readonly holds?: string;
  /** DuckDB's name of the hidden column with the same attribute in DynamoDB's JSON, in the relation of this column. */
  readonly storedAs?: string;
  /** All values of the attribute are strings. */
  readonly plainText?: true;
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
  /** Columns merged by USING, by their names in DuckDB in lower case; undefined after NATURAL, which may merge any. */
  merged: ReadonlySet<string> | undefined;
  /** Names of the SELECT list that ORDER BY and GROUP BY may use. */
  readonly outputs?: ReadonlySet<string>;
  /** The positions, from 1, of result columns whose names differ from others only in case, which DuckDB does not tell apart. */
  readonly positions?: ReadonlyMap<string, number>;
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
  readonly storedAs?: string;
  readonly plainText?: true;
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

/** A column, and the members of its document that a dotted name leads to. */
export interface ResolvedPath {
  readonly column: ResolvedColumn;
  readonly members: readonly string[];
}

/**
 * Resolves a dotted name as PostgreSQL does, and otherwise as a column with members of its document: `address.city`,
 * `o.address.city`. Undefined if it is left to DuckDB as it is.
 */
export function resolvePath(
  scope: Scope,
  fields: readonly string[],
  position: () => number,
): ResolvedPath | undefined {
  for (let at = Math.min(fields.length - 1, MAX_QUALIFIERS); at > 0; at--) {
    const source = searchFromItem(scope, fields.slice(0, at));
    if (source === undefined) continue;
    const within = resolveWithin(source, fields.slice(at), position);
    if (within !== undefined) return within;
    if (source.columns === undefined && at < fields.length - 1) return undefined;
    return toPath(resolveQualified(scope, fields.slice(0, at), fields[at] ?? '', position));
  }
  const [first = '', ...members] = fields;
  if (members.length === 0) return toPath(resolveBare(scope, first, position));
  const whole = searchBare(scope, fields.join('.'), position);
  if (whole !== undefined && whole !== 'open') return { column: whole, members: [] };
  const column = searchBare(scope, first, position);
  if (column === 'open' && isPending(scope)) return undefined;
  return column !== undefined && column !== 'open' && isDocument(column)
    ? { column, members }
    : toPath(resolveColumn(scope, fields, position));
}

/** A catalog, a schema and a table. */
const MAX_QUALIFIERS = 3;

/** Resolves the fields behind the name of an item of FROM, which is also the name of a function's only column. */
function resolveWithin(
  source: FromItem,
  fields: readonly string[],
  position: () => number,
): ResolvedPath | undefined {
  const { columns = [], alias = '' } = source;
  const find = (name: string): ResolvedColumn | undefined => {
    const column = findColumn(columns, name, position);
    return column && toResolved([alias, column.engineName], column);
  };
  const whole = fields.length > 1 ? find(fields.join('.')) : undefined;
  if (whole !== undefined) return { column: whole, members: [] };
  const [first = '', ...members] = fields;
  const column = find(first);
  const [only] = columns;
  if (column === undefined)
    return source.scalar === true && only !== undefined
      ? { column: toResolved([alias, only.engineName], only), members: fields }
      : undefined;
  return members.length === 0 || isDocument(column) ? { column, members } : undefined;
}

function toPath(column: ResolvedColumn | undefined): ResolvedPath | undefined {
  return column && { column, members: [] };
}

/** Whether the column may hold documents: columns of queries may, as only DuckDB knows their types. */
function isDocument({ adapts }: ResolvedColumn): boolean {
  return adapts === undefined || adapts === 'json';
}

/** Whether the catalog was not asked for a table yet. */
export function isPending(scope: Scope): boolean {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer)
    if (level.sources.some(({ tableName }) => tableName !== undefined)) return true;
  return false;
}

function toResolved(fields: readonly string[], column: OfferedColumn): ResolvedColumn {
  const { name, adapts, holds = '', storedAs, plainText } = column;
  return {
    fields,
    name,
    adapts,
    holds,
    ...(storedAs !== undefined && { storedAs }),
    ...(plainText && { plainText }),
  };
}

function resolveBare(scope: Scope, name: string, position: () => number): ResolvedColumn | undefined {
  const found = searchBare(scope, name, position);
  if (found === undefined)
    throw createUnknownColumnError([name], listVisibleColumns(scope), position, findOnlyTable(scope));
  return found === 'open' ? undefined : found;
}

/** `open` if the name is left to DuckDB. */
function searchBare(scope: Scope, name: string, position: () => number): ResolvedColumn | 'open' | undefined {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    const found = level.sources.flatMap((source) => {
      const column = findColumn(source.columns ?? [], name, position);
      return column === undefined ? [] : [{ source, column }];
    });
    const [first, second] = found;
    if (first !== undefined && second !== undefined && !isMerged(level, first.column))
      throw new DriverError('SQL_AMBIGUOUS_COLUMN', `column reference "${name}" is ambiguous`, {
        position: position(),
        candidates: found.map(({ source, column }) => `${source.alias}.${column.name}`),
        remedy: `Qualify the column: ${found.map(({ source, column }) => `${source.alias ?? '?'}.${column.name}`).join(' or ')}.`,
      });
    if (first !== undefined)
      return toResolved([...outerQualifier(scope, level, first), first.column.engineName], first.column);
    const row = level.sources.find((source) => source.alias === name);
    const only = row?.scalar === true ? (row.columns?.[0] ?? { name, engineName: name }) : undefined;
    if (only !== undefined) return toResolved([name, only.engineName], { ...only, name });
    if (
      row !== undefined ||
      level.outputs?.has(name) === true ||
      level.sources.some((source) => source.columns === undefined)
    )
      return 'open';
  }
  return undefined;
}

/** Whether a join may have merged the column with that of another item. */
function isMerged({ merged }: Scope, { engineName }: OfferedColumn): boolean {
  return merged === undefined || merged.has(foldCase(engineName));
}

/** DuckDB prefers a name of the inner SELECT list to an unqualified column of the outer query, so outer columns are qualified. */
function outerQualifier(
  scope: Scope,
  level: Scope,
  { source: { alias }, column }: { readonly source: FromItem; readonly column: OfferedColumn },
): string[] {
  if (level === scope || alias === undefined || isMerged(level, column)) return [];
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
      source.relation?.table.child === undefined ? source.relation?.table.name : undefined,
    );
  return toResolved([source.alias ?? '', column.engineName], column);
}

function searchFromItem(scope: Scope, qualifier: readonly string[]): FromItem | undefined {
  const alias = qualifier.at(-1) ?? '';
  const schema = qualifier.at(-2);
  if (qualifier.length > MAX_QUALIFIERS) return undefined;
  if (schema !== undefined && !isTableSchema(schema) && !isSystemSchema(schema)) return undefined;
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    const source =
      level.sources.find((each) => each.alias === alias) ??
      level.sources.find((each) => each.alias !== undefined && foldCase(each.alias) === foldCase(alias));
    if (source !== undefined) return source;
  }
  return undefined;
}

/** Finds the FROM item of a qualifier (`o`, `public.orders`). */
export function findFromItem(scope: Scope, qualifier: readonly string[], position: () => number): FromItem {
  const found = searchFromItem(scope, qualifier);
  if (found !== undefined) return found;
  const alias = qualifier.at(-1) ?? '';
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

/** The table of the innermost query that has any, unless it has several. */
function findOnlyTable({ sources, outer }: Scope): string | undefined {
  const [table, other] = sources.flatMap(({ relation }) => relation?.table ?? []);
  if (table === undefined) return outer && findOnlyTable(outer);
  return other === undefined && table.child === undefined ? table.name : undefined;
}

function listVisibleColumns(scope: Scope): readonly KnownColumn[] {
  const columns: KnownColumn[] = [];
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer)
    for (const { alias: qualifier, columns: own = [] } of level.sources)
      for (const { name, hidden } of own) if (hidden !== true) columns.push({ qualifier, name });
  return columns;
}
