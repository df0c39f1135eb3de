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
      context.session.warn(
        `View "${name}" lasts as long as this connection: Location names no folder to keep it in`,
      );
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
  const isHome = schemaname === undefined || schemaname === 'pg_temp' || isTableSchema(schemaname);
  if (catalogname === undefined && isHome) return relname;
  throw new DriverError(
    'SQL_NOT_SUPPORTED',
    `There is no schema ${schemaname} for views: they are in public.`,
    {
      position: parsed.position(location),
    },
  );
}

/** The query as it was written. */
function getQueryText(parsed: ParsedCommand): string {
  const { text } = parsed;
  const tokens = scan(text) ?? [];
  const words = tokens.map((token) => token.text.toLowerCase());
  const after = tokens[words.indexOf('as')]?.end ?? 0;
  const last = tokens.findLast((token) => token.text !== ';')?.end ?? text.length;
  if (words.slice(0, words.indexOf('view')).includes('recursive'))
    throw new DriverError('SQL_NOT_SUPPORTED', 'CREATE RECURSIVE VIEW is not supported.', {
      position: 1,
      remedy: 'Write CREATE VIEW name AS WITH RECURSIVE … SELECT ….',
    });
  return text.slice(after, last).trim();
}

/** Tables and views have their names in common. */
async function assertViewNameUnused(
  name: string,
  temporary: boolean,
  replace: boolean,
  { catalog }: StatementContext,
  signal: AbortSignal,
): Promise<void> {
  if (findSystemTable(undefined, name) !== undefined)
    throw new DriverError('CATALOG_DUPLICATE_TABLE', `"${name}" is a system table.`);
  const stored = await catalog.schemas.find(name);
  if (stored !== undefined) {
    const { schema, file } = stored;
    const hides = temporary && file !== undefined;
    if (hides || (replace && schema.kind === 'view' && schema.name === name)) return;
    const what = schema.kind === 'view' ? 'There is a view' : `${file ?? 'A schema'} describes`;
    throw new DriverError('CATALOG_DUPLICATE_TABLE', `${what} "${schema.name}" already.`);
  }
  const table = await catalog.described(name, signal).catch((error: unknown) => {
    // Who may not ask about a table of this name could not read it either.
    if (error instanceof DriverError && FREE.has(error.code)) return undefined;
    throw error;
  });
  if (table !== undefined)
    throw new DriverError('CATALOG_DUPLICATE_TABLE', `There is a table "${table.name}" already.`);
}

const FREE: ReadonlySet<string> = new Set(['CATALOG_UNKNOWN_TABLE', 'AUTH_DENIED']);

/** Plans the query by itself, for places of failures, and then as the view, as if that were there. */
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
    throw new DriverError('SQL_NOT_SUPPORTED', 'WITH CHECK OPTION is not supported: views are read only.');
  if (options !== undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', 'CREATE VIEW … WITH (options) is not supported.');
  if (parsed.parameterCount > 0)
    throw new DriverError('CATALOG_VIEW', 'The query of a view has no parameters.', {
      remedy: 'Write the values themselves, and give parameters to statements that read the view.',
    });
  // The parser of queries refuses what writes.
  await parseQuery(view.query);
  const { columns } = await planStatement(toParsedQuery(parsed, query.SelectStmt), [], context, signal);
  const names = columns.map(({ name }, i) => view.columns?.[i] ?? name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new DriverError('CATALOG_VIEW', `Column "${twice}" is in the view twice.`, {
      remedy: 'Name the columns apart: CREATE VIEW name (a, b) AS …',
    });
  const withView = {
    table: (name: string) => catalog.table(name, signal),
    view: async (name: string) =>
      name === view.name ? { ...view, file: undefined } : catalog.view(name, signal),
  };
  const whole = await parseQuery(`SELECT * FROM ${quoteName(view.name)}`);
  const bound = await bindStatement(whole, [], withView, signal);
  await planner.plan(bound, settings, { locate: () => undefined, lists: [] });
}
