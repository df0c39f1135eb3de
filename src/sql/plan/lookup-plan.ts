import { keyAttributes } from '../../catalog/table-def.ts';
import type { KeyValue } from '../../dynamo/attribute-value.ts';
import { findEquality } from './key-values.ts';
import type { Condition, PlanSettings, PushdownRule, TableRead } from './table-read.ts';

/** The plan of a lookup by exactly the full key. It is reused for other values of the key. */
export interface LookupPlan {
  readonly read: TableRead;
  readonly settings: PlanSettings;
  readonly rules: readonly PushdownRule[];
}

/** Keeps the plan of a lookup for reuse; undefined if the read is more than a lookup. */
export function toLookupPlan(
  read: TableRead,
  settings: PlanSettings,
  rules: readonly PushdownRule[],
): LookupPlan | undefined {
  const { access, conditions, filter, residual, table } = read;
  if (access.kind !== 'GetItem' || filter.length + residual.length > 0) return undefined;
  // With one condition per key attribute, no two conditions can contradict each other.
  return conditions.length === keyAttributes(table.key).length ? { read, settings, rules } : undefined;
}

/** Repeats a lookup with the values of these conditions; undefined if one of them is not a valid key. */
export function repeatLookup(
  { read }: LookupPlan,
  conditions: readonly Condition[],
  limit: number | undefined,
): TableRead | undefined {
  const key: Record<string, KeyValue> = {};
  for (const role of ['partition', 'sort'] as const) {
    for (const attribute of read.table.key[role]) {
      const value = findEquality(conditions, attribute, role)?.values[0];
      if (value === undefined) return undefined;
      key[attribute.name] = value;
    }
  }
  const { limit: _limit, ...rest } = read;
  const again: TableRead = { ...rest, access: { kind: 'GetItem', key }, conditions, keyed: conditions };
  return limit === undefined ? again : { ...again, limit };
}
