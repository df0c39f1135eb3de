/** The cost of reading so far, to which each request adds. */
export interface ReadStats {
  /** HTTP responses, including those to retries. */
  requests: number;
  /** Pages of Scan and Query, and responses to the other reads. */
  pages: number;
  /** Items that DynamoDB evaluated and charged for (ScannedCount). */
  itemsRead: number;
  /** Items returned (Count). */
  itemsReturned: number;
  /** Read capacity units by `table` or `table.index`, as DynamoDB reported them. */
  readonly capacity: Map<string, number>;
  /** Bytes of response bodies. */
  bytes: number;
  /** Throttled attempts. */
  throttles: number;
  /** Items with attributes that their table has no columns for, by `table.attribute`, of items that were read whole. */
  readonly unknownAttributes: Map<string, number>;
}

export function newReadStats(): ReadStats {
  return {
    requests: 0,
    pages: 0,
    itemsRead: 0,
    itemsReturned: 0,
    capacity: new Map(),
    bytes: 0,
    throttles: 0,
    unknownAttributes: new Map(),
  };
}

/** Adds other statistics. */
export function addStats(into: ReadStats, more: ReadStats): void {
  into.requests += more.requests;
  into.pages += more.pages;
  into.itemsRead += more.itemsRead;
  into.itemsReturned += more.itemsReturned;
  into.bytes += more.bytes;
  into.throttles += more.throttles;
  addCounts(into.capacity, more.capacity);
  addCounts(into.unknownAttributes, more.unknownAttributes);
}

function addCounts(into: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [name, count] of more) into.set(name, (into.get(name) ?? 0) + count);
}

/** The total of read capacity units. */
export function totalCapacity(stats: ReadStats): number {
  let total = 0;
  for (const units of stats.capacity.values()) total += units;
  return total;
}
