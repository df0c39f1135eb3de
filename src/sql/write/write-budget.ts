import { type TableDef, keyAttributes, keyNames } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { itemBytes } from '../../dynamo/item-size.ts';
import { totalWritten, type WriteStats } from '../../dynamo/write/write-stats.ts';

/** Keeps the writes of one statement within MaxWCU. */
export interface WriteBudget {
  /** Performs a write that is expected to consume `units`; throws if that would exceed MaxWCU. */
  spend<T>(units: number, write: () => Promise<T>): Promise<T>;
}

const UNLIMITED: WriteBudget = { spend: (_units, write) => write() };

const budgets = new WeakMap<WriteStats, WriteBudget>();

/** The budget of the statement whose writes these statistics count. */
export function getWriteBudget(stats: WriteStats, maxWcu: number | undefined): WriteBudget {
  if (maxWcu === undefined) return UNLIMITED;
  const known = budgets.get(stats);
  if (known !== undefined) return known;
  const budget = createBoundedBudget(stats, maxWcu);
  budgets.set(stats, budget);
  return budget;
}

function createBoundedBudget(stats: WriteStats, maxWcu: number): WriteBudget {
  /** The expected units of each write in flight. */
  const inFlight = new Map<Promise<unknown>, number>();
  /** The expected units of all finished writes. */
  let expected = 0;

  /** Scales an estimate by what finished writes really consumed, since old items and indexes change the cost. */
  const corrected = (units: number): number =>
    expected === 0 ? units : (units * totalWritten(stats)) / expected;
  const isFull = (units: number): boolean => {
    const reserved = [...inFlight.values()].reduce((sum, each) => sum + each, units);
    return totalWritten(stats) + corrected(reserved) > maxWcu;
  };

  return {
    async spend(units, write) {
      // The first write runs alone: it shows what such writes consume in this table.
      const isBusy = (): boolean => inFlight.size > 0 && (expected === 0 || isFull(units));
      while (isBusy()) await Promise.race(inFlight.keys()).catch(() => undefined);
      if (isFull(units))
        throw new DriverError(
          'EXEC_CAPACITY',
          `the next write would consume about ${Math.ceil(corrected(units))} write capacity units: ${totalWritten(stats)} are already consumed and MaxWCU is ${maxWcu}`,
        );
      const running = write();
      inFlight.set(running, units);
      try {
        return await running;
      } finally {
        inFlight.delete(running);
        expected += units;
      }
    },
  };
}

const UNIT_BYTES = 1024;

/** The write capacity units to put a new item: the table's, and those of each index whose key it has. */
export function estimatePutUnits(item: AttributeMap, table: TableDef): number {
  const indexes = table.indexes.map(({ key, projection }) => {
    if (!keyAttributes(key).every(({ name }) => Object.hasOwn(item, name))) return 0;
    const tableKey = keyNames(table.key);
    const projected =
      projection === 'all'
        ? item
        : Object.fromEntries(
            Object.entries(item).filter(([name]) => projection.includes(name) || tableKey.includes(name)),
          );
    return itemUnits(projected);
  });
  return indexes.reduce((sum, units) => sum + units, itemUnits(item));
}

function itemUnits(item: AttributeMap): number {
  return Math.max(1, Math.ceil(itemBytes(item) / UNIT_BYTES));
}
