import type { TableDef } from '../../../catalog/table-def.ts';
import type { Key } from '../../../dynamo/access-path.ts';
import { getItemUnits, readUnits } from '../../../dynamo/capacity.ts';
import { combinations, equalTo } from '../key-values.ts';
import type { Condition, PushdownRule } from '../table-read.ts';

/** So many keys are always few. */
const FEW_KEYS = 1000;
/** Beyond so many keys, one BatchGetItem after another takes longer than it saves. */
const MOST_KEYS = 100_000;

/** Every attribute of the table's key held to values: one GetItem, or BatchGetItem for the combinations. */
export const fullKey: PushdownRule = {
  name: 'full-key',
  apply(read) {
    // An index may hold several entries under one key, and not every item.
    if (read.access.kind !== 'Scan' || read.table.through !== undefined) return undefined;
    const { partition, sort } = read.table.key;
    const mostKeys = keysForAScan(read.table);
    let keys: Key[] = [{}];
    const keyed = new Set<Condition>();
    for (const [attributes, role] of [
      [partition, 'partition'],
      [sort, 'sort'],
    ] as const) {
      for (const attribute of attributes) {
        const found = equalTo(read.residual, attribute, role);
        if (found === undefined) return undefined;
        keyed.add(found.by);
        keys = combinations(keys, attribute.name, found.values);
        if (keys.length > mostKeys) return undefined;
      }
    }
    const [only] = keys;
    return {
      ...read,
      access:
        only === undefined
          ? { kind: 'Empty' }
          : keys.length === 1
            ? { kind: 'GetItem', key: only }
            : { kind: 'BatchGetItem', keys },
      keyed: [...keyed],
      residual: read.residual.filter((condition) => !keyed.has(condition)),
    };
  },
};

/** How many items, each read by its key, cost as much as the whole table. */
function keysForAScan({ sizeBytes, itemCount }: TableDef): number {
  const itemBytes = itemCount > 0 ? sizeBytes / itemCount : 0;
  const many = Math.floor(readUnits(sizeBytes, false) / getItemUnits(itemBytes, false));
  return Math.min(MOST_KEYS, Math.max(FEW_KEYS, many));
}
