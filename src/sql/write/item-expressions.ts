import type { Node, RangeVar, WithClause } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import type { StatementContext } from '../exec/context.ts';
import { withMemoryTables } from '../exec/memory-tables.ts';
import { planStatement, runStatement } from '../exec/run.ts';
import { toParsedQuery, type ParsedQuery } from '../parse/parse.ts';
import type { ResultColumn } from '../types/types.ts';
import type { Value } from '../types/value.ts';
import { keepsOrder, numberItems, toNumberedTargets, withNumberColumns } from './numbered-items.ts';
import type { StatementScope } from './statement-scope.ts';
import { resolveAlias } from './target-table.ts';

/** Expressions to evaluate over items in memory: the targets of a SELECT from their table. */
export interface ItemExpressions {
  readonly table: TableDef;
  /** The table as the statement refers to it. */
  readonly range: RangeVar;
  readonly targets: readonly Node[];
  /** The WITH of the statement, whose CTEs subqueries may refer to. */
  readonly withClause?: WithClause | undefined;
}

/** Evaluates the expressions over each item; returns one row per item, in the same order. */
export async function evaluateOverItems(
  expressions: ItemExpressions,
  items: readonly AttributeMap[],
  scope: StatementScope,
): Promise<readonly (readonly Value[])[]> {
  if (items.length === 0) return [];
  const { table, range, targets } = expressions;
  if (keepsOrder(targets)) return evaluate(expressions, items, scope);
  const catalog = withNumberColumns(scope.context.catalog, table.name);
  const rows = await evaluate(
    { ...expressions, targets: toNumberedTargets(targets, resolveAlias(range)) },
    numberItems(items, targets),
    { ...scope, context: scope.context.derive({ catalog }) },
  );
  return rows.toSorted((a, b) => Number(a.at(-1)) - Number(b.at(-1))).map((row) => row.slice(0, -1));
}

/** The rows in any order. */
async function evaluate(
  { table, range, targets, withClause }: ItemExpressions,
  items: readonly AttributeMap[],
  { parsed, parameters, context, signal, stats }: StatementScope,
): Promise<readonly (readonly Value[])[]> {
  // A CTE may read the same table, so that the items need a name of their own.
  const memory = withClause && (await nameItems(context, table, items, range, signal));
  const running = await runStatement(
    buildItemQuery(parsed, memory?.range ?? range, targets, withClause),
    parameters,
    memory?.context ?? overrideWithItems(context, table, items),
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

/** A context with a table of the items, and the relation to name it in place of `range`. */
async function nameItems(
  context: StatementContext,
  table: TableDef,
  items: readonly AttributeMap[],
  range: RangeVar,
  signal: AbortSignal,
): Promise<{ readonly context: StatementContext; readonly range: RangeVar }> {
  const known = await context.catalog.table(table.name, signal);
  return {
    context: withMemoryTables(context, [{ name: ITEMS, table: known, items }]).withSettings({ maxRows: -1 }),
    range: { relname: ITEMS, inh: true, alias: { aliasname: resolveAlias(range) } },
  };
}

const ITEMS = '$items';

/** The result columns of the expressions. */
export async function describeOverItems(
  { range, targets, withClause }: Omit<ItemExpressions, 'table'>,
  {
    parsed,
    parameters,
    context,
    signal,
  }: Pick<StatementScope, 'parsed' | 'parameters' | 'context' | 'signal'>,
): Promise<readonly ResultColumn[]> {
  return (
    await planStatement(buildItemQuery(parsed, range, targets, withClause), parameters, context, signal)
  ).columns;
}

/** Throws where expressions over items of a table cannot be evaluated. */
export async function checkOverItems(
  range: RangeVar,
  expressions: readonly Node[],
  scope: Omit<StatementScope, 'stats'>,
): Promise<void> {
  if (expressions.length === 0) return;
  const targets = expressions.map((val, i): Node => ({ ResTarget: { name: `c${i}`, val } }));
  await describeOverItems({ range, targets }, scope);
}

function buildItemQuery(
  parsed: StatementScope['parsed'],
  range: RangeVar,
  targets: readonly Node[],
  withClause: WithClause | undefined,
): ParsedQuery {
  return toParsedQuery(parsed, {
    ...(withClause && { withClause }),
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
    overrideRows: (read) =>
      read.table.name === table.name && isFirst(read.alias) ? page : context.overrideRows?.(read),
  });
}

function isFirst(alias: string): boolean {
  return alias === 'r0';
}
