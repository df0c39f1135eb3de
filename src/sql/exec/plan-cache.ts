import { memoizeAsync } from '../../core/async/lru.ts';
import { bindStatement, type BoundStatement, type TableSource } from '../bind/bind.ts';
import { inlineSegments } from '../bind/segments.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import type { ParsedQuery } from '../parse/parse.ts';
import type { Planner, StatementPlan } from '../plan/planner.ts';
import type { StatementContext } from './context.ts';

/** Plans kept per statement, one for each set of parameters. */
const PARAMETER_SETS = { entries: 16, characters: 64 * 1024 };

/** A result, and the catalog's answers that it depends on. */
interface CachedResult<T> {
  readonly made: T;
  readonly lookups: readonly Lookup[];
}

interface Lookup<T = unknown> {
  readonly find: (catalog: TableSource, signal: AbortSignal | undefined) => Promise<T>;
  readonly found: T;
}

/** What is cached for one statement. */
interface StatementCacheEntry {
  /** By its lane and time zone. */
  readonly bound: Map<string, CachedResult<BoundStatement>>;
  readonly plans: Map<string, Promise<CachedResult<StatementPlan>>>;
}

const entries = new WeakMap<Planner, WeakMap<ParsedQuery, StatementCacheEntry>>();

/**
 * Returns the cached plan for the statement, parameters and settings if its tables have not changed, or makes a new one. The
 * statement is bound again only if its tables have changed.
 */
export async function memoizePlan(
  statement: ParsedQuery,
  parameters: readonly ParameterLiteral[],
  { session, catalog, settings, trace }: Pick<StatementContext, 'session' | 'catalog' | 'settings' | 'trace'>,
  signal: AbortSignal | undefined,
  make: (bound: BoundStatement) => Promise<StatementPlan>,
): Promise<StatementPlan> {
  const parsed = inlineSegments(statement, parameters);
  const entry = findEntry(session.database.planner, parsed);
  const { plans } = entry;
  const { autoDetectIndex, consistentReads, threads, overlaid, timeZone } = settings;
  const lane = trace.exactNumbers ? 'exact' : 'bound';
  const key = JSON.stringify([
    lane,
    autoDetectIndex,
    consistentReads,
    threads,
    overlaid,
    timeZone,
    parameters,
  ]);
  const known = await plans.get(key);
  if (known !== undefined && (await isCurrent(known, catalog, signal))) return known.made;
  const { made: bound, lookups } = await bindOnce(entry, lane, parsed, parameters, catalog, signal);
  const plan = await make(bound.withParameters(parameters));
  plans.delete(key);
  if (plan.isShortLived === true) return plan;
  // Cached only once it is made: a concurrent caller has another signal and must not depend on this one.
  await memoizeAsync(plans, key, PARAMETER_SETS, () => Promise.resolve({ made: plan, lookups }));
  return plan;
}

async function bindOnce(
  entry: StatementCacheEntry,
  lane: 'bound' | 'exact',
  parsed: ParsedQuery,
  parameters: readonly ParameterLiteral[],
  catalog: TableSource,
  signal: AbortSignal | undefined,
): Promise<CachedResult<BoundStatement>> {
  const boundKey = catalog.timeZone === undefined ? lane : `${lane} ${catalog.timeZone}`;
  const known = entry.bound.get(boundKey);
  if (known !== undefined && (await isCurrent(known, catalog, signal))) return known;
  const lookups: Lookup[] = [];
  const source = recordLookups(catalog, lookups);
  const made = await bindStatement(parsed, parameters, source, signal, lane === 'exact');
  const bound = { made, lookups };
  entry.bound.set(boundKey, bound);
  return bound;
}

function findEntry(planner: Planner, parsed: ParsedQuery): StatementCacheEntry {
  const statements = entries.get(planner) ?? new WeakMap<ParsedQuery, StatementCacheEntry>();
  entries.set(planner, statements);
  const entry = statements.get(parsed) ?? { bound: new Map(), plans: new Map() };
  statements.set(parsed, entry);
  return entry;
}

/** The same catalog, recording its answers. */
function recordLookups(catalog: TableSource, lookups: Lookup[]): TableSource {
  const record = async <T>(find: Lookup<T>['find'], signal: AbortSignal | undefined): Promise<T> => {
    const found = await find(catalog, signal);
    lookups.push({ find, found });
    return found;
  };
  return {
    ...(catalog.keepsTypes === undefined ? {} : { keepsTypes: catalog.keepsTypes }),
    ...(catalog.timeZone === undefined ? {} : { timeZone: catalog.timeZone }),
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
    // Binding again fails the same way, and knows the position.
    return false;
  }
}
