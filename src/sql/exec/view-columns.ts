import { lazy } from '../../core/async/lazy.ts';
import { parseQuery } from '../parse/parse.ts';
import type { ResultColumn } from '../types/types.ts';
import { quoteName } from '../print/quote.ts';
import type { StatementContext } from './context.ts';

const loadBinder = lazy(() => import('../bind/bind.ts'));

/** The columns that a view has now, which depend on its tables. */
export async function resolveViewColumns(
  view: string,
  { catalog, session, settings }: StatementContext,
  signal: AbortSignal | undefined,
): Promise<readonly ResultColumn[]> {
  const parsed = await parseQuery(`SELECT * FROM ${quoteName(view)}`);
  const { bindStatement } = await loadBinder();
  const bound = await bindStatement(parsed, [], catalog, signal);
  return (await session.database.planner.plan(bound, settings, { locate: () => undefined, lists: [] }))
    .columns;
}
