/** What writing has cost so far. Every request adds to it while it runs. */
export interface WriteStats {
  /** HTTP requests answered, retries included. */
  requests: number;
  /** Items put, updated or deleted. */
  itemsWritten: number;
  /** Writes whose condition did not hold when they arrived. */
  conflicts: number;
  /** Write capacity units by `table` or `table.index`, as DynamoDB reported them. */
  readonly capacity: Map<string, number>;
  /** Bytes of the answers' bodies. */
  bytes: number;
  /** Answers that said "slow down". */
  throttles: number;
}

export function newWriteStats(): WriteStats {
  return { requests: 0, itemsWritten: 0, conflicts: 0, capacity: new Map(), bytes: 0, throttles: 0 };
}

/** All write capacity units together. */
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

/** Adds what an answer says it consumed: one entry, or a list of them. */
export function countWritten(
  stats: WriteStats,
  consumed: ConsumedCapacity | readonly ConsumedCapacity[],
): void {
  for (const entry of [consumed].flat()) {
    const { TableName: table = '', CapacityUnits: all, Table, ...indexes } = entry;
    const parts = [
      ...Object.entries(indexes.LocalSecondaryIndexes ?? {}),
      ...Object.entries(indexes.GlobalSecondaryIndexes ?? {}),
    ];
    add(stats, table, Table?.CapacityUnits ?? all);
    if (Table !== undefined)
      for (const [index, part] of parts) add(stats, `${table}.${index}`, part.CapacityUnits);
  }
}

function add({ capacity }: WriteStats, name: string, units = 0): void {
  if (units > 0) capacity.set(name, (capacity.get(name) ?? 0) + units);
}
