import type { PlanSettings, PushdownRule, TableRead } from './table-read.ts';

/** The read after all rules have had their turn. */
export function applyRules(
  read: TableRead,
  settings: PlanSettings,
  rules: readonly PushdownRule[],
): TableRead {
  return rules.reduce((sofar, rule) => rule.apply(sofar, settings) ?? sofar, read);
}
