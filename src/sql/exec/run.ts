import { DriverError, getErrorMessage } from '../../core/errors.ts';
import { newReadStats, type ReadStats } from '../../dynamo/read/read-stats.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import { locate, type ParsedQuery } from '../parse/parse.ts';
import { findIntegerLists } from '../plan/integer-lists.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { StatementContext } from './context.ts';
import type { DirectPlan } from '../plan/direct-plan.ts';
import { openDirectly, type RowReader } from './direct.ts';
import { openOnEngine } from './on-engine.ts';
import { NewColumns } from './kept-pages.ts';
import { memoizePlan } from './plan-cache.ts';
import { postgresColumnType } from '../types/column-types.ts';
import { TypeDrift } from './type-drift.ts';

/** How often a statement may restart because a value widened a column. */
const MAX_WIDENINGS = 20;

/** A running statement. Its rows can be read once. */
export interface RunningStatement extends RowReader {
  readonly plan: StatementPlan;
  /** The reads that were sent; some were planned only after the relation with their keys was loaded. */
  readonly reads: readonly TableRead[];
  readonly stats: ReadStats;
  close(): Promise<void>;
}

/** Binds and plans a statement. Sends only what the catalog needs. */
export async function planStatement(
  parsed: ParsedQuery,
  parameters: readonly ParameterLiteral[],
  context: StatementContext,
  signal?: AbortSignal,
): Promise<StatementPlan> {
  return memoizePlan(parsed, parameters, context, signal, (bound) =>
    context.session.database.planner.plan(bound, context.settings, {
      locate: (name) => locate(parsed, name),
      lists: findIntegerLists(bound.select, parameters),
    }),
  );
}

/** What a statement that runs another may change. */
export interface RunOptions {
  readonly change?: (plan: StatementPlan) => StatementPlan;
  /** `SELECT *` may have further columns than its plan, for attributes that sampling did not see. */
  readonly addColumns?: boolean;
}

/** Runs a statement up to its first rows. */
export async function runStatement(
  parsed: ParsedQuery,
  parameters: readonly ParameterLiteral[],
  context: StatementContext,
  signal?: AbortSignal,
  stats: ReadStats = newReadStats(),
  { change = (plan) => plan, addColumns = false }: RunOptions = {},
): Promise<RunningStatement> {
  let source = context;
  let drift: TypeDrift | undefined;
  for (let widenings = 0; ; widenings++) {
    const plan = change(
      await planStatement(parsed, parameters, context, signal).catch((error: unknown) => {
        throw drift === undefined ? error : explainDrift(error, drift);
      }),
    );
    const direct = toDirectPlan(plan);
    if (direct) return { plan, ...openDirectly(direct, plan.reads, source, stats, signal) };
    const mayAdd = addColumns && plan.addsColumns && source === context;
    try {
      return {
        plan,
        stats,
        ...(await openOnEngine(plan, source, stats, signal, (name) => locate(parsed, name), mayAdd)),
      };
    } catch (error) {
      if (error instanceof NewColumns) {
        source = context.derive({ overrideRows: error.pages.find });
        continue;
      }
      if (!(error instanceof TypeDrift)) throw drift === undefined ? error : explainDrift(error, drift);
      drift = error;
      await widenColumn(error, context, widenings);
    }
  }
}

/** The error of a statement that ran again because of a value that is not a date, with what to write instead. */
function explainDrift(error: unknown, drift: TypeDrift): unknown {
  const { name, type } = drift.column;
  if (!(error instanceof DriverError) || !('stored' in type)) return error;
  return new DriverError(error.code, error.message, {
    cause: error,
    ...(error.position !== undefined && { position: error.position }),
    remedy: `${describeLostTime(drift)}. Correct the item, or write TRY_CAST("${name}" AS ${postgresColumnType(type)}), which is NULL for it.`,
  });
}

function describeLostTime({ table, column, key }: TypeDrift): string {
  const item = key === '' ? 'an item' : `the item ${key}`;
  return `Column "${column.name}" of "${table.name}" is no longer a ${postgresColumnType(column.type)}, because ${item} has another value`;
}

function toDirectPlan({ columns, direct, reads, wholeRows }: StatementPlan): DirectPlan | undefined {
  const [first] = reads;
  return (
    direct &&
    first && {
      columns,
      read: first,
      output: direct.output,
      wholeRows,
      limit: direct.limit,
      offset: direct.offset,
      summaries: direct.summaries?.map((summary, i) => ({ ...summary, read: reads[i] ?? first })),
    }
  );
}

async function widenColumn(drift: TypeDrift, context: StatementContext, widenings: number): Promise<void> {
  const { table, column, evidence } = drift;
  if (table.schemaFile !== undefined)
    throw new DriverError('CATALOG_TYPE_DRIFT', getErrorMessage(drift), {
      cause: drift,
      remedy: `Change the type of the column in ${table.schemaFile} to one that holds all its values, such as json.`,
    });
  const before = await context.catalog.table(table.name);
  const after = await context.catalog.widen(table.name, column.name, evidence);
  if ('stored' in column.type) context.session.warn(describeLostTime(drift));
  if (after === before || widenings >= MAX_WIDENINGS) {
    throw new DriverError('CATALOG_TYPE_DRIFT', getErrorMessage(drift), { cause: drift });
  }
}
