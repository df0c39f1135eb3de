import type { RowStream, StatementStats } from '../../session/connection.ts';
import type { Io, Screen } from '../io.ts';
import type { Look } from './printer.ts';
import { type Progress, rowsSoFar } from './progress.ts';
import { countOf, rowCount } from './row-count.ts';
import { type Layout, rowPrinter } from './row-printer.ts';
import { writer } from './writer.ts';

/** How a screen looks to the printers. */
export function lookOf(screen: Screen): Look {
  return { isTerminal: screen.isTerminal, colors: screen.colors, columns: screen.columns() };
}

/** Prints a result as it is read and tells how many rows there were. */
export async function printRows<T>(
  rows: RowStream<T>,
  layout: Layout,
  io: Io,
  progress: Progress,
): Promise<number> {
  const printer = rowPrinter(layout, rows.columns, lookOf(io.stdout));
  const isForPeople = layout === 'table' || layout === 'records';
  // psql prints the tag where there is somebody to read it.
  const tag = isForPeople ? commandTag(rows) : '';
  const write = writer(io.stdout.stream);
  const print = async (text: string): Promise<void> => {
    if (text === '') return;
    // One terminal cannot show rows and a counter at the same time.
    if (io.stdout.isTerminal) progress.stop();
    await write(text);
  };
  let count = 0;
  if (rows.columns.length === 0 && rows.command !== 'SELECT') {
    for await (const batch of rows.batches()) count += batch.length;
    await print(tag);
    return rows.affected ?? count;
  }
  for await (const batch of rows.batches()) {
    count += batch.length;
    progress.show(rowsSoFar(count));
    await print(printer.rows(batch));
  }
  await print(printer.end(rows.truncated) + tag);
  if (rows.truncated && !isForPeople) {
    progress.stop();
    io.stderr.stream.write(`${rowCount(count, true)}\n`);
  }
  return count;
}

/** `INSERT 0 3`, `UPDATE 2`, `CREATE VIEW`: PostgreSQL's word for what a command did; nothing for a query. */
function commandTag({ command, affected }: Pick<RowStream<unknown>, 'command' | 'affected'>): string {
  if (command === 'SELECT') return '';
  if (affected === undefined) return `${command}\n`;
  return `${command === 'INSERT' ? 'INSERT 0' : command} ${affected}\n`;
}

/** `3 rows · 12 ms · 0.5 RCU · GetItem orders(id)`: what a statement gave and cost, in one line. */
export function summaryLine(rows: number, stats: StatementStats): string {
  return `${countOf(rows, 'row')} · ${costLine(stats)}`;
}

/** The same for where the rows were counted already. */
export function costLine(stats: StatementStats): string {
  const { readCapacity, writeCapacity, conflicts } = stats;
  return [
    durationText(stats.elapsedMs),
    `${Number(readCapacity.toFixed(1))} RCU`,
    ...(writeCapacity > 0 ? [`${Number(writeCapacity.toFixed(1))} WCU`] : []),
    ...(conflicts > 0 ? [countOf(conflicts, 'conflict')] : []),
    ...stats.plan,
  ].join(' · ');
}

/** `12 ms`, `3.4 s` */
export function durationText(elapsedMs: number): string {
  return elapsedMs < 1000 ? `${Math.round(elapsedMs)} ms` : `${(elapsedMs / 1000).toFixed(1)} s`;
}
