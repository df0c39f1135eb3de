import type { InsertStmt, Node, OnConflictClause } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { inParallel } from '../../core/in-parallel.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { newReadStats } from '../../dynamo/read-stats.ts';
import { newWriteStats, type WriteStats } from '../../dynamo/write-stats.ts';
import type { Command, CommandResult } from '../command/command.ts';
import type { ExecutionContext } from '../exec/context.ts';
import { textOf } from '../parse/tree.ts';
import type { ParsedCommand, ParsedText } from '../parse/parse.ts';
import { columnsOver } from './evaluate.ts';
import { itemOf, keyOf, keyText, placesOf } from './item-of.ts';
import { itemsOf } from './items-of.ts';
import { namedTarget, writeTarget, type WriteTarget } from './destination.ts';
import { told, writtenResult } from './returning.ts';
import { sourceRows, type Reading } from './source-rows.ts';
import { conflictUpdate, type ConflictUpdate } from './on-conflict.ts';
import { writeItem } from './write-item.ts';
import { aliasOf, writtenTable } from './written-table.ts';
import type { WrittenValue } from './written-value.ts';

/** INSERT puts new items: each only where its key has none yet. */
export const insert: Command = {
  nodes: ['InsertStmt'],
  async run(parsed, parameters, context, signal) {
    const statement = insertOf(parsed);
    const table = await writtenTable(statement.relation, 'INSERT', parsed, context, signal);
    const reading: Reading = { parsed, parameters, context, stats: newReadStats(), signal };
    return insertInto(statement, table, reading);
  },
  async columns(parsed, context, signal) {
    const statement = insertOf(parsed);
    const targets = statement.returningClause?.exprs;
    if (targets === undefined || statement.relation === undefined) return [];
    const parameters = Array.from({ length: parsed.parameterCount }, () => ({ kind: 'null' }) as const);
    return columnsOver({ range: statement.relation, targets }, { parsed, parameters, context, signal });
  },
};

function insertOf({ node, refusal }: ParsedCommand): InsertStmt {
  if (!('InsertStmt' in node)) throw refusal();
  return node.InsertStmt;
}

async function insertInto(statement: InsertStmt, table: TableDef, reading: Reading): Promise<CommandResult> {
  const { parsed, context, signal } = reading;
  const targets = targetsOf(statement, table, parsed);
  const returning = statement.returningClause?.exprs;
  const writes = newWriteStats();
  const rows = statement.selectStmt;
  if (rows === undefined || !('SelectStmt' in rows))
    throw new DriverError('SQL_NOT_NULL', 'INSERT … DEFAULT VALUES: an item needs its key.');
  const onConflict = conflictOf(statement.onConflictClause, table, aliasOf(statement.relation), reading);
  const written: AttributeMap[] = [];
  const keep = returning === undefined ? undefined : written;
  const items = newItems(
    sourceRows(rows.SelectStmt, withAllRows(reading)),
    targets,
    table,
    statement.cols === undefined,
  );
  try {
    if (context.writing.batches && onConflict.kind === 'error' && context.writing.transaction === undefined)
      await putBatches(items, table, context, writes, keep, signal);
    else
      await inParallel(items, context.settings.threads, async (item) => {
        const image = await putOne(item, onConflict, table, reading, writes);
        if (image !== undefined) keep?.push(image);
      });
  } catch (error) {
    throw told(error, writes, 'inserted');
  }
  return writtenResult(
    'INSERT',
    { table, range: statement.relation ?? {}, returning, items: written, writes },
    reading,
  );
}

function withAllRows(reading: Reading): Reading {
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

async function* newItems(
  rows: AsyncGenerator<readonly WrittenValue[]>,
  targets: readonly WriteTarget[],
  table: TableDef,
  mayBeShorter: boolean,
): AsyncGenerator<AttributeMap> {
  for await (const row of rows) {
    if (row.length > targets.length)
      throw new DriverError('SQL_SYNTAX', `INSERT has ${row.length} values and ${targets.length} columns.`);
    if (row.length < targets.length && !mayBeShorter)
      throw new DriverError('SQL_SYNTAX', `INSERT has ${targets.length} columns and ${row.length} values.`);
    yield itemOf(row, targets, table);
  }
}

type OnConflict =
  | { readonly kind: 'error' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'replace' }
  | { readonly kind: 'update'; readonly update: ConflictUpdate };

function conflictOf(
  clause: OnConflictClause | undefined,
  table: TableDef,
  alias: string,
  reading: Reading,
): OnConflict {
  if (clause === undefined) return { kind: 'error' };
  const named = (clause.infer?.indexElems ?? []).map(elementName);
  const key = [...table.key.partition, ...table.key.sort].map(({ name }) => name);
  const isKey =
    named.length === key.length && key.every((attribute) => named.some((name) => sameName(name, attribute)));
  if (named.length > 0 && !isKey)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `ON CONFLICT (${named.join(', ')}): only the table's key (${key.join(', ')}) is unique.`,
      { position: reading.parsed.position(clause.infer?.location ?? clause.location ?? 0) },
    );
  if (clause.action === 'ONCONFLICT_NOTHING') return { kind: 'nothing' };
  return { kind: 'update', update: conflictUpdate(clause, table, alias, reading) };
}

function elementName(node: Node): string {
  return 'IndexElem' in node ? (node.IndexElem.name ?? '') : (textOf(node) ?? '');
}

function sameName(written: string, attribute: string): boolean {
  return written === attribute || written === attribute.toLowerCase();
}

/** How often an item that comes and goes is tried. */
const MOST_ROUNDS = 10;

/** Puts one item; gives its image, or undefined where nothing was written. */
async function putOne(
  item: AttributeMap,
  onConflict: OnConflict,
  table: TableDef,
  reading: Reading,
  writes: WriteStats,
): Promise<AttributeMap | undefined> {
  const { context, signal } = reading;
  const attribute = table.key.partition[0]?.name ?? '';
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const conditions = onConflict.kind === 'replace' ? [] : ([{ kind: 'absent', attribute }] as const);
    const put = { kind: 'put', table: table.name, item, conditions } as const;
    const result = await writeItem(put, 'NONE', table, context, writes, signal);
    if (result.kind === 'done') return item;
    switch (onConflict.kind) {
      case 'error':
      case 'replace':
        throw new DriverError(
          'SQL_UNIQUE',
          `${table.name} has an item with the key ${keyText(item, table)} already.`,
        );
      case 'nothing':
        return undefined;
      case 'update': {
        // A refusal brings the item along, though not with every emulator.
        const [read] = result.item === undefined ? await itemsOf([keyOf(item, table)], table, reading) : [];
        const existing = result.item ?? read;
        const updated = existing && (await onConflict.update(item, existing, writes));
        if (updated?.kind === 'done') return updated.item;
      }
    }
  }
  throw new DriverError(
    'EXEC_CONFLICT',
    `The item with the key ${keyText(item, table)} was made and deleted by others again and again.`,
  );
}

async function putBatches(
  items: AsyncGenerator<AttributeMap>,
  table: TableDef,
  { client, settings }: ExecutionContext,
  writes: WriteStats,
  keep: AttributeMap[] | undefined,
  signal: AbortSignal,
): Promise<void> {
  const kept = (async function* () {
    for await (const item of items) {
      keep?.push(item);
      yield item;
    }
  })();
  await client.putItems(table.name, kept, {
    concurrency: settings.threads,
    signal,
    onProgress: (done) => {
      writes.itemsWritten = done;
    },
  });
}
