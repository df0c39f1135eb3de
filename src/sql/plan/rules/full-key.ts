import type { Key } from '../../../dynamo/access-path.ts';
import { combinations, equalTo } from '../key-values.ts';
import type { Condition, PushdownRule } from '../table-read.ts';

/** Beyond so many keys, one BatchGetItem after another takes longer than it saves. */
const MAX_KEYS = 1000;

/** Every attribute of the table's key held to values: one GetItem, or BatchGetItem for the combinations. */
export const fullKey: PushdownRule = {
  name: 'full-key',
  apply(read) {
    // An index may hold several entries under one key, and not every item.
    if (read.access.kind !== 'Scan' || read.table.through !== undefined) return undefined;
    const { partition, sort } = read.table.key;
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
        if (keys.length > MAX_KEYS) return undefined;
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
