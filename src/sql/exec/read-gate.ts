import { DriverError } from '../../core/errors.ts';
import type { GatePermit, ReadGate } from '../../dynamo/read/reader.ts';
import { totalCapacity, type ReadStats } from '../../dynamo/read/read-stats.ts';
import type { TokenBucket } from '../../dynamo/transport/token-bucket.ts';
import { describeAccess } from '../plan/describe-access.ts';
import { estimateReadUnits } from '../plan/cost.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { StatementContext } from './context.ts';

/** The budgets of a statement and of its session. */
export type BudgetScope = Pick<StatementContext, 'session' | 'settings' | 'sampling'>;

/** The gate of a read's requests: budgets, CapacityPercent, and the concurrency that the table or index sustains. */
export function createReadGate(read: TableRead, context: StatementContext, stats: ReadStats): ReadGate {
  const place = findPlace(read);
  const rate = computeRate(place.readCapacity, context);
  if (rate === undefined) warnOfPercent(place.name, 'its capacity is on demand, without a limit', context);
  return createCapacityGate(place.name, context, stats, rate);
}

/** The gate of a PartiQL statement's requests, whose table is not known. */
export function createPartiqlGate(context: StatementContext, stats: ReadStats): ReadGate {
  warnOfPercent('PartiQL', 'the driver does not know its table', context);
  return createCapacityGate('PartiQL', context, stats);
}

/** The gate of requests that sample a table. */
export function createSampleGate({ name, readCapacity }: Place, scope: BudgetScope): ReadGate {
  return createCapacityGate(name, scope, scope.sampling, computeRate(readCapacity, scope));
}

function warnOfPercent(place: string, reason: string, { session, settings }: StatementContext): void {
  const { warnedOf } = session.usage;
  if (settings.capacityPercent === undefined || warnedOf.has(place)) return;
  warnedOf.add(place);
  session.warn(`CapacityPercent has no effect on ${place}: ${reason}; use MaxRCU to limit a statement`);
}

/** A gate for requests to a table or index, at most at this rate. */
function createCapacityGate(
  place: string,
  scope: BudgetScope,
  stats: ReadStats,
  unitsPerSecond?: number,
): ReadGate {
  const { usage, database } = scope.session;
  const limiter = database.limits.limiter(place);
  const bucket: TokenBucket | undefined =
    unitsPerSecond === undefined ? undefined : database.limits.bucket(place, unitsPerSecond);
  return {
    async acquire(signal): Promise<GatePermit> {
      const permit = await limiter.acquire(signal);
      try {
        const settle = await bucket?.take(signal);
        assertWithinBudgets(scope, stats);
        return {
          throttled: () => permit.throttled(),
          release(page) {
            const units = page?.consumed.reduce((sum, each) => sum + each.units, 0) ?? 0;
            usage.readCapacity += units;
            settle?.(units);
            permit.release(page !== undefined);
          },
        };
      } catch (thrown) {
        permit.release(false);
        throw thrown;
      }
    },
  };
}

/** Throws when a budget is used up. */
function assertWithinBudgets({ session, settings, sampling }: BudgetScope, stats: ReadStats): void {
  const { maxRcu } = settings;
  const { maxSessionRcu, usage } = session;
  const units = totalCapacity(stats) + (stats === sampling ? 0 : totalCapacity(sampling));
  if (maxRcu !== undefined && units >= maxRcu)
    throw budgetError(`statement stopped after ${units}`, 'MaxRCU', maxRcu);
  if (maxSessionRcu !== undefined && usage.readCapacity >= maxSessionRcu)
    throw budgetError(`the connection has consumed ${usage.readCapacity}`, 'MaxConnectionRCU', maxSessionRcu);
}

/** Throws when a read is expected to consume more than is left. */
export function assertEstimateWithinBudgets(
  read: TableRead,
  { session, settings, sampling }: BudgetScope,
): void {
  const { maxRcu } = settings;
  const { maxSessionRcu, usage } = session;
  if (maxRcu === undefined && maxSessionRcu === undefined) return;
  const { fetchBack: _fetchBack, ...entries } = read;
  const access = describeAccess(entries);
  // The size of an item collection is only an estimate, so it is not a reason to refuse.
  const units =
    read.access.kind === 'Query' ? 0 : (estimateReadUnits(entries, settings.consistentReads) ?? 0);
  const sampled = totalCapacity(sampling);
  if (maxRcu !== undefined && units + sampled > maxRcu)
    throw budgetError(
      `${access} would consume about ${units}`,
      'MaxRCU',
      maxRcu,
      sampled === 0 ? '' : `, on top of ${sampled} for samples of tables`,
    );
  if (maxSessionRcu !== undefined && units > maxSessionRcu - usage.readCapacity)
    throw budgetError(
      `${access} would consume about ${units} on top of ${usage.readCapacity}`,
      'MaxConnectionRCU',
      maxSessionRcu,
    );
}

function budgetError(what: string, property: string, max: number, details = ''): DriverError {
  return new DriverError('EXEC_CAPACITY', `${what} read capacity units${details}; ${property} is ${max}`, {
    remedy: `Narrow the statement with a key condition, or raise ${property}.`,
  });
}

const UNKNOWN_ITEM_BYTES = 1024;
const BYTES_PER_UNIT = 4096;
/** A page uses at most this part of a budget, so that the budget is exceeded by little. */
const PAGES_PER_BUDGET = 8;
/** A page uses at most this part of a second's capacity, so that reads are even. */
const PAGES_PER_SECOND = 4;

/** Limits pages to a small part of the remaining capacity. `read` is undefined for PartiQL, whose table is not known. */
export function choosePageSize(
  read: TableRead | undefined,
  context: StatementContext,
): { readonly pageSize?: number } {
  const { session, settings } = context;
  const { pageSize, maxRcu } = settings;
  const { maxSessionRcu, usage } = session;
  const rate = read && computeRate(findPlace(read).readCapacity, context);
  const units = Math.min(
    (maxRcu ?? Infinity) / PAGES_PER_BUDGET,
    Math.max(0, (maxSessionRcu ?? Infinity) - usage.readCapacity) / PAGES_PER_BUDGET,
    (rate ?? Infinity) / PAGES_PER_SECOND,
  );
  if (units === Infinity) return pageSize === undefined ? {} : { pageSize };
  const { itemCount, sizeBytes } = read?.table ?? { itemCount: 0, sizeBytes: 0 };
  const itemBytes = itemCount > 0 ? sizeBytes / itemCount : UNKNOWN_ITEM_BYTES;
  const pageBytes = units * BYTES_PER_UNIT * (settings.consistentReads ? 1 : 2);
  const limit = Math.max(1, Math.floor(pageBytes / itemBytes));
  return { pageSize: Math.min(pageSize ?? limit, limit) };
}

interface Place {
  readonly name: string;
  readonly readCapacity?: number | undefined;
}

/** Where a read takes its capacity from: a global index has its own, a local one shares the table's. */
function findPlace({ table, access }: TableRead): Place {
  const name = 'index' in access ? access.index : undefined;
  const index = table.indexes.find((each) => each.name === name && each.kind === 'global');
  return index === undefined
    ? { name: table.name, readCapacity: table.readCapacity }
    : { name: `${table.name}.${index.name}`, readCapacity: index.readCapacity };
}

/** Units per second; undefined without a limit. */
function computeRate(
  readCapacity: number | undefined,
  { settings: { capacityPercent } }: Pick<StatementContext, 'settings'>,
): number | undefined {
  if (capacityPercent === undefined || readCapacity === undefined) return undefined;
  return (readCapacity * capacityPercent) / 100;
}
