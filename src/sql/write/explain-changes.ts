import type { Node, OnConflictClause, RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { explainPlan } from '../plan/explain.ts';
import { planStatement } from '../exec/run.ts';
import { queryWithin } from '../parse/parse.ts';
import type { InsertKind } from '../parse/insert-kind.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { PlanSettings } from '../plan/table-read.ts';
import { keyQuery } from './matching-keys.ts';
import type { StatementScope } from './source-rows.ts';
import { resolveTarget } from './target-table.ts';

/** The lines of EXPLAIN for a statement that changes the items which WHERE means: how their keys are found, then the write. */
export async function explainChanges(
  operation: 'UpdateItem' | 'DeleteItem' | 'TransactWriteItems',
  range: RangeVar | undefined,
  where: Node | undefined,
  { parsed, parameters, context, signal }: StatementScope,
): Promise<readonly string[]> {
  const verb = operation === 'DeleteItem' ? 'DELETE' : 'UPDATE';
  const table = await resolveTarget(range, verb, parsed, context, signal);
  const plan = await planStatement(keyQuery(parsed, table, range ?? {}, where), parameters, context, signal);
  const [read] = plan.reads;
  const known =
    plan.direct !== undefined && (read?.access.kind === 'GetItem' || read?.access.kind === 'BatchGetItem');
  const moves = operation === 'TransactWriteItems';
  const write = moves
    ? `${operation} ${table.name} (Delete, Put), if the item is unchanged and its new key free`
    : `${operation} ${table.name}, if the item still meets WHERE`;
  if (known && !moves)
    return [
      `${write}: the statement names ${read.access.kind === 'GetItem' ? 'its key' : 'the keys'}, nothing is read first`,
    ];
  return [`${write}, for each key that this finds:`, ...planLines(plan, context.settings)];
}

/** The lines of EXPLAIN for a statement that puts the rows of VALUES or of a query. */
export async function explainInsert(
  table: TableDef,
  verb: InsertKind,
  onConflict: OnConflictClause | undefined,
  rows: Node | undefined,
  { parsed, parameters, context, signal }: StatementScope,
): Promise<readonly string[]> {
  const { writing, settings } = context;
  const select = rows !== undefined && 'SelectStmt' in rows ? rows.SelectStmt : undefined;
  const { valuesLists } = select ?? {};
  const write = putText(table, verb, onConflict, writing.batches);
  if (select === undefined || valuesLists !== undefined)
    return [`${write}: ${valuesLists?.length ?? 0} rows, nothing is read`];
  const plan = await planStatement(queryWithin(parsed, select), parameters, context, signal);
  return [`${write}, for each row of:`, ...planLines(plan, settings)];
}

function putText(
  { name }: TableDef,
  verb: InsertKind,
  onConflict: OnConflictClause | undefined,
  batches: boolean,
): string {
  if (verb === 'upsert') return `UpdateItem ${name}, whether there is an item or not`;
  if (batches && onConflict === undefined) return `BatchWriteItem ${name}, whatever is there`;
  if (verb === 'replace') return `PutItem ${name}, whatever is there`;
  const put = `PutItem ${name}, if its key has no item`;
  return onConflict?.action === 'ONCONFLICT_UPDATE' ? `${put}, else UpdateItem` : put;
}

function planLines(plan: StatementPlan, settings: PlanSettings): readonly string[] {
  return explainPlan(plan, settings)
    .text.split('\n')
    .map((line) => `  ${line}`);
}
