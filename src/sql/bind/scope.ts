import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { isSystemSchema } from '../system/schemas.ts';
import { isTableSchema } from '../types/table-schema.ts';
import { foldCase, createUnknownColumnError } from './suggestions.ts';

/**
 * What a column is compared with takes on this type: the spelling of a bytea, and the key that a number was passed for. A document is
 * an array to ANY and ALL.
 */
export type Adapts = 'bytea' | 'text' | 'json';

/** A column that a query or a FROM item offers: its name for the user, and for DuckDB. */
export interface OfferedColumn {
  readonly name: string;
  readonly engineName: string;
  /** Not part of `*`. */
  readonly hidden?: true;
  readonly adapts?: Adapts;
  /** The types that were seen in it, where these are several. */
  readonly holds?: string;
}

/** An item of FROM. */
export interface FromItem {
  /** What its columns may be qualified with. */
  readonly alias: string | undefined;
  /** Undefined where only DuckDB can tell. */
  readonly columns: readonly OfferedColumn[] | undefined;
  /** The table whose items these are, where it is one. */
  readonly relation?: { readonly alias: string; readonly table: TableDef };
  /** A function that gives one column may be named for that column. */
  readonly scalar?: true;
}

/** What a name may refer to at a place of a statement. */
export interface Scope {
  readonly sources: FromItem[];
  /** Columns that USING has made one; undefined after NATURAL, which may merge any. */
  merged: ReadonlySet<string> | undefined;
  /** Names of the SELECT list that ORDER BY and GROUP BY may use. */
  readonly outputs?: ReadonlySet<string>;
  readonly outer: Scope | undefined;
}

/** The column that a name means among these: the exact spelling, else the only one that differs in case alone. */
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
  throw new DriverError(
    'SQL_AMBIGUOUS_COLUMN',
    `Column ${name} may mean ${matches.map((match) => `"${match.name}"`).join(' or ')}.`,
    {
      position: position(),
      candidates: matches.map((match) => match.name),
      remedy: 'Write the column in double quotes exactly as DynamoDB spells it.',
    },
  );
}

/** How DuckDB has to be told of a column: the fields of its reference, and the name that it bears in a result. */
export interface ResolvedColumn {
  readonly fields: readonly string[];
  readonly name: string;
  readonly adapts: Adapts | undefined;
  readonly holds: string;
}

/** Resolves a column reference from the inside out; undefined where it stays as it is for DuckDB to judge. */
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
      throw new DriverError(
        'SQL_AMBIGUOUS_COLUMN',
        `Column ${name} is in more than one table: ${found.map(({ source }) => source.alias ?? '?').join(', ')}.`,
        {
          position: position(),
          candidates: found.map(({ source, column }) => `${source.alias}.${column.name}`),
        },
      );
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
  throw createUnknownColumnError(name, allColumns(scope), position);
}

/** For DuckDB, a name of the inner SELECT list goes before a column of the outer query, unless that is qualified. */
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
      `${source.alias}.${name}`,
      source.columns.map((each) => each.name),
      position,
    );
  return {
    fields: [source.alias ?? '', column.engineName],
    name: column.name,
    adapts: column.adapts,
    holds: column.holds ?? '',
  };
}

/** The FROM item that a qualifier (`o`, `public.orders`) means. */
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
  throw new DriverError(
    'SQL_UNKNOWN_COLUMN',
    `There is no ${qualifier.join('.')} in FROM${known.length === 0 ? '' : `; there is ${known.join(', ')}`}.`,
    {
      position: position(),
      candidates: known,
      remedy: 'Qualify columns with a table or alias that FROM names.',
    },
  );
}

function allColumns(scope: Scope): string[] {
  const columns: string[] = [];
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer)
    for (const source of level.sources)
      for (const column of source.columns ?? []) if (column.hidden !== true) columns.push(column.name);
  return columns;
}
