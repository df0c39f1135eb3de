import type { Node, RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import type { ExecutionContext } from '../exec/context.ts';
import { planStatement, runStatement } from '../exec/run.ts';
import { queryWithin, type ParsedQuery } from '../parse/parse.ts';
import type { ResultColumn } from '../plan/planner.ts';
import type { Value } from '../types/value.ts';
import type { StatementScope } from './source-rows.ts';

/** Expressions over items that are at hand: the list of a SELECT over their table. */
export interface OverItems {
  readonly table: TableDef;
  /** The table as the statement names it. */
  readonly range: RangeVar;
  readonly targets: readonly Node[];
}

/** The rows that the expressions give, one for each item, in the items' order. */
export async function evaluateOver(
  { table, range, targets }: OverItems,
  items: readonly AttributeMap[],
  { parsed, parameters, context, signal, stats }: StatementScope,
): Promise<readonly (readonly Value[])[]> {
  if (items.length === 0) return [];
  const running = await runStatement(
    queryOver(parsed, range, targets),
    parameters,
    withItems(context, table, items),
    signal,
    stats,
  );
  try {
    const rows: (readonly Value[])[] = [];
    for await (const some of running.arrays()) rows.push(...some);
    return rows;
  } finally {
    await running.close();
  }
}

/** The columns that the expressions have. */
export async function columnsOver(
  { range, targets }: Pick<OverItems, 'range' | 'targets'>,
  {
    parsed,
    parameters,
    context,
    signal,
  }: Pick<StatementScope, 'parsed' | 'parameters' | 'context' | 'signal'>,
): Promise<readonly ResultColumn[]> {
  return (await planStatement(queryOver(parsed, range, targets), parameters, context, signal)).columns;
}

function queryOver(parsed: StatementScope['parsed'], range: RangeVar, targets: readonly Node[]): ParsedQuery {
  return queryWithin(parsed, {
    targetList: [...targets],
    fromClause: [{ RangeVar: range }],
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  });
}

/** The statement's first relation is the table itself; others, in subqueries, are read as ever. */
export function withItems(
  context: ExecutionContext,
  table: TableDef,
  items: readonly AttributeMap[],
): ExecutionContext {
  const page: Page = {
    items: Buffer.from(JSON.stringify(items)),
    count: items.length,
    scannedCount: items.length,
    consumed: [],
  };
  return {
    ...context,
    maxRows: -1,
    given: (read) => (read.table.name === table.name && isFirst(read.alias) ? page : undefined),
  };
}

function isFirst(alias: string): boolean {
  return alias === 'r0';
}
