import type { OutputColumn } from '../../session/connection.ts';
import type { Value } from '../../sql/types/value.ts';
import type { TerminalLook, RowPrinter } from './printer.ts';
import { escapeControl } from '../../host/node/escape-control.ts';
import { elementType, isDocumentType } from '../../sql/types/types.ts';
import { isJsonCell } from '../../sql/types/json-cell.ts';
import { formatBase64, formatIsoTimestamp, formatJson } from './json-text.ts';

/** Formats a value for CSV; undefined for NULL. Documents and arrays are compact JSON. */
function formatField(value: Value, type: string): string | undefined {
  if (value === null) return undefined;
  if (type === 'json' && typeof value === 'string' && !isJsonCell(value)) return value;
  if (isDocumentType(type) || elementType(type) !== undefined) return formatJson(value, type);
  if (typeof value === 'string') return value;
  if (value instanceof Date) return formatIsoTimestamp(value, type);
  if (value instanceof Uint8Array) return formatBase64(value);
  return typeof value === 'object' ? formatJson(value, type) : String(value);
}

const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** RFC 4180 with a header. NULL is an empty field and an empty string is `""`, to keep the two distinct. */
export function csvPrinter(columns: readonly OutputColumn[], look: TerminalLook): RowPrinter {
  const field = (text: string | undefined): string => {
    if (text === undefined) return '';
    // Files get the data unchanged; a terminal must not interpret it.
    const shown = look.isTerminal ? escapeControl(text) : text;
    return shown === '' || NEEDS_QUOTES.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  };
  const row = (values: readonly Value[]): string =>
    line(columns.map((column, index) => field(formatField(values[index] ?? null, column.type))));
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
