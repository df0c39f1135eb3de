import type { ViewStmt } from 'libpg-query';
import type { ViewSchema } from '../../catalog/schemas/schema-file.ts';
import { DriverError } from '../../core/errors.ts';
import { bindStatement } from '../bind/bind.ts';
import type { StatementContext } from '../exec/context.ts';
import { planStatement } from '../exec/run.ts';
import { type ParsedCommand, parseQuery, toParsedQuery } from '../parse/parse.ts';
import { scan } from '../parse/scan.ts';
import { getStringValues } from '../parse/tree.ts';
import { quoteName } from '../print/quote.ts';
import { findSystemTable } from '../system/registry.ts';
import { isTableSchema } from '../types/table-schema.ts';
import { type Command, emptyResult } from '../exec/command.ts';

/** `CREATE [OR REPLACE] [TEMP] VIEW name [(columns)] AS query` */
export const createView: Command = {
  nodes: ['ViewStmt'],
  async run(parsed, _parameters, context, signal) {
    if (!('ViewStmt' in parsed.node)) throw parsed.unsupported();
    const statement = parsed.node.ViewStmt;
    const name = getViewName(statement, parsed);
    const temporary = isTemporary(statement);
    const view: ViewSchema = {
      kind: 'view',
      name,
      query: getQueryText(parsed),
      ...getColumnNames(statement),
    };
    await assertViewNameUnused(name, temporary, statement.replace === true, context, signal);
    await checkView(view, statement, parsed, context, signal);
    const file = await context.catalog.schemas.save(view, temporary);
    if (file === undefined && !temporary)
      context.session.warn(`view "${name}" exists only in this connection, because Location is not set`);
    return emptyResult('CREATE VIEW');
  },
};

function isTemporary({ view }: ViewStmt): boolean {
  return view?.relpersistence === 't' || view?.schemaname === 'pg_temp';
}

function getColumnNames({ aliases }: ViewStmt): Pick<ViewSchema, 'columns'> {
  const columns = getStringValues(aliases);
  return columns.length === 0 ? {} : { columns };
}

function getViewName({ view }: ViewStmt, parsed: ParsedCommand): string {
  const { relname = '', schemaname, catalogname, location = 0 } = view ?? {};
  const isViewSchema = schemaname === undefined || schemaname === 'pg_temp' || isTableSchema(schemaname);
  if (catalogname === undefined && isViewSchema) return relname;
  throw new DriverError(
    'SQL_NOT_SUPPORTED',
    `schema "${schemaname}" does not exist (views are in "public")`,
    {
      position: parsed.position(location),
    },
  );
}

/** The query of the view as it was written. */
function getQueryText(parsed: ParsedCommand): string {
  const { text } = parsed;
  const tokens = scan(text) ?? [];
  const keywords = tokens.map((token) => token.text.toLowerCase());
  const start = tokens[keywords.indexOf('as')]?.end ?? 0;
  const end = tokens.findLast((token) => token.text !== ';')?.end ?? text.length;
  if (keywords.slice(0, keywords.indexOf('view')).includes('recursive'))
    throw new DriverError('SQL_NOT_SUPPORTED', 'CREATE RECURSIVE VIEW is not supported', {
      position: 1,
      remedy: 'Write CREATE VIEW name AS WITH RECURSIVE … SELECT ….',
    });
  return text.slice(start, end).trim();
}

/** Tables and views share one namespace. */
async function assertViewNameUnused(
  name: string,
  temporary: boolean,
  replace: boolean,
  { catalog }: StatementContext,
  signal: AbortSignal,
): Promise<void> {
  if (findSystemTable(undefined, name) !== undefined)
    throw new DriverError(
      'CATALOG_DUPLICATE_TABLE',
      `relation "${name}" already exists: it is a system table`,
      { remedy: 'Choose another name.' },
    );
  const stored = await catalog.schemas.find(name);
  if (stored !== undefined) {
    const { schema, file } = stored;
    const hidesFile = temporary && file !== undefined;
    if (hidesFile || (replace && schema.kind === 'view' && schema.name === name)) return;
    throw new DriverError(
      'CATALOG_DUPLICATE_TABLE',
      `relation "${schema.name}" already exists${file === undefined ? '' : ` (schema file ${file})`}`,
    );
  }
  const table = await catalog.described(name, signal).catch((error: unknown) => {
    // Without the permission to describe a table of this name, it could not be read either.
    if (error instanceof DriverError && UNUSED_NAME_ERRORS.has(error.code)) return undefined;
    throw error;
  });
  if (table !== undefined)
    throw new DriverError('CATALOG_DUPLICATE_TABLE', `relation "${table.name}" already exists`);
}

const UNUSED_NAME_ERRORS: ReadonlySet<string> = new Set(['CATALOG_UNKNOWN_TABLE', 'AUTH_DENIED']);

/** Plans the query alone, so that errors have positions, and then a SELECT from the view as if it existed. */
async function checkView(
  view: ViewSchema,
  { query, withCheckOption, options }: ViewStmt,
  parsed: ParsedCommand,
  context: StatementContext,
  signal: AbortSignal,
): Promise<void> {
  const { catalog, settings, session } = context;
  const { planner } = session.database;
  if (query === undefined || !('SelectStmt' in query)) throw parsed.unsupported();
  if (withCheckOption !== undefined && withCheckOption !== 'NO_CHECK_OPTION')
    throw new DriverError('SQL_NOT_SUPPORTED', 'WITH CHECK OPTION is not supported: views are read-only');
  if (options !== undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', 'CREATE VIEW … WITH (options) is not supported');
  if (parsed.parameterCount > 0)
    throw new DriverError('CATALOG_VIEW', 'the query of a view cannot have parameters', {
      remedy: 'Write constants, and use parameters in the statements that read the view.',
    });
  // Rejects queries that write.
  await parseQuery(view.query);
  const { columns } = await planStatement(toParsedQuery(parsed, query.SelectStmt), [], context, signal);
  const names = columns.map(({ name }, i) => view.columns?.[i] ?? name);
  const duplicate = names.find((name, i) => names.indexOf(name) !== i);
  if (duplicate !== undefined)
    throw new DriverError('CATALOG_VIEW', `column "${duplicate}" specified more than once`, {
      remedy: 'Name the columns of the view: CREATE VIEW name (a, b) AS ….',
    });
  const withView = {
    table: (name: string) => catalog.table(name, signal),
    view: async (name: string) =>
      name === view.name ? { ...view, file: undefined } : catalog.view(name, signal),
  };
  const parsedView = await parseQuery(`SELECT * FROM ${quoteName(view.name)}`);
  const bound = await bindStatement(parsedView, [], withView, signal);
  await planner.plan(bound, settings, { locate: () => undefined, lists: [] });
}
