import type { InsertStmt, SelectStmt } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { inParallel } from '../../core/async/parallel.ts';
import { createKeyedQueue, type Ticket } from '../../core/async/keyed-queue.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import type { BatchedWrite } from '../../dynamo/write/writer.ts';
import { newWriteStats, type WriteStats } from '../../dynamo/write/write-stats.ts';
import type { Command, CommandResult } from '../exec/command.ts';
import type { ParsedCommand, ParsedText } from '../parse/parse.ts';
import { namedTarget, writeTarget, type WriteTarget } from './destination.ts';
import { explainInsert } from './explain-changes.ts';
import { keyOf, placesOf } from './item-of.ts';
import { newAttributes, tellNewAttributes } from './new-attributes.ts';
import { newItems } from './new-items.ts';
import { conflictOf, putItem, type OnConflict } from './put-item.ts';
import { returningColumns, withPartialResult, writtenResult } from './returning.ts';
import { sourceRows, type StatementScope } from './source-rows.ts';
import { unitsOfItem, writeGate } from './write-gate.ts';
import { aliasOf, resolveTarget } from './target-table.ts';

/**
 * INSERT puts new items: each only where its key has none yet. REPLACE puts its items whatever is there, UPSERT sets their
 * attributes.
 */
export const insert: Command = {
  nodes: ['InsertStmt'],
  transactional: () => 'writes',
  async run(parsed, parameters, context, signal) {
    const statement = insertOf(parsed);
    const verb = parsed.putVerb.toUpperCase();
    const table = await resolveTarget(statement.relation, verb, parsed, context, signal);
    const reading: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    const targets = targetsOf(statement, table, parsed);
    const { onConflictClause, relation } = statement;
    const onConflict = conflictOf(
      parsed.putVerb,
      onConflictClause,
      targets,
      table,
      aliasOf(relation),
      reading,
    );
    const added = newAttributes(statement, table, parsed);
    return insertInto(statement, { table, targets, onConflict, added }, reading);
  },
  columns: (parsed, context, signal) => returningColumns(insertOf(parsed), parsed, context, signal),
  async explain(parsed, parameters, context, signal) {
    const { relation, selectStmt, onConflictClause } = insertOf(parsed);
    const table = await resolveTarget(relation, parsed.putVerb.toUpperCase(), parsed, context, signal);
    const reading: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    return explainInsert(table, parsed.putVerb, onConflictClause, selectStmt, reading);
  },
};

function insertOf({ node, refusal }: ParsedCommand): InsertStmt {
  if (!('InsertStmt' in node)) throw refusal();
  return node.InsertStmt;
}

interface Into {
  readonly table: TableDef;
  readonly targets: readonly WriteTarget[];
  readonly onConflict: OnConflict;
  readonly added: readonly string[];
}

async function insertInto(
  statement: InsertStmt,
  into: Into,
  reading: StatementScope,
): Promise<CommandResult> {
  const { table, targets, onConflict, added } = into;
  const { settings, writing } = reading.context;
  const returning = statement.returningClause?.exprs;
  const writes = newWriteStats();
  const rows = statement.selectStmt;
  if (rows === undefined || !('SelectStmt' in rows))
    throw new DriverError('SQL_NOT_NULL', 'INSERT … DEFAULT VALUES: an item needs its key.');
  const source = await sourceRows(selectOf(statement, rows.SelectStmt), withAllRows(reading));
  tellNewAttributes(added, table, reading.context);
  const rowsOf = newItems({ source, targets, table, mayBeShorter: statement.cols === undefined });
  const images: (AttributeMap | undefined)[] = [];
  const keep = (at: number, image: AttributeMap | undefined): void => {
    if (returning !== undefined) images[at] = image;
  };
  const isBlind = onConflict.kind === 'error' || onConflict.kind === 'replace';
  try {
    if (writing.batches && isBlind && writing.transaction === undefined)
      await putBatches(rowsOf, keep, table, reading, writes);
    else
      await inParallel(inTurn(rowsOf, table), settings.threads, async ({ at, item, turn }) => {
        try {
          await turn.ready;
          keep(at, await putItem(item, onConflict, table, reading, writes, returning !== undefined));
        } finally {
          turn.release();
        }
      });
  } catch (error) {
    throw withPartialResult(error, writes, 'inserted');
  }
  const range = statement.relation ?? {};
  const items = images.filter((image) => image !== undefined);
  return writtenResult(
    'INSERT',
    { table, range, added, returning, items, writes, reads: source.reads },
    reading,
  );
}

/** What WITH before INSERT defines is meant for its query. */
function selectOf({ withClause }: InsertStmt, select: SelectStmt): SelectStmt {
  if (withClause === undefined) return select;
  const { ctes = [] } = withClause;
  return {
    ...select,
    withClause: { ...withClause, ctes: [...ctes, ...(select.withClause?.ctes ?? [])] },
  };
}

function withAllRows(reading: StatementScope): StatementScope {
  return { ...reading, context: { ...reading.context, maxRows: -1 } };
}

function targetsOf(statement: InsertStmt, table: TableDef, parsed: ParsedText): readonly WriteTarget[] {
  const { cols } = statement;
  const targets =
    cols === undefined
      ? table.columns
          .filter((column) => column.hidden !== true)
          .map((column) => writeTarget(table, { name: column.name, steps: [], location: 0 }, parsed))
      : cols.map((node) => writeTarget(table, namedTarget(node, 'INSERT'), parsed));
  placesOf(targets);
  return targets;
}

/** Items and their places among all, from 0. Those with one key are written in the order of the statement. */
async function* inTurn(
  rowsOf: AsyncIterable<readonly AttributeMap[]>,
  table: TableDef,
): AsyncGenerator<{ readonly at: number; readonly item: AttributeMap; readonly turn: Ticket }> {
  const takeTurn = createKeyedQueue();
  let at = 0;
  for await (const items of rowsOf)
    for (const item of items) yield { at: at++, item, turn: takeTurn([keyIdentity(keyOf(item, table))]) };
}

/** Puts the items 25 to a request, whatever is there. */
async function putBatches(
  rowsOf: AsyncIterable<readonly AttributeMap[]>,
  keep: (at: number, image: AttributeMap) => void,
  table: TableDef,
  { context, signal }: StatementScope,
  writes: WriteStats,
): Promise<void> {
  const { client, settings, writing } = context;
  const gate = writeGate(writes, writing.maxWcu);
  async function* puts(): AsyncGenerator<readonly BatchedWrite[]> {
    let before = 0;
    for await (const items of rowsOf) {
      for (const [i, item] of items.entries()) keep(before + i, item);
      before += items.length;
      yield items.map((item) => ({ kind: 'put', item }));
    }
  }
  await client.writeBatches(table.name, puts(), {
    concurrency: settings.threads,
    key: table.key,
    stats: writes,
    signal,
    around: (batch, send) => gate.pass(unitsOfBatch(batch, table, writing.maxWcu), send),
  });
}

function unitsOfBatch(batch: readonly BatchedWrite[], table: TableDef, maxWcu: number | undefined): number {
  // Nobody asks then, and measuring takes time.
  if (maxWcu === undefined) return 0;
  return batch.reduce((sum, write) => sum + (write.kind === 'put' ? unitsOfItem(write.item, table) : 1), 0);
}
