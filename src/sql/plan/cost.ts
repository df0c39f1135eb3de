import type { IndexDef, TableDef } from '../../catalog/table-def.ts';
import { getItemUnits, pageUnits } from '../../dynamo/read/capacity.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import { implies } from './implies.ts';
import {
  estimateItems,
  estimateSelectivity,
  type Extent,
  indexExtent,
  isCounted,
  tableExtent,
} from './statistics.ts';
import type { PlanSettings, TableRead } from './table-read.ts';

/** The estimated cost of a read. */
export interface Cost {
  /** Read capacity units, which are billed. */
  readonly units: number;
  readonly requests: number;
  /** The number of requests that must be sent one after another. */
  readonly rounds: number;
}

export type CostSettings = Pick<PlanSettings, 'consistentReads' | 'feedback'>;

const PAGE_BYTES = 1024 * 1024;
const NO_COST: Cost = { units: 0, requests: 0, rounds: 0 };

/**
 * Estimates the cost of a read by DynamoDB's rules: Query and Scan sum up the items of a page before rounding to 4 KB,
 * GetItem and BatchGetItem round each item, and eventually consistent reads cost half.
 */
export function estimateCost(read: TableRead, settings: CostSettings): Cost {
  const { access, table } = read;
  const consistent = settings.consistentReads;
  switch (access.kind) {
    case 'Empty':
      return NO_COST;
    case 'GetItem':
      return { units: getItemUnits(tableExtent(table).itemBytes, consistent), requests: 1, rounds: 1 };
    case 'BatchGetItem':
      return fetchCost(access.keys.length, table, consistent);
    case 'Query': {
      const { itemBytes } = placeExtent(table, access.index);
      const each = access.ranges.map((range) => expectedItems(table, access.index, range, settings));
      const all = each.reduce((sum, items) => sum + items, 0);
      const evaluated = evaluatedItems(read, all);
      const queries = each.map((items) =>
        pagesCost(((items * evaluated) / Math.max(all, 1e-9)) * itemBytes, consistent),
      );
      // Merging queries all ranges; a read that stops early queries only the ranges that it reaches.
      const asked = evaluated < all ? queries.slice(0, Math.max(1, Math.ceil(evaluated))) : queries;
      const query = asked.reduce(addCosts, NO_COST);
      const rounds = Math.max(1, ...asked.map((one) => one.rounds));
      return addFetchCost({ ...query, rounds }, evaluated, read, consistent);
    }
    case 'Scan': {
      const { items, itemBytes } = placeExtent(table, access.index);
      const evaluated = evaluatedItems(read, items);
      const bytes = evaluated * itemBytes;
      const one = pagesCost(bytes / access.segments, consistent);
      const scan = {
        units: Math.max(one.units * access.segments, pageUnits(bytes, consistent)),
        requests: one.requests * access.segments,
        rounds: one.rounds,
      };
      return addFetchCost(scan, evaluated, read, consistent);
    }
  }
}

/** Estimates the read capacity units of a read; undefined if they depend on a table size that is not known. */
export function estimateReadUnits(
  read: TableRead,
  consistent: boolean,
  feedback?: CostSettings['feedback'],
): number | undefined {
  const { kind } = read.access;
  // DynamoDB updates table sizes about every six hours: a new table has none yet.
  if ((kind === 'Query' || kind === 'Scan') && !isCounted(read.table)) return undefined;
  const { units } = estimateCost(read, { consistentReads: consistent, feedback });
  return roundUpToHalf(units);
}

/** Rounds capacity for display: it is consumed in half units. */
export function roundUpToHalf(units: number): number {
  return Math.ceil(units * 2) / 2;
}

/** Negative if `a` is cheaper. Compares capacity first, then requests, then rounds. */
export function compareCosts(a: Cost, b: Cost): number {
  return roundToHalf(a.units) - roundToHalf(b.units) || a.requests - b.requests || a.rounds - b.rounds;
}

/**
 * The expected number of items or index entries under a key condition, learned from earlier reads if there were any.
 */
export function expectedItems(
  table: TableDef,
  index: string | undefined,
  range: Parameters<typeof estimateItems>[1],
  { feedback }: CostSettings,
): number {
  const estimate = estimateItems(table, range);
  return feedback?.expected(placeName(table, index), range, estimate) ?? estimate;
}

/** `orders` or `orders.by_status`. */
export function placeName({ name }: TableDef, index: string | undefined): string {
  return index === undefined ? name : `${name}.${index}`;
}

function placeExtent(table: TableDef, name: string | undefined): Extent {
  const index: IndexDef | undefined =
    name === undefined ? undefined : table.indexes.find((each) => each.name === name);
  return index === undefined ? tableExtent(table) : indexExtent(table, index);
}

/**
 * The number of items evaluated: a limit ends a read early if nothing is residual, depending on the filter's
 * selectivity.
 */
function evaluatedItems(read: TableRead, all: number): number {
  const { limit, firstPage, order, residual, fetchBack } = read;
  if (order !== undefined) return all;
  // How many more pages are needed is only known when the statement runs.
  if (firstPage !== undefined) return Math.min(all, firstPage);
  if (limit === undefined || residual.length > 0 || fetchBack) return all;
  return Math.min(all, limit / Math.max(filterSelectivity(read), 1e-9));
}

/** Adds the cost of fetching the items if the index entries are only read for their keys. */
function addFetchCost(entries: Cost, evaluated: number, read: TableRead, consistent: boolean): Cost {
  return read.fetchBack
    ? addCosts(entries, fetchCost(evaluated * filterSelectivity(read), read.table, consistent))
    : entries;
}

/** The fraction of evaluated items that pass the filter. A condition implied by another one does not count. */
function filterSelectivity({ filter, table }: TableRead): number {
  const asked = filter.flatMap(({ predicate }) => predicate ?? []);
  const narrowing = asked.filter(
    (one) => !asked.some((other) => other !== one && implies(other, one) && !implies(one, other)),
  );
  return narrowing.reduce((part, predicate) => part * estimateSelectivity(table, predicate), 1);
}

function pagesCost(bytes: number, consistent: boolean): Cost {
  const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  return { units: pageUnits(bytes, consistent), requests: pages, rounds: pages };
}

function fetchCost(items: number, table: TableDef, consistent: boolean): Cost {
  if (items <= 0) return NO_COST;
  const requests = Math.max(1, Math.ceil(items / LIMITS.batchGetKeys.max));
  const { itemBytes } = tableExtent(table);
  return { units: items * getItemUnits(itemBytes, consistent), requests, rounds: 1 };
}

function addCosts(a: Cost, b: Cost): Cost {
  return { units: a.units + b.units, requests: a.requests + b.requests, rounds: a.rounds + b.rounds };
}

/** Differences of less than half a unit are noise. */
function roundToHalf(units: number): number {
  return Math.round(units * 2) / 2;
}
