import type { RowStream, StatementStats } from '../../session/connection.ts';
import type { Io, OutputScreen } from '../io.ts';
import type { TerminalLook } from './printer.ts';
import { type ProgressLine, formatRowsRead } from './progress.ts';
import { formatCount, formatRowCount } from './row-count.ts';
import { type Layout, rowPrinter } from './row-printer.ts';
import { createWriter } from './writer.ts';

/** The properties of an output that printers depend on. */
export function terminalLook(screen: OutputScreen): TerminalLook {
  return { isTerminal: screen.isTerminal, colors: screen.colors, columns: screen.columns() };
}

/** Prints a result as it is read and returns the number of rows. */
export async function printRows<T>(
  rows: RowStream<T>,
  layout: Layout,
  io: Io,
  progress: ProgressLine,
): Promise<number> {
  const printer = rowPrinter(layout, rows.columns, {
    ...terminalLook(io.stdout),
    timeZone: rows.timeZone,
  });
  const isReadable = layout === 'table' || layout === 'records';
  // Like psql, print the command tag only in formats meant for reading.
  const tag = isReadable ? formatCommandTag(rows) : '';
  const write = createWriter(io.stdout.stream);
  const print = async (text: string): Promise<void> => {
    if (text === '') return;
    // Rows and a progress line cannot share a terminal.
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
    progress.show(formatRowsRead(count));
    await print(printer.rows(batch));
  }
  await print(printer.end(rows.truncated) + tag);
  if (rows.truncated && !isReadable) {
    progress.stop();
    io.stderr.stream.write(`${formatRowCount(count, true)}\n`);
  }
  return count;
}

/** PostgreSQL's command tag: `INSERT 0 3`, `UPDATE 2`, `CREATE VIEW`; empty for a query. */
function formatCommandTag({ command, affected }: Pick<RowStream<unknown>, 'command' | 'affected'>): string {
  if (command === 'SELECT') return '';
  if (affected === undefined) return `${command}\n`;
  return `${command === 'INSERT' ? 'INSERT 0' : command} ${affected}\n`;
}

/** One line with rows and cost: `3 rows · 12 ms · 0.5 RCU · GetItem orders(id)`. */
export function formatSummary(rows: number, stats: StatementStats): string {
  return `${formatCount(rows, 'row')} · ${formatCost(stats)}`;
}

/** The same line without the row count. */
export function formatCost(stats: StatementStats): string {
  const { readCapacity, writeCapacity, conflicts } = stats;
  return [
    formatDuration(stats.elapsedMs),
    `${Number(readCapacity.toFixed(1))} RCU`,
    ...(writeCapacity > 0 ? [`${Number(writeCapacity.toFixed(1))} WCU`] : []),
    ...(conflicts > 0 ? [formatCount(conflicts, 'conflict')] : []),
    ...stats.plan,
  ].join(' · ');
}

/** `12 ms`, `3.4 s` */
export function formatDuration(elapsedMs: number): string {
  return elapsedMs < 1000 ? `${Math.round(elapsedMs)} ms` : `${(elapsedMs / 1000).toFixed(1)} s`;
}
