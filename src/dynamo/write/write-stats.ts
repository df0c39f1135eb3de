/** The cost of writing so far, to which each request adds. */
export interface WriteStats {
  /** HTTP responses, including those to retries. */
  requests: number;
  /** Items put, updated or deleted. */
  itemsWritten: number;
  /** Writes whose conditions did not hold. */
  conflicts: number;
  /** Write capacity units by `table` or `table.index`, as DynamoDB reported them. */
  readonly capacity: Map<string, number>;
  /** Bytes of response bodies. */
  bytes: number;
  /** Throttled attempts. */
  throttles: number;
}

export function newWriteStats(): WriteStats {
  return { requests: 0, itemsWritten: 0, conflicts: 0, capacity: new Map(), bytes: 0, throttles: 0 };
}

/** Adds other statistics. */
export function addWriteStats(into: WriteStats, more: WriteStats): void {
  into.requests += more.requests;
  into.itemsWritten += more.itemsWritten;
  into.conflicts += more.conflicts;
  into.bytes += more.bytes;
  into.throttles += more.throttles;
  for (const [name, units] of more.capacity) add(into, name, units);
}

/** The total of write capacity units. */
export function totalWritten(stats: WriteStats): number {
  let total = 0;
  for (const units of stats.capacity.values()) total += units;
  return total;
}

interface ConsumedCapacity {
  readonly TableName?: string;
  readonly CapacityUnits?: number;
  readonly Table?: { readonly CapacityUnits?: number };
  readonly LocalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits?: number }>>;
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits?: number }>>;
}

/** Adds the ConsumedCapacity of a response, which is one entry or a list. */
export function countWritten(
  stats: WriteStats,
  consumed: ConsumedCapacity | readonly ConsumedCapacity[],
): void {
  for (const entry of [consumed].flat()) {
    const { TableName: table = '', CapacityUnits: total, Table, ...indexes } = entry;
    const parts = [
      ...Object.entries(indexes.LocalSecondaryIndexes ?? {}),
      ...Object.entries(indexes.GlobalSecondaryIndexes ?? {}),
    ];
    add(stats, table, Table?.CapacityUnits ?? total);
    if (Table !== undefined)
      for (const [index, part] of parts) add(stats, `${table}.${index}`, part.CapacityUnits);
  }
}

function add({ capacity }: WriteStats, name: string, units = 0): void {
  if (units > 0) capacity.set(name, (capacity.get(name) ?? 0) + units);
}
