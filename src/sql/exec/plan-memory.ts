import { remember } from '../../core/remember.ts';
import type { TableSource } from '../bind/bind.ts';
import type { ParameterLiteral } from '../parse/parameter-list.ts';
import type { ParsedQuery } from '../parse/parse.ts';
import type { Planner, StatementPlan } from '../plan/planner.ts';
import type { ExecutionContext } from './context.ts';

/** Plans are kept for so many sets of parameters of one statement. */
const PARAMETER_SETS = 16;

/** A plan, and what the catalog said while it was made. */
interface Remembered {
  readonly plan: StatementPlan;
  readonly lookups: readonly Lookup[];
}

interface Lookup<T = unknown> {
  readonly find: (catalog: TableSource, signal: AbortSignal | undefined) => Promise<T>;
  readonly found: T;
}

const memories = new WeakMap<Planner, WeakMap<ParsedQuery, Map<string, Promise<Remembered>>>>();

/** The plan that was made for the same statement, parameters and settings, while its tables look the same; else a new one. */
export async function rememberedPlan(
  parsed: ParsedQuery,
  parameters: readonly ParameterLiteral[],
  { planner, catalog, settings }: Pick<ExecutionContext, 'planner' | 'catalog' | 'settings'>,
  signal: AbortSignal | undefined,
  make: (catalog: TableSource) => Promise<StatementPlan>,
): Promise<StatementPlan> {
  const plans = plansOf(planner, parsed);
  const key = JSON.stringify([settings, parameters]);
  const known = await plans.get(key);
  if (known !== undefined && (await isCurrent(known, catalog, signal))) return known.plan;
  const lookups: Lookup[] = [];
  const plan = await make(recording(catalog, lookups));
  plans.delete(key);
  // Only now: who asks meanwhile has a signal of its own, and plans for itself.
  await remember(plans, key, PARAMETER_SETS, () => Promise.resolve({ plan, lookups }));
  return plan;
}

function plansOf(planner: Planner, parsed: ParsedQuery): Map<string, Promise<Remembered>> {
  const statements = memories.get(planner) ?? new WeakMap<ParsedQuery, Map<string, Promise<Remembered>>>();
  memories.set(planner, statements);
  const plans = statements.get(parsed) ?? new Map<string, Promise<Remembered>>();
  statements.set(parsed, plans);
  return plans;
}

/** The same catalog, taking down what it is asked and what it says. */
function recording(catalog: TableSource, lookups: Lookup[]): TableSource {
  const record = async <T>(find: Lookup<T>['find'], signal: AbortSignal | undefined): Promise<T> => {
    const found = await find(catalog, signal);
    lookups.push({ find, found });
    return found;
  };
  return {
    table: (name, signal) => record((from, stop) => from.table(name, stop), signal),
    view: (name, signal) => record(async (from, stop) => from.view?.(name, stop), signal),
  };
}

async function isCurrent(
  { lookups }: Remembered,
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
