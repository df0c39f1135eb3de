import type { OutputColumn } from '../../session/connection.ts';
import type { Value } from '../../sql/types/value.ts';
import { cellText } from './cell-text.ts';
import type { Look, RowPrinter } from './printer.ts';
import { escapeControl } from '../../host/node/escape-control.ts';

const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** RFC 4180 with a header. NULL is an empty field, an empty text is `""`, so that the two stay apart. */
export function csvPrinter(columns: readonly OutputColumn[], look: Look): RowPrinter {
  const field = (text: string | undefined): string => {
    if (text === undefined) return '';
    // A file gets the data as it is; a terminal must not obey it.
    const shown = look.isTerminal ? escapeControl(text) : text;
    return shown === '' || NEEDS_QUOTES.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  };
  const row = (values: readonly Value[]): string =>
    line(columns.map((column, index) => field(cellText(values[index] ?? null, column.type))));
  let header = line(columns.map((column) => field(column.name)));
  const withHeader = (text: string): string => {
    const all = header + text;
    header = '';
    return all;
  };
  return { rows: (batch) => withHeader(batch.map(row).join('')), end: () => withHeader('') };
}

function line(fields: readonly string[]): string {
  return `${fields.join(',')}\r\n`;
}
