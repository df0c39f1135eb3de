import type { KeyAttribute } from '../../catalog/table-def.ts';
import type { KeyValue } from '../../dynamo/attribute-value.ts';
import { equalTo } from '../plan/key-values.ts';
import type { Condition, PlanSettings, PushdownRule, TableRead } from '../plan/table-read.ts';

/** A look-up by the whole key and by nothing else, as it was planned: with other values of the key its plan is the same. */
export interface LookupPlan {
  readonly read: TableRead;
  readonly settings: PlanSettings;
  readonly rules: readonly PushdownRule[];
  readonly held: readonly Held[];
}

/** An attribute of the key, and which of the conditions holds it to its value. */
interface Held {
  readonly attribute: KeyAttribute;
  readonly role: 'partition' | 'sort';
  readonly place: number;
}

/** What can be kept of a plan for the next call; undefined where it is more than a look-up. */
export function lookupPlan(
  read: TableRead,
  settings: PlanSettings,
  rules: readonly PushdownRule[],
): LookupPlan | undefined {
  const { access, conditions, filter, residual, table } = read;
  if (access.kind !== 'GetItem' || filter.length + residual.length > 0) return undefined;
  const heldAs = (role: Held['role']): readonly Held[] =>
    table.key[role].map((attribute) => ({
      attribute,
      role,
      place: conditions.findIndex(
        ({ predicate }) => predicate?.kind === 'compare' && predicate.path[0] === attribute.name,
      ),
    }));
  const held = [...heldAs('partition'), ...heldAs('sort')];
  // One condition for each attribute: none is left that could contradict another.
  return held.length === conditions.length ? { read, settings, rules, held } : undefined;
}

/** The same look-up with the values of these conditions; undefined where one of them can be no key. */
export function lookedUpAgain(
  { read, held }: LookupPlan,
  conditions: readonly Condition[],
  limit: number | undefined,
): TableRead | undefined {
  const key: Record<string, KeyValue> = {};
  for (const { attribute, role, place } of held) {
    const value = equalTo(conditions.slice(place, place + 1), attribute, role)?.values[0];
    if (value === undefined) return undefined;
    key[attribute.name] = value;
  }
  const { limit: _limit, ...rest } = read;
  const again: TableRead = { ...rest, access: { kind: 'GetItem', key }, conditions, keyed: conditions };
  return limit === undefined ? again : { ...again, limit };
}
