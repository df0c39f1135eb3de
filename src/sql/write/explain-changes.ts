import type { Node, OnConflictClause, RangeVar, SelectStmt } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { explainPlan } from '../plan/explain.ts';
import { planStatement } from '../exec/run.ts';
import { toParsedQuery } from '../parse/parse.ts';
import type { InsertKind } from '../parse/insert-kind.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { PlanSettings } from '../plan/table-read.ts';
import { buildKeyQuery } from './matching-keys.ts';
import type { StatementScope } from './statement-scope.ts';
import { resolveTarget } from './target-table.ts';

/** EXPLAIN's lines for UPDATE and DELETE: the write, then the plan that finds the keys. */
export async function explainChanges(
  operation: 'UpdateItem' | 'DeleteItem' | 'TransactWriteItems',
  range: RangeVar | undefined,
  where: Node | undefined,
  { parsed, parameters, context, signal }: StatementScope,
): Promise<readonly string[]> {
  const verb = operation === 'DeleteItem' ? 'DELETE' : 'UPDATE';
  const table = await resolveTarget(range, verb, parsed, context, signal);
  const plan = await planStatement(
    buildKeyQuery(parsed, table, range ?? {}, where),
    parameters,
    context,
    signal,
  );
  const [read] = plan.reads;
  const known =
    plan.direct !== undefined && (read?.access.kind === 'GetItem' || read?.access.kind === 'BatchGetItem');
  const moves = operation === 'TransactWriteItems';
  const write = moves
    ? `${operation} ${table.name} (Delete, Put), if the item is unchanged and its new key is free`
    : `${operation} ${table.name}, if the item still matches WHERE`;
  if (known && !moves)
    return [
      `${write}: ${read.access.kind === 'GetItem' ? 'the key is' : 'the keys are'} in the statement, nothing is read first`,
    ];
  return [`${write}, for each key returned by:`, ...explainLines(plan, context.settings)];
}

/** EXPLAIN's lines for a statement whose rows come from a join: UPDATE FROM, DELETE USING, MERGE. */
export async function explainJoinedChanges(
  operations: string,
  table: TableDef,
  select: SelectStmt,
  { parsed, parameters, context, signal }: StatementScope,
): Promise<readonly string[]> {
  const plan = await planStatement(toParsedQuery(parsed, select), parameters, context, signal);
  return [
    `${operations} ${table.name}, if what the statement depends on is unchanged, for each item of:`,
    ...explainLines(plan, context.settings),
  ];
}

/** EXPLAIN's lines for INSERT, REPLACE and UPSERT. */
export async function explainInsert(
  table: TableDef,
  verb: InsertKind,
  onConflict: OnConflictClause | undefined,
  select: SelectStmt | undefined,
  { parsed, parameters, context, signal }: StatementScope,
): Promise<readonly string[]> {
  const { session, settings } = context;
  const { valuesLists } = select ?? {};
  const write = describePut(table, verb, onConflict, session.batchWrites);
  if (select === undefined || valuesLists !== undefined)
    return [`${write}: ${formatRowCount(valuesLists?.length ?? 0)}, nothing is read`];
  const plan = await planStatement(toParsedQuery(parsed, select), parameters, context, signal);
  return [`${write}, for each row of:`, ...explainLines(plan, settings)];
}

function describePut(
  { name }: TableDef,
  verb: InsertKind,
  onConflict: OnConflictClause | undefined,
  batches: boolean,
): string {
  if (verb === 'upsert') return `UpdateItem ${name}, whether or not the item exists`;
  if (batches && onConflict === undefined) return `BatchWriteItem ${name}, replacing existing items`;
  if (verb === 'replace') return `PutItem ${name}, replacing an existing item`;
  const put = `PutItem ${name}, if no item with its key exists`;
  return onConflict?.action === 'ONCONFLICT_UPDATE' ? `${put}, else UpdateItem` : put;
}

function formatRowCount(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

function explainLines(plan: StatementPlan, settings: PlanSettings): readonly string[] {
  return explainPlan(plan, settings)
    .text.split('\n')
    .map((line) => `  ${line}`);
}
