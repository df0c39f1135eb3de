import { memoizeAsync } from '../../core/async/lru.ts';
import { bindStatement, type BoundStatement, type TableSource } from '../bind/bind.ts';
import type { ParameterLiteral } from '../parse/parameter-list.ts';
import type { ParsedQuery } from '../parse/parse.ts';
import type { Planner, StatementPlan } from '../plan/planner.ts';
import type { StatementContext } from './context.ts';

/** Plans are kept for so many sets of parameters of one statement. */
const PARAMETER_SETS = { entries: 16, characters: 64 * 1024 };

/** What was made of a statement, and what the catalog said meanwhile. */
interface CachedResult<T> {
  readonly made: T;
  readonly lookups: readonly Lookup[];
}

interface Lookup<T = unknown> {
  readonly find: (catalog: TableSource, signal: AbortSignal | undefined) => Promise<T>;
  readonly found: T;
}

/** Of one statement. */
interface StatementCacheEntry {
  bound?: CachedResult<BoundStatement>;
  readonly plans: Map<string, Promise<CachedResult<StatementPlan>>>;
}

const memories = new WeakMap<Planner, WeakMap<ParsedQuery, StatementCacheEntry>>();

/**
 * The plan that was made for the same statement, parameters and settings, while its tables look the same; else a new one, for which
 * the statement is bound again only where its tables look different.
 */
export async function memoizePlan(
  parsed: ParsedQuery,
  parameters: readonly ParameterLiteral[],
  { session, catalog, settings }: Pick<StatementContext, 'session' | 'catalog' | 'settings'>,
  signal: AbortSignal | undefined,
  make: (bound: BoundStatement) => Promise<StatementPlan>,
): Promise<StatementPlan> {
  const memory = findEntry(session.database.planner, parsed);
  const { plans } = memory;
  const { autoDetectIndex, consistentReads, threads } = settings;
  const key = JSON.stringify([autoDetectIndex, consistentReads, threads, parameters]);
  const known = await plans.get(key);
  if (known !== undefined && (await isCurrent(known, catalog, signal))) return known.made;
  const { made: bound, lookups } = await bindOnce(memory, parsed, parameters, catalog, signal);
  const plan = await make(bound.withParameters(parameters));
  plans.delete(key);
  // Only now: who asks meanwhile has a signal of its own, and plans for itself.
  await memoizeAsync(plans, key, PARAMETER_SETS, () => Promise.resolve({ made: plan, lookups }));
  return plan;
}

async function bindOnce(
  memory: StatementCacheEntry,
  parsed: ParsedQuery,
  parameters: readonly ParameterLiteral[],
  catalog: TableSource,
  signal: AbortSignal | undefined,
): Promise<CachedResult<BoundStatement>> {
  const { bound: known } = memory;
  if (known !== undefined && (await isCurrent(known, catalog, signal))) return known;
  const lookups: Lookup[] = [];
  const made = await bindStatement(parsed, parameters, recordLookups(catalog, lookups), signal);
  memory.bound = { made, lookups };
  return memory.bound;
}

function findEntry(planner: Planner, parsed: ParsedQuery): StatementCacheEntry {
  const statements = memories.get(planner) ?? new WeakMap<ParsedQuery, StatementCacheEntry>();
  memories.set(planner, statements);
  const memory = statements.get(parsed) ?? { plans: new Map() };
  statements.set(parsed, memory);
  return memory;
}

/** The same catalog, taking down what it is asked and what it says. */
function recordLookups(catalog: TableSource, lookups: Lookup[]): TableSource {
  const record = async <T>(find: Lookup<T>['find'], signal: AbortSignal | undefined): Promise<T> => {
    const found = await find(catalog, signal);
    lookups.push({ find, found });
    return found;
  };
  return {
    table: (name, signal) => record((from, stop) => from.table(name, stop), signal),
    relationName: (name, signal) =>
      record(async (from, stop) => from.relationName?.(name, stop) ?? name, signal),
    view: (name, signal) => record(async (from, stop) => from.view?.(name, stop), signal),
  };
}

async function isCurrent(
  { lookups }: CachedResult<unknown>,
  catalog: TableSource,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    for (const { find, found } of lookups) if ((await find(catalog, signal)) !== found) return false;
    return true;
  } catch {
    // The binder meets the same failure and knows its position.
    return false;
  }
}
