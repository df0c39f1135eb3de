import type { Node, RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import type { StatementContext } from '../exec/context.ts';
import { planStatement, runStatement } from '../exec/run.ts';
import { toParsedQuery, type ParsedQuery } from '../parse/parse.ts';
import type { ResultColumn } from '../types/types.ts';
import type { Value } from '../types/value.ts';
import type { StatementScope } from './statement-scope.ts';

/** Expressions to evaluate over items in memory: the targets of a SELECT from their table. */
export interface ItemExpressions {
  readonly table: TableDef;
  /** The table as the statement refers to it. */
  readonly range: RangeVar;
  readonly targets: readonly Node[];
}

/** Evaluates the expressions over each item; returns one row per item, in the same order. */
export async function evaluateOverItems(
  { table, range, targets }: ItemExpressions,
  items: readonly AttributeMap[],
  { parsed, parameters, context, signal, stats }: StatementScope,
): Promise<readonly (readonly Value[])[]> {
  if (items.length === 0) return [];
  const running = await runStatement(
    buildItemQuery(parsed, range, targets),
    parameters,
    overrideWithItems(context, table, items),
    signal,
    stats,
  );
  try {
    const rows: (readonly Value[])[] = [];
    for await (const batch of running.arrays()) rows.push(...batch);
    return rows;
  } finally {
    await running.close();
  }
}

/** The result columns of the expressions. */
export async function describeOverItems(
  { range, targets }: Pick<ItemExpressions, 'range' | 'targets'>,
  {
    parsed,
    parameters,
    context,
    signal,
  }: Pick<StatementScope, 'parsed' | 'parameters' | 'context' | 'signal'>,
): Promise<readonly ResultColumn[]> {
  return (await planStatement(buildItemQuery(parsed, range, targets), parameters, context, signal)).columns;
}

function buildItemQuery(
  parsed: StatementScope['parsed'],
  range: RangeVar,
  targets: readonly Node[],
): ParsedQuery {
  return toParsedQuery(parsed, {
    targetList: [...targets],
    fromClause: [{ RangeVar: range }],
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  });
}

/** A context in which the statement's table consists of these items; relations in subqueries are read as usual. */
export function overrideWithItems(
  context: StatementContext,
  table: TableDef,
  items: readonly AttributeMap[],
): StatementContext {
  const page: Page = {
    items: Buffer.from(JSON.stringify(items)),
    count: items.length,
    scannedCount: items.length,
    consumed: [],
  };
  return context.derive({
    settings: { ...context.settings, maxRows: -1 },
    overrideRows: (read) => (read.table.name === table.name && isFirst(read.alias) ? page : undefined),
  });
}

function isFirst(alias: string): boolean {
  return alias === 'r0';
}
