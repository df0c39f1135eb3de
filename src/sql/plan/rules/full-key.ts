import type { Key } from '../../../dynamo/read/access-path.ts';
import { candidateKeys } from '../key-candidates.ts';
import { combineKeys, findEquality } from '../key-values.ts';
import type { Condition, AccessRule, TableRead } from '../table-read.ts';

/** With more keys, the sequence of BatchGetItem requests takes longer than it saves. */
const MAX_KEYS = 100_000;

/** All attributes of the table's key are fixed to values: one GetItem, or a BatchGetItem of the combinations. */
export const fullKey: AccessRule = {
  kind: 'access',
  name: 'full-key',
  propose(read, settings) {
    const { own } = candidateKeys(read, settings);
    // An index may have several entries with the same key, and may lack items.
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
