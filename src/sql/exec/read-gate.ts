import { DriverError } from '../../core/errors.ts';
import type { GatePassage, ReadGate } from '../../dynamo/read/reader.ts';
import { totalCapacity, type ReadStats } from '../../dynamo/read/read-stats.ts';
import type { TokenBucket } from '../../dynamo/transport/token-bucket.ts';
import { describeAccess } from '../plan/describe-access.ts';
import { estimateReadUnits } from '../plan/estimate.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { StatementContext } from './context.ts';

/** What knows the budgets of a statement and of its session. */
export type BudgetScope = Pick<StatementContext, 'session' | 'settings' | 'sampling'>;

/** What stands before the requests of a read: budgets, the rate that is allowed, and what the place bears. */
export function createReadGate(read: TableRead, context: StatementContext, stats: ReadStats): ReadGate {
  const place = findPlace(read);
  const rate = computeRate(place.readCapacity, context);
  if (rate === undefined)
    warnOfPercent(place.name, 'it is read on demand, without a bound of its own', context);
  return createCapacityGate(place.name, context, stats, rate);
}

/** What stands before the requests of a PartiQL statement, whose table is not known. */
export function createPartiqlGate(context: StatementContext, stats: ReadStats): ReadGate {
  warnOfPercent('PartiQL', 'its table is not known to the driver', context);
  return createCapacityGate('PartiQL', context, stats);
}

/** What stands before the requests that sample a table. */
export function createSampleGate({ name, readCapacity }: Place, scope: BudgetScope): ReadGate {
  return createCapacityGate(name, scope, scope.sampling, computeRate(readCapacity, scope));
}

function warnOfPercent(place: string, reason: string, { session, settings }: StatementContext): void {
  const { warnedOf } = session.usage;
  if (settings.capacityPercent === undefined || warnedOf.has(place)) return;
  warnedOf.add(place);
  session.warn(`CapacityPercent has no effect on ${place}: ${reason}; MaxRCU bounds a statement`);
}

/** A gate for requests to a place, at most at a rate. */
function createCapacityGate(
  place: string,
  scope: BudgetScope,
  stats: ReadStats,
  unitsPerSecond?: number,
): ReadGate {
  const { usage, database } = scope.session;
  const lane = database.limits.lane(place);
  const bucket: TokenBucket | undefined =
    unitsPerSecond === undefined ? undefined : database.limits.bucket(place, unitsPerSecond);
  return {
    async enter(signal): Promise<GatePassage> {
      const passage = await lane.enter(signal);
      try {
        const settle = await bucket?.take(signal);
        assertWithinBudgets(scope, stats);
        return {
          throttled: () => passage.throttled(),
          leave(page) {
            const units = page?.consumed.reduce((sum, each) => sum + each.units, 0) ?? 0;
            usage.readCapacity += units;
            settle?.(units);
            passage.leave(page !== undefined);
          },
        };
      } catch (thrown) {
        passage.leave(false);
        throw thrown;
      }
    },
  };
}

/** Nothing more is read where a budget is used up. */
function assertWithinBudgets({ session, settings, sampling }: BudgetScope, stats: ReadStats): void {
  const { maxRcu } = settings;
  const { maxSessionRcu, usage } = session;
  const units = totalCapacity(stats) + (stats === sampling ? 0 : totalCapacity(sampling));
  if (maxRcu !== undefined && units >= maxRcu)
    throw budgetError(`The statement was stopped after ${units}`, 'MaxRCU', maxRcu);
  if (maxSessionRcu !== undefined && usage.readCapacity >= maxSessionRcu)
    throw budgetError(`The connection has consumed ${usage.readCapacity}`, 'MaxConnectionRCU', maxSessionRcu);
}

/** Refuses a read that is expected to consume more than is left. */
export function assertEstimateWithinBudgets(
  read: TableRead,
  { session, settings, sampling }: BudgetScope,
): void {
  const { maxRcu } = settings;
  const { maxSessionRcu, usage } = session;
  if (maxRcu === undefined && maxSessionRcu === undefined) return;
  const { fetchBack: _fetchBack, ...entries } = read;
  const access = describeAccess(entries);
  // What lies under a key is a guess, which refuses nothing, and so is how much of it passes.
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

function budgetError(what: string, property: string, most: number, besides = ''): DriverError {
  return new DriverError('EXEC_CAPACITY', `${what} read capacity units${besides}; ${property} is ${most}`, {
    remedy: `Narrow the statement with a key condition, or raise ${property}.`,
  });
}

const UNKNOWN_ITEM_BYTES = 1024;
const BYTES_PER_UNIT = 4096;
/** Of a budget, so that it is not overrun by much. */
const PAGES_PER_BUDGET = 8;
/** Of what may be read in a second, so that reading is even. */
const PAGES_PER_SECOND = 4;

/** Where capacity is bounded, a page is a small part of it. Of PartiQL nobody knows what it reads. */
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
  const careful = Math.max(1, Math.floor(pageBytes / itemBytes));
  return { pageSize: Math.min(pageSize ?? careful, careful) };
}

interface Place {
  readonly name: string;
  readonly readCapacity?: number | undefined;
}

/** A global index has capacity of its own; a local one has the table's. */
function findPlace({ table, access }: TableRead): Place {
  const name = 'index' in access ? access.index : undefined;
  const index = table.indexes.find((each) => each.name === name && each.kind === 'global');
  return index === undefined
    ? { name: table.name, readCapacity: table.readCapacity }
    : { name: `${table.name}.${index.name}`, readCapacity: index.readCapacity };
}

/** Units a second; undefined where nothing bounds them. */
function computeRate(
  readCapacity: number | undefined,
  { settings: { capacityPercent } }: Pick<StatementContext, 'settings'>,
): number | undefined {
  if (capacityPercent === undefined || readCapacity === undefined) return undefined;
  return (readCapacity * capacityPercent) / 100;
}
