import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import type { UnknownAttributes } from '../exec/unknown-attributes.ts';
import type { ResultColumn } from '../types/types.ts';
import type { Cells } from './cells.ts';
import { createCsvScanner, type ScannedLines } from './csv-scanner.ts';
import { formatCsvField } from './csv-format.ts';
import { appliesTo, type CopyOptions } from './options.ts';

/** Lines of a file, and the number of rows in them. Bytes are valid until the next lines are requested. */
export interface FileLines {
  readonly text: string | Buffer;
  readonly count: number;
}

/** Returns a function that formats a cell as a CSV field, by the position of its column. */
export function createCsvFieldFormatter(
  columns: readonly ResultColumn[],
  options: CopyOptions,
): (cell: string | null, position: number) => string {
  const forced = columns.map(({ name }) => appliesTo(options.forceQuote, name));
  // An unquoted empty line would not count as a row.
  const isSingleColumn = columns.length === 1;
  return (cell, position) =>
    formatCsvField(cell, options, forced[position] === true || (isSingleColumn && cell === ''));
}

/** The lines of items that are rows, copied from the bytes of their page; undefined if rows must be decoded. */
export function formatCsvItems(
  { columns, items }: Cells,
  options: CopyOptions,
): AsyncGenerator<FileLines> | undefined {
  if (items === undefined) return undefined;
  const { output, pages, cell, unknown } = items;
  const formatField = createCsvFieldFormatter(columns, options);
  const scan = createCsvScanner(
    output,
    options,
    (value, position) => formatField(cell({ [output[position]?.path[0] ?? '']: value }, position), position),
    unknown,
  );
  const formatLine = (item: AttributeMap): string =>
    `${output.map((_, i) => formatField(cell(item, i), i)).join(options.delimiter)}\n`;
  return scan && formatPages(pages(), scan, formatLine, unknown);
}

async function* formatPages(
  pages: AsyncIterable<Page>,
  scan: (page: Buffer) => ScannedLines,
  formatLine: (item: AttributeMap) => string,
  unknown: UnknownAttributes | undefined,
): AsyncGenerator<FileLines> {
  const lines = (items: readonly AttributeMap[]): FileLines => {
    for (const item of items) unknown?.countItem(item);
    return { text: items.map(formatLine).join(''), count: items.length };
  };
  for await (const page of pages) {
    if (page.parsed !== undefined) {
      yield lines(page.parsed);
      continue;
    }
    const { bytes, count, isComplete } = scan(page.items);
    yield { text: bytes, count };
    if (isComplete) continue;
    const all: readonly AttributeMap[] = JSON.parse(page.items.toString());
    yield lines(all.slice(count));
  }
  unknown?.learn();
  unknown?.warn();
}
