import type { InsertStmt, Node, SelectStmt } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { inParallel } from '../../core/async/parallel.ts';
import { createKeyedQueue, type Ticket } from '../../core/async/keyed-mutex.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import type { BatchedWrite } from '../../dynamo/write/writer.ts';
import { newWriteStats, type WriteStats } from '../../dynamo/write/write-stats.ts';
import type { Command } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { visitNodes } from '../parse/tree.ts';
import { resolveInsertTargets } from './insert-targets.ts';
import type { WriteTarget } from './write-target.ts';
import { explainInsert } from './explain-changes.ts';
import type { ItemImage } from './item-image.ts';
import { extractKey } from './item-key.ts';
import { notNullError } from './to-attribute.ts';
import { findNewAttributes, noticeNewAttributes } from './new-attributes.ts';
import { buildNewItems } from './new-items.ts';
import { resolveOnConflict, putItem, type OnConflict } from './put-item.ts';
import { recordBatch } from './record-write.ts';
import { checkReturning, type PerformedWrite, withPartialResult } from './returning.ts';
import { needsOldImage, readReturning } from './returning-list.ts';
import { readSourceRows } from './source-rows.ts';
import type { StatementScope } from './statement-scope.ts';
import { writeCommand } from './write-command.ts';
import { insertWholeItems } from './whole-items.ts';
import { estimatePutUnits, getWriteBudget } from './write-budget.ts';
import { resolveAlias, resolveTarget } from './target-table.ts';

/**
 * INSERT puts new items and fails on an existing key. REPLACE replaces existing items, UPSERT sets attributes of existing or
 * new items.
 */
export const insert = writeCommand({
  nodes: ['InsertStmt'],
  perform: performInsert,
  getReturningParts(parsed) {
    const { relation, returningClause, cols, onConflictClause, withClause } = asInsert(parsed);
    return {
      ...(relation && { relation }),
      ...(returningClause && { returningClause }),
      ...(cols && { cols }),
      ...(onConflictClause && { onConflictClause }),
      withClause,
    };
  },
  async explain(parsed, parameters, context, signal) {
    const { relation } = asInsert(parsed);
    const table = await resolveTarget(relation, parsed.insertKind.toUpperCase(), parsed, context, signal);
    const statement = await insertWholeItems(asInsert(parsed), table, context.catalog, signal);
    const { selectStmt: rows, onConflictClause } = statement;
    const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    const targets = resolveInsertTargets(statement.cols, table, parsed);
    resolveOnConflict(
      parsed.insertKind,
      onConflictClause,
      targets,
      table,
      resolveAlias(statement.relation),
      scope,
    );
    const select =
      rows !== undefined && 'SelectStmt' in rows ? withInsertCtes(statement, rows.SelectStmt) : undefined;
    if (select?.valuesLists !== undefined && !hasSubquery(select.valuesLists)) {
      // Nothing is read, so that the items can be checked.
      const mayBeShorter = statement.cols === undefined;
      const source = await readSourceRows(select, scope);
      const items = buildNewItems({ source, targets, table, mayBeShorter });
      while ((await items.next()).done !== true);
    }
    return explainInsert(table, parsed.insertKind, onConflictClause, select, scope);
  },
});

/** Inserts the rows. */
async function performInsert(
  ...[parsed, parameters, context, signal]: Parameters<Command['run']>
): Promise<PerformedWrite> {
  const verb = parsed.insertKind.toUpperCase();
  const table = await resolveTarget(asInsert(parsed).relation, verb, parsed, context, signal);
  const statement = await insertWholeItems(asInsert(parsed), table, context.catalog, signal);
  const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
  const targets = resolveInsertTargets(statement.cols, table, parsed);
  const { onConflictClause, relation } = statement;
  const onConflict = resolveOnConflict(
    parsed.insertKind,
    onConflictClause,
    targets,
    table,
    resolveAlias(relation),
    scope,
  );
  const added = findNewAttributes(statement, table, parsed);
  return insertInto(statement, { table, targets, onConflict, added }, scope);
}

function hasSubquery(nodes: readonly Node[]): boolean {
  let found = false;
  visitNodes(nodes, (node) => {
    found ||= 'SubLink' in node;
  });
  return found;
}

function asInsert({ node, unsupported }: ParsedCommand): InsertStmt {
  if (!('InsertStmt' in node)) throw unsupported();
  return node.InsertStmt;
}

interface InsertTarget {
  readonly table: TableDef;
  readonly targets: readonly WriteTarget[];
  readonly onConflict: OnConflict;
  readonly added: readonly string[];
}

async function insertInto(
  statement: InsertStmt,
  into: InsertTarget,
  scope: StatementScope,
): Promise<PerformedWrite> {
  const { table, targets, onConflict, added } = into;
  const { settings, session, buffer } = scope.context;
  const returning = readReturning(statement.returningClause, statement.relation, {
    withClause: statement.withClause,
  });
  const needed = returning === undefined ? 'NONE' : needsOldImage(returning) ? 'BOTH' : 'ALL_NEW';
  const writes = newWriteStats();
  const rows = statement.selectStmt;
  if (rows === undefined || !('SelectStmt' in rows))
    throw notNullError(table.key.partition[0]?.name ?? '', table.name);
  const range = statement.relation ?? {};
  await checkReturning(returning, { table, range, added }, scope);
  const source = await readSourceRows(withInsertCtes(statement, rows.SelectStmt), withoutRowLimit(scope));
  noticeNewAttributes(added, table, scope.context);
  const newItems = buildNewItems({ source, targets, table, mayBeShorter: statement.cols === undefined });
  const images: (ItemImage | undefined)[] = [];
  const keep = (at: number, image: ItemImage | undefined): void => {
    if (returning !== undefined) images[at] = image;
  };
  const isBlind = onConflict.kind === 'error' || onConflict.kind === 'replace';
  try {
    if (session.batchWrites && isBlind && buffer === undefined)
      await putBatches(newItems, keep, table, scope, writes);
    else
      await inParallel(queueByKey(newItems, table), settings.threads, async ({ at, item, ticket }) => {
        try {
          await ticket.ready;
          keep(at, await putItem(item, onConflict, table, scope, writes, needed));
        } finally {
          ticket.release();
        }
      });
  } catch (error) {
    throw withPartialResult(error, writes, 'inserted');
  }
  return {
    tag: 'INSERT',
    table,
    range,
    added,
    returning,
    images: images.filter((image) => image !== undefined),
    writes,
    reads: source.reads,
    scope,
  };
}

/** The query with the CTEs of a WITH before INSERT. */
function withInsertCtes({ withClause }: InsertStmt, select: SelectStmt): SelectStmt {
  if (withClause === undefined) return select;
  const { ctes = [] } = withClause;
  return {
    ...select,
    withClause: { ...withClause, ctes: [...ctes, ...(select.withClause?.ctes ?? [])] },
  };
}

function withoutRowLimit(scope: StatementScope): StatementScope {
  return { ...scope, context: scope.context.withSettings({ maxRows: -1 }) };
}

/** Items with their positions from 0. Items with the same key are written in the order of the statement. */
async function* queueByKey(
  newItems: AsyncIterable<readonly AttributeMap[]>,
  table: TableDef,
): AsyncGenerator<{ readonly at: number; readonly item: AttributeMap; readonly ticket: Ticket }> {
  const takeTicket = createKeyedQueue();
  let at = 0;
  for await (const items of newItems)
    for (const item of items)
      yield { at: at++, item, ticket: takeTicket([keyIdentity(extractKey(item, table))]) };
}

/** Puts the items in batches of 25, replacing existing ones. */
async function putBatches(
  newItems: AsyncIterable<readonly AttributeMap[]>,
  keep: (at: number, image: ItemImage) => void,
  table: TableDef,
  { context, signal }: StatementScope,
  writes: WriteStats,
): Promise<void> {
  const { settings, session } = context;
  const budget = getWriteBudget(writes, settings.maxWcu);
  async function* puts(): AsyncGenerator<readonly BatchedWrite[]> {
    let before = 0;
    for await (const items of newItems) {
      for (const [i, item] of items.entries()) keep(before + i, { item, new: item });
      before += items.length;
      yield items.map((item) => ({ kind: 'put', item }));
    }
  }
  await session.database.client.writeBatches(table.name, puts(), {
    concurrency: settings.threads,
    key: table.key,
    stats: writes,
    signal,
    intercept: async (batch, send) => {
      const sent = await budget.spend(estimateBatchUnits(batch, table, settings.maxWcu), send);
      recordBatch(batch, table, context);
      return sent;
    },
  });
}

function estimateBatchUnits(
  batch: readonly BatchedWrite[],
  table: TableDef,
  maxWcu: number | undefined,
): number {
  // Without a limit the estimate is not needed, and computing it takes time.
  if (maxWcu === undefined) return 0;
  return batch.reduce(
    (sum, write) => sum + (write.kind === 'put' ? estimatePutUnits(write.item, table) : 1),
    0,
  );
}
