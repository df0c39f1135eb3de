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
  for (const [relation, units] of more.capacity)
    into.capacity.set(relation, (into.capacity.get(relation) ?? 0) + units);
}

/** The total of read capacity units. */
export function totalCapacity(stats: ReadStats): number {
  let total = 0;
  for (const units of stats.capacity.values()) total += units;
  return total;
}
