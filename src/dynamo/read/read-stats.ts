/** What reading has cost so far. Every request adds to it while it runs. */
export interface ReadStats {
  /** HTTP requests answered, retries included. */
  requests: number;
  /** Pages of Scan and Query, answers of GetItem and BatchGetItem. */
  pages: number;
  /** Items that DynamoDB evaluated (ScannedCount): what capacity is charged for. */
  itemsRead: number;
  /** Items that came back. */
  itemsReturned: number;
  /** Read capacity units by `table` or `table.index`, as DynamoDB reported them. */
  readonly capacity: Map<string, number>;
  /** Bytes of the answers' bodies. */
  bytes: number;
  /** Answers that said "slow down". */
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

/** Counts what was counted elsewhere as well. */
export function addStats(into: ReadStats, more: ReadStats): void {
  into.requests += more.requests;
  into.pages += more.pages;
  into.itemsRead += more.itemsRead;
  into.itemsReturned += more.itemsReturned;
  into.bytes += more.bytes;
  into.throttles += more.throttles;
  for (const [place, units] of more.capacity)
    into.capacity.set(place, (into.capacity.get(place) ?? 0) + units);
}

/** All read capacity units together. */
export function totalCapacity(stats: ReadStats): number {
  let total = 0;
  for (const units of stats.capacity.values()) total += units;
  return total;
}
