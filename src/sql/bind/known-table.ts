import type { Node, SelectStmt } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import type { View } from '../../catalog/view.ts';
import { DriverError } from '../../core/errors.ts';
import { parseQuery } from '../parse/parse.ts';

/** A view whose query is parsed. */
export interface KnownView {
  readonly kind: 'view';
  readonly name: string;
  readonly query: SelectStmt;
  /** Names for its first columns. */
  readonly columns: readonly string[];
}

/** An entity: the items of a table that meet a condition. */
export interface KnownEntity {
  readonly kind: 'entity';
  readonly name: string;
  readonly table: TableDef;
  readonly where: Node | undefined;
}

/** The relation that a table name was resolved to. */
export type KnownTable = { readonly kind: 'table'; readonly table: TableDef } | KnownView | KnownEntity;

/** Parses the query of a view, or the condition of an entity. */
export async function parseView(view: View): Promise<KnownView | KnownEntity> {
  if (view.kind === 'view')
    return {
      kind: 'view',
      name: view.name,
      query: await parseViewQuery(view.query, view),
      columns: view.columns ?? [],
    };
  const { kind, name, table, where } = view;
  if (where === undefined) return { kind, name, table, where };
  // The newline ends a trailing comment, which would hide the parenthesis.
  const { whereClause, ...rest } = await parseViewQuery(`SELECT WHERE (${where}\n)`, view);
  const clauses = Object.keys(rest).filter((clause) => clause !== 'limitOption' && clause !== 'op');
  if (whereClause === undefined || clauses.length > 0)
    throw new DriverError('CATALOG_VIEW', `${describeView(view)}: "where" must be a single condition`);
  return { kind, name, table, where: whereClause };
}

async function parseViewQuery(sql: string, view: View): Promise<SelectStmt> {
  try {
    const { ast, parameterCount } = await parseQuery(sql);
    if (parameterCount > 0) throw new DriverError('CATALOG_VIEW', 'parameters are not allowed in views');
    return ast;
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    throw new DriverError(error.code, `${describeView(view)}: ${error.message}`, {
      cause: error,
      remedy: error.remedy,
    });
  }
}

function describeView({ name, file }: View): string {
  return `view "${name}"${file === undefined ? '' : ` (${file})`}`;
}
