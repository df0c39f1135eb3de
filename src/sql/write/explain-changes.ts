import type { Node, RangeVar } from 'libpg-query';
import { explainPlan } from '../explain.ts';
import { planStatement } from '../exec/run.ts';
import { keyQuery } from './matching-keys.ts';
import type { Reading } from './source-rows.ts';
import { writtenTable } from './written-table.ts';

/** The lines of EXPLAIN for a statement that changes the items which WHERE means: how their keys are found, then the write. */
export async function explainChanges(
  operation: 'UpdateItem' | 'DeleteItem',
  range: RangeVar | undefined,
  where: Node | undefined,
  { parsed, parameters, context, signal }: Reading,
): Promise<readonly string[]> {
  const verb = operation === 'UpdateItem' ? 'UPDATE' : 'DELETE';
  const table = await writtenTable(range, verb, parsed, context, signal);
  const plan = await planStatement(keyQuery(parsed, table, range ?? {}, where), parameters, context, signal);
  const [read] = plan.reads;
  const known =
    plan.direct !== undefined && (read?.access.kind === 'GetItem' || read?.access.kind === 'BatchGetItem');
  const write = `${operation} ${table.name}, if the item still meets WHERE`;
  if (known)
    return [
      `${write}: the statement names ${read.access.kind === 'GetItem' ? 'its key' : 'the keys'}, nothing is read first`,
    ];
  return [
    `${write}, for each key that this finds:`,
    ...explainPlan(plan, context.settings.consistentReads)
      .text.split('\n')
      .map((line) => `  ${line}`),
  ];
}
