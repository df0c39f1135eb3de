import type { PlanSettings, PushdownRule, TableRead } from './table-read.ts';

/** The read after all rules have had their turn, or until nothing is left for them. */
export function applyRules(
  read: TableRead,
  settings: PlanSettings,
  rules: readonly PushdownRule[],
): TableRead {
  let found = read;
  for (const rule of rules) {
    if (isDone(found)) break;
    found = rule.apply(found, settings) ?? found;
  }
  return found;
}

/** One item is the least that can be read. */
function isDone({ access, residual, order }: TableRead): boolean {
  return access.kind === 'GetItem' && residual.length === 0 && order === undefined;
}
