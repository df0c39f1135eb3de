import { type TableDef, keyAttributes, keyNames } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { itemBytes } from '../../dynamo/item-size.ts';
import { totalWritten, type WriteStats } from '../../dynamo/write/write-stats.ts';

/** Holds the writes of one statement within MaxWCU. */
export interface WriteGate {
  /** Does a write that is expected to take so many units; throws where MaxWCU leaves no room for it. */
  pass<T>(units: number, write: () => Promise<T>): Promise<T>;
}

const UNBOUNDED: WriteGate = { pass: (_units, write) => write() };

const gates = new WeakMap<WriteStats, WriteGate>();

/** The gate of the statement whose writes these statistics count. */
export function writeGate(stats: WriteStats, maxWcu: number | undefined): WriteGate {
  if (maxWcu === undefined) return UNBOUNDED;
  const known = gates.get(stats);
  if (known !== undefined) return known;
  const made = boundedGate(stats, maxWcu);
  gates.set(stats, made);
  return made;
}

function boundedGate(stats: WriteStats, most: number): WriteGate {
  /** Expected units by write, of those under way; settles when the first of them is over. */
  const underWay = new Map<Promise<unknown>, number>();
  /** What the writes that are over were expected to take. */
  let expected = 0;

  /** Expectations, corrected by what writes took so far: larger old items, indexes that stay as they are. */
  const corrected = (units: number): number =>
    expected === 0 ? units : (units * totalWritten(stats)) / expected;
  const isFull = (units: number): boolean => {
    const reserved = [...underWay.values()].reduce((sum, each) => sum + each, units);
    return totalWritten(stats) + corrected(reserved) > most;
  };

  return {
    async pass(units, write) {
      // The first write goes alone: it tells what such writes take here.
      const isBusy = (): boolean => underWay.size > 0 && (expected === 0 || isFull(units));
      while (isBusy()) await Promise.race(underWay.keys()).catch(() => undefined);
      if (isFull(units))
        throw new DriverError(
          'EXEC_CAPACITY',
          `The next write would take about ${Math.ceil(corrected(units))} write capacity units, ${totalWritten(stats)} are consumed, and MaxWCU is ${most}.`,
        );
      const writing = write();
      underWay.set(writing, units);
      try {
        return await writing;
      } finally {
        underWay.delete(writing);
        expected += units;
      }
    },
  };
}

const UNIT_BYTES = 1024;

/** The units that it takes to put a new item: the table's, and those of the indexes that it has the keys of. */
export function unitsOfItem(item: AttributeMap, table: TableDef): number {
  const indexes = table.indexes.map(({ key, projection }) => {
    if (!keyAttributes(key).every(({ name }) => Object.hasOwn(item, name))) return 0;
    const own = keyNames(table.key);
    const held =
      projection === 'all'
        ? item
        : Object.fromEntries(
            Object.entries(item).filter(([name]) => projection.includes(name) || own.includes(name)),
          );
    return unitsOf(held);
  });
  return indexes.reduce((sum, units) => sum + units, unitsOf(item));
}

function unitsOf(item: AttributeMap): number {
  return Math.max(1, Math.ceil(itemBytes(item) / UNIT_BYTES));
}
