import type { Key } from '../../../dynamo/read/access-path.ts';
import { candidateKeys } from '../key-candidates.ts';
import { combineKeys, findEquality } from '../key-values.ts';
import type { Condition, AccessRule, TableRead } from '../table-read.ts';

/** Beyond so many keys, one BatchGetItem after another takes longer than it saves. */
const MAX_KEYS = 100_000;

/** Every attribute of the table's key held to values: one GetItem, or BatchGetItem for the combinations. */
export const fullKey: AccessRule = {
  kind: 'access',
  name: 'full-key',
  propose(read, settings) {
    const { own } = candidateKeys(read, settings);
    // An index may hold several entries under one key, and not every item.
    if (own === undefined || own.index !== undefined) return [];
    const { partition, sort } = own.key;
    let keys: Key[] = [{}];
    const keyed = new Set<Condition>();
    for (const [attributes, role] of [
      [partition, 'partition'],
      [sort, 'sort'],
    ] as const) {
      for (const attribute of attributes) {
        const found = findEquality(read.conditions, attribute, role);
        if (found === undefined) return [];
        keyed.add(found.by);
        keys = combineKeys(keys, attribute.name, found.values);
        if (keys.length > MAX_KEYS) return [];
      }
    }
    const [only] = keys;
    const byKey: TableRead = {
      ...read,
      access:
        only === undefined
          ? { kind: 'Empty' }
          : keys.length === 1
            ? { kind: 'GetItem', key: only }
            : { kind: 'BatchGetItem', keys },
      keyed: [...keyed],
      residual: read.conditions.filter((condition) => !keyed.has(condition)),
    };
    return [{ kind: 'path', read: byKey }];
  },
};
