import { keyAttributes } from '../../catalog/table-def.ts';
import type { KeyValue } from '../../dynamo/attribute-value.ts';
import { findEquality } from './key-values.ts';
import type { Condition, PlanSettings, PushdownRule, TableRead } from './table-read.ts';

/** A look-up by the whole key and by nothing else, as it was planned: with other values of the key its plan is the same. */
export interface LookupPlan {
  readonly read: TableRead;
  readonly settings: PlanSettings;
  readonly rules: readonly PushdownRule[];
}

/** What can be kept of a plan for the next call; undefined where it is more than a look-up. */
export function toLookupPlan(
  read: TableRead,
  settings: PlanSettings,
  rules: readonly PushdownRule[],
): LookupPlan | undefined {
  const { access, conditions, filter, residual, table } = read;
  if (access.kind !== 'GetItem' || filter.length + residual.length > 0) return undefined;
  // One condition for each attribute: none is left that could contradict another.
  return conditions.length === keyAttributes(table.key).length ? { read, settings, rules } : undefined;
}

/** The same look-up with the values of these conditions; undefined where one of them can be no key. */
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
