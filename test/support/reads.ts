import type { TableDef } from '../../src/catalog/table-def.ts';
import type { Comparison, Literal, Predicate } from '../../src/dynamo/expression/predicate.ts';
import { describePredicate } from '../../src/sql/plan/describe-predicate.ts';
import { chooseAccessPath } from '../../src/sql/plan/choose-path.ts';
import type { AccessRule, Condition, PlanSettings, TableRead } from '../../src/sql/plan/table-read.ts';

export const SETTINGS: PlanSettings = { autoDetectIndex: true, consistentReads: false, threads: 4 };

/** Converts a JavaScript value to a DynamoDB literal. */
export function literal(value: string | number | boolean): Literal {
  if (typeof value === 'boolean') return { type: 'BOOL', value };
  return typeof value === 'number' ? { type: 'N', text: String(value) } : { type: 'S', text: value };
}

export function compare(name: string, op: Comparison, value: string | number | boolean): Condition {
  return condition({ kind: 'compare', path: [name], op, value: literal(value) });
}

export function isIn(name: string, ...values: readonly (string | number)[]): Condition {
  return condition({ kind: 'in', path: [name], values: values.map(literal) });
}

export function condition(predicate: Predicate): Condition {
  return { text: describePredicate(predicate), predicate, exact: true };
}

/** A read before planning: a Scan whose conditions are all residual. */
export function scan(
  table: TableDef,
  residual: readonly Condition[],
  more: Partial<TableRead> = {},
): TableRead {
  return {
    alias: 'r0',
    table,
    access: { kind: 'Scan', segments: 1 },
    conditions: residual,
    keyed: [],
    filter: [],
    residual,
    columns: table.columns.filter((column) => column.hidden !== true),
    ...more,
  };
}

/** The read that a single access rule leads to; undefined if the read stays a full Scan. */
export function planWith(
  rule: AccessRule,
  read: TableRead,
  settings: PlanSettings = SETTINGS,
): TableRead | undefined {
  const planned = chooseAccessPath(read, settings, [rule]);
  return planned.access === read.access ? undefined : planned;
}
