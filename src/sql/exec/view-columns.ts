import { bindStatement } from '../bind/bind.ts';
import { parseQuery } from '../parse/parse.ts';
import type { ResultColumn } from '../types/types.ts';
import { quoteName } from '../print/names.ts';
import type { StatementContext } from './context.ts';

/** The columns that a view has at present. */
export async function resolveViewColumns(
  view: string,
  { catalog, session, settings }: StatementContext,
  signal: AbortSignal | undefined,
): Promise<readonly ResultColumn[]> {
  const parsed = await parseQuery(`SELECT * FROM ${quoteName(view)}`);
  const bound = await bindStatement(parsed, [], catalog, signal);
  return (await session.database.planner.plan(bound, settings, { locate: () => undefined, lists: [] }))
    .columns;
}
