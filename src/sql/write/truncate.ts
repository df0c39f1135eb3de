import type { RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { newWriteStats, type WriteStats } from '../../dynamo/write/write-stats.ts';
import type { BatchedWrite } from '../../dynamo/write/writer.ts';
import { type Command, done } from '../exec/command.ts';
import { readTable } from '../exec/read-table.ts';
import { planStatement } from '../exec/run.ts';
import type { TableRead } from '../plan/table-read.ts';
import { keyOf } from './item-of.ts';
import { keyQuery } from './matching-keys.ts';
import { withPartialResult } from './returning.ts';
import type { StatementScope } from './source-rows.ts';
import { writeGate } from './write-gate.ts';
import { resolveTarget } from './target-table.ts';

/** TRUNCATE deletes every item, 25 to a request, while it finds their keys. There are no sequences and no foreign keys. */
export const truncate: Command = {
  nodes: ['TruncateStmt'],
  async run(parsed, parameters, context, signal) {
    if (!('TruncateStmt' in parsed.node)) throw parsed.refusal();
    const { relations = [] } = parsed.node.TruncateStmt;
    const ranges = relations.flatMap((node) => ('RangeVar' in node ? node.RangeVar : []));
    const reading: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    // Nothing is deleted where one of the tables is not to be had.
    const emptied = new Map<string, Emptied>();
    for (const range of ranges) {
      const table = await resolveTarget(range, 'TRUNCATE', parsed, context, signal);
      emptied.set(table.name, { table, reads: await keyReads(table, range, reading) });
    }
    const writes = newWriteStats();
    try {
      for (const each of emptied.values()) await empty(each, reading, writes);
    } catch (error) {
      throw withPartialResult(error, writes, 'deleted');
    }
    const reads = [...emptied.values()].flatMap((each) => each.reads);
    return { ...done('TRUNCATE TABLE', writes.itemsWritten), reads, stats: reading.stats, writes };
  },
};

interface Emptied {
  readonly table: TableDef;
  readonly reads: readonly TableRead[];
}

async function keyReads(
  table: TableDef,
  range: RangeVar,
  reading: StatementScope,
): Promise<readonly TableRead[]> {
  const { parsed, parameters, context, signal } = reading;
  const query = keyQuery(parsed, table, range, undefined);
  const { direct, reads } = await planStatement(query, parameters, context, signal);
  if (direct === undefined)
    throw new DriverError('EXEC_ENGINE', `The keys of ${table.name} cannot be read as they are`);
  return reads;
}

async function empty(
  { table, reads }: Emptied,
  { context, stats, signal }: StatementScope,
  writes: WriteStats,
): Promise<void> {
  const { client, settings, writing } = context;
  const gate = writeGate(writes, writing.maxWcu);
  async function* deletes(): AsyncGenerator<readonly BatchedWrite[]> {
    for (const read of reads)
      for await (const page of readTable(read, { ...context, maxRows: -1 }, stats, signal)) {
        const items: readonly AttributeMap[] = JSON.parse(page.items.toString());
        yield items.map((item) => ({ kind: 'delete', key: keyOf(item, table) }));
      }
  }
  await client.writeBatches(table.name, deletes(), {
    concurrency: settings.threads,
    key: table.key,
    stats: writes,
    signal,
    around: (batch, send) => gate.pass(batch.length, send),
  });
}
