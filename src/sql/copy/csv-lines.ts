import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import type { ResultColumn } from '../plan/planner.ts';
import type { Cells } from './cells.ts';
import { csvScanner, type ScannedLines } from './csv-scanner.ts';
import { csvField } from './delimited.ts';
import { concerns, type CopyOptions } from './options.ts';

/** Some lines of a file, and how many rows they hold. Bytes hold until the next lines are asked for. */
export interface Lines {
  readonly text: string | Buffer;
  readonly count: number;
}

/** Makes fields of cells by the position of their column. */
export function csvFieldOf(
  columns: readonly ResultColumn[],
  options: CopyOptions,
): (cell: string | null, position: number) => string {
  const forced = columns.map(({ name }) => concerns(options.forceQuote, name));
  // An empty line would be no row.
  const isAlone = columns.length === 1;
  return (cell, position) => csvField(cell, options, forced[position] === true || (isAlone && cell === ''));
}

/** The lines of items that are rows, copied from the items' bytes; undefined where rows must be made on the way. */
export function csvOfItems(
  { columns, items }: Cells,
  options: CopyOptions,
): AsyncGenerator<Lines> | undefined {
  if (items === undefined) return undefined;
  const { output, pages, cell } = items;
  const fieldOf = csvFieldOf(columns, options);
  const scan = csvScanner(output, options, (value, position) =>
    fieldOf(cell({ [output[position]?.path[0] ?? '']: value }, position), position),
  );
  const lineOf = (item: AttributeMap): string =>
    `${output.map((_, i) => fieldOf(cell(item, i), i)).join(options.delimiter)}\n`;
  return scan && linesOf(pages(), scan, lineOf);
}

async function* linesOf(
  pages: AsyncIterable<Page>,
  scan: (page: Buffer) => ScannedLines,
  lineOf: (item: AttributeMap) => string,
): AsyncGenerator<Lines> {
  const lines = (items: readonly AttributeMap[]): Lines => ({
    text: items.map(lineOf).join(''),
    count: items.length,
  });
  for await (const page of pages) {
    if (page.parsed !== undefined) {
      yield lines(page.parsed);
      continue;
    }
    const { bytes, count, isWhole } = scan(page.items);
    yield { text: bytes, count };
    if (isWhole) continue;
    const all: readonly AttributeMap[] = JSON.parse(page.items.toString());
    yield lines(all.slice(count));
  }
}
