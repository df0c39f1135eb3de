import type { OutputColumn } from '../../session/connection.ts';
import { cellText } from './cell-text.ts';
import { isNumeric } from './column-kind.ts';
import { displayWidth, pad, truncate } from './display-width.ts';
import { paint } from './paint.ts';
import { recordPrinter } from './records.ts';
import { rowCount } from './row-count.ts';
import type { Batch, Look, RowPrinter } from './printer.ts';
import { visible } from './visible.ts';

/** Widths are those of the first so many rows; what follows is printed as it comes. */
const MEASURED_ROWS = 1000;
const NARROWEST = 6;
const NULL_TEXT = 'NULL';

interface Cell {
  readonly text: string;
  readonly width: number;
  readonly isNull: boolean;
}

/** An aligned table. On a terminal it fits the width: long cells are cut, and rows that cannot fit become records. */
export function tablePrinter(columns: readonly OutputColumn[], look: Look): RowPrinter {
  const style = paint(look.colors);
  const header = columns.map((column) => cellOf(column.name));
  const measured: Batch[number][] = [];
  let body: RowPrinter | undefined;

  function cellOf(text: string | undefined): Cell {
    if (text === undefined) return { text: NULL_TEXT, width: NULL_TEXT.length, isNull: true };
    // On a terminal no cell is wider than the terminal, so that a long document costs no more than it shows.
    const shown = look.isTerminal
      ? truncate(visible(text.slice(0, look.columns * 16)), look.columns)
      : visible(text);
    return { text: shown, width: displayWidth(shown), isNull: false };
  }

  const cellsOf = (row: Batch[number]): Cell[] =>
    columns.map((column, index) => cellOf(cellText(row[index] ?? null, column.type)));

  function line(
    cells: readonly Cell[],
    widths: readonly number[],
    painted: (text: string) => string,
  ): string {
    const parts = columns.map((column, index) => {
      const cell = cells[index] ?? cellOf('');
      const width = widths[index] ?? 0;
      const text = look.isTerminal && cell.width > width ? truncate(cell.text, width) : cell.text;
      const aligned = pad(text, width, isNumeric(column.type) ? 'left' : 'right');
      return cell.isNull ? style.dim(aligned) : painted(aligned);
    });
    return ` ${parts.join(' | ')}`.trimEnd() + '\n';
  }

  const rowLine = (cells: readonly Cell[], widths: readonly number[]): string =>
    line(cells, widths, (text) => text);

  function begin(): { printer: RowPrinter; text: string } {
    const cells = measured.map(cellsOf);
    const natural = columns.map((_, index) =>
      Math.max(header[index]?.width ?? 0, ...cells.map((row) => row[index]?.width ?? 0)),
    );
    const widths = look.isTerminal ? fit(natural, columns, look.columns) : natural;
    if (widths === undefined) {
      const records = recordPrinter(columns, look);
      return { printer: records, text: records.rows(measured) };
    }
    const rule = widths.map((width) => '-'.repeat(width + 2)).join('+');
    let printed = measured.length;
    const text = `${line(header, widths, (name) => style.bold(name))}${rule}\n${cells.map((row) => rowLine(row, widths)).join('')}`;
    return {
      text,
      printer: {
        rows(batch) {
          printed += batch.length;
          return batch.map((row) => rowLine(cellsOf(row), widths)).join('');
        },
        end: () => `${rowCount(printed)}\n`,
      },
    };
  }

  return {
    rows(batch) {
      if (body !== undefined) return body.rows(batch);
      const room = MEASURED_ROWS - measured.length;
      measured.push(...batch.slice(0, room));
      if (batch.length < room) return '';
      const { printer, text } = begin();
      body = printer;
      return text + printer.rows(batch.slice(room));
    },
    end() {
      if (body !== undefined) return body.end();
      const { printer, text } = begin();
      return text + printer.end();
    },
  };
}

/** Widths that fit the terminal, taken from the widest texts; numbers are never cut. Undefined: it cannot be done. */
export function fit(
  natural: readonly number[],
  columns: readonly OutputColumn[],
  available: number,
): number[] | undefined {
  const room = available - 2 - 3 * Math.max(0, natural.length - 1);
  const capped = (cap: number): number[] =>
    natural.map((width, index) => (isNumeric(columns[index]?.type ?? '') ? width : Math.min(width, cap)));
  let cap = Math.max(NARROWEST, ...natural);
  while (cap >= NARROWEST && sum(capped(cap)) > room) cap--;
  return cap < NARROWEST ? undefined : capped(cap);
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}
