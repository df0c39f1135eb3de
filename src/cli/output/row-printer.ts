import type { OutputColumn } from '../../session/connection.ts';
import { csvPrinter } from './csv.ts';
import { jsonPrinter, ndjsonPrinter } from './json.ts';
import type { TerminalLook, RowPrinter } from './printer.ts';
import { recordPrinter } from './records.ts';
import { tablePrinter } from './table.ts';

const PRINTERS = {
  table: tablePrinter,
  json: jsonPrinter,
  ndjson: ndjsonPrinter,
  csv: csvPrinter,
  records: recordPrinter,
} as const satisfies Record<string, (columns: readonly OutputColumn[], look: TerminalLook) => RowPrinter>;

export type Layout = keyof typeof PRINTERS;

/** The values of `--format`. */
export const FORMATS = ['table', 'json', 'ndjson', 'csv'] as const satisfies readonly Layout[];

export type Format = (typeof FORMATS)[number];

/** Creates the printer of a layout. */
export function rowPrinter(layout: Layout, columns: readonly OutputColumn[], look: TerminalLook): RowPrinter {
  return PRINTERS[layout](columns, look);
}
