import { isNumericType } from '../../sql/types/types.ts';
import type { OutputColumn } from '../../session/connection.ts';
import { shownFormatter } from '../../sql/types/format-value.ts';
import { displayWidth, pad, truncateToWidth } from './display-width.ts';
import { paint } from './paint.ts';
import type { Batch, TerminalLook, RowPrinter } from './printer.ts';
import { recordPrinter } from './records.ts';
import { formatRowCount } from './row-count.ts';
import { escapeControl } from '../../host/node/escape-control.ts';

/** Column widths come from this many rows; later rows are printed as they arrive. */
const MEASURED_ROWS = 1000;
const MIN_COLUMN_WIDTH = 6;

interface Cell {
  readonly text: string;
  readonly width: number;
  readonly isNull: boolean;
  /** Characters from the decimal point on, to align numbers by their points. */
  readonly fraction: number;
}

/** The layout of a column. */
interface ColumnShape {
  readonly isNumeric: boolean;
  readonly width: number;
  readonly fraction: number;
}

/** An aligned table. On a terminal it fits the width: long cells are cut, and rows that cannot fit are printed as records. */
export function tablePrinter(columns: readonly OutputColumn[], look: TerminalLook): RowPrinter {
  const style = paint(look.colors);
  const measured: Batch[number][] = [];
  let body: RowPrinter | undefined;

  const formatters = columns.map(({ type }) => shownFormatter(type, look.timeZone));
  const header = columns.map((column) => toCell(column.name, false, look));
  const toCells = (row: Batch[number]): Cell[] =>
    columns.map(({ type }, index) =>
      toCell(formatters[index]?.(row[index] ?? null) ?? null, isNumericType(type), look),
    );
  const line = (cells: readonly Cell[], shapes: readonly ColumnShape[], name?: typeof style.bold): string => {
    const parts = cells.map((cell, index) => {
      const text = alignCell(cell, shapes[index], name === undefined, look);
      return cell.isNull ? style.dim(text) : (name?.(text) ?? text);
    });
    return `${` ${parts.join(' | ')}`.trimEnd()}\n`;
  };

  function begin(): { readonly printer: RowPrinter; readonly text: string } {
    const cells = measured.map(toCells);
    const natural = columns.map((column, index) =>
      measureColumn(
        isNumericType(column.type),
        displayWidth(header[index]?.text ?? ''),
        cells.flatMap((row) => row[index] ?? []),
      ),
    );
    const shapes = look.isTerminal ? fitToWidth(natural, look.columns) : natural;
    if (shapes === undefined) {
      const printer = recordPrinter(columns, look);
      return { printer, text: printer.rows(measured) };
    }
    let printed = measured.length;
    const rule = shapes.map(({ width }) => '-'.repeat(width + 2)).join('+');
    return {
      text: `${line(header, shapes, (name) => style.bold(name))}${rule}\n${cells.map((row) => line(row, shapes)).join('')}`,
      printer: {
        rows(batch) {
          printed += batch.length;
          return batch.map((row) => line(toCells(row), shapes)).join('');
        },
        end: (isCut) => `${formatRowCount(printed, isCut)}\n`,
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
    end(isCut) {
      if (body !== undefined) return body.end(isCut);
      const { printer, text } = begin();
      return text + printer.end(isCut);
    },
  };
}

function toCell(text: string | null, isNumber: boolean, look: TerminalLook): Cell {
  if (text === null) return { text: 'NULL', width: 4, isNull: true, fraction: 0 };
  // A cell is never wider than the terminal, so the rest of a long document need not be formatted.
  const shown = look.isTerminal
    ? truncateToWidth(escapeControl(text.slice(0, look.columns * 16)), look.columns)
    : escapeControl(text);
  const fraction = isNumber && /^-?\d+\.\d+$/.test(shown) ? shown.length - shown.indexOf('.') : 0;
  return { text: shown, width: displayWidth(shown), isNull: false, fraction };
}

function measureColumn(isNumber: boolean, headerWidth: number, cells: readonly Cell[]): ColumnShape {
  const fraction = Math.max(0, ...cells.map((cell) => cell.fraction));
  const widths = cells.map((cell) =>
    isNumber && !cell.isNull ? cell.width - cell.fraction + fraction : cell.width,
  );
  return { isNumeric: isNumber, width: Math.max(headerWidth, ...widths), fraction };
}

function alignCell(cell: Cell, shape: ColumnShape | undefined, isValue: boolean, look: TerminalLook): string {
  if (shape === undefined) return cell.text;
  const text =
    look.isTerminal && cell.width > shape.width ? truncateToWidth(cell.text, shape.width) : cell.text;
  if (!shape.isNumeric) return pad(text, shape.width, 'right');
  const padding = isValue && !cell.isNull ? ' '.repeat(Math.max(0, shape.fraction - cell.fraction)) : '';
  return pad(text + padding, shape.width, 'left');
}

/** Narrows the widest text columns to fit the terminal; numbers are never cut. Undefined if the columns cannot fit. */
function fitToWidth(natural: readonly ColumnShape[], available: number): readonly ColumnShape[] | undefined {
  const room = available - 2 - 3 * Math.max(0, natural.length - 1);
  const capped = (cap: number): ColumnShape[] =>
    natural.map((shape) => (shape.isNumeric ? shape : { ...shape, width: Math.min(shape.width, cap) }));
  let cap = Math.max(MIN_COLUMN_WIDTH, ...natural.map((shape) => shape.width));
  while (cap >= MIN_COLUMN_WIDTH && totalWidth(capped(cap)) > room) cap--;
  if (cap < MIN_COLUMN_WIDTH) return undefined;
  let left = room - totalWidth(capped(cap));
  return natural.map((shape) => {
    if (shape.isNumeric || shape.width <= cap) return shape;
    return { ...shape, width: cap + (left-- > 0 ? 1 : 0) };
  });
}

function totalWidth(shapes: readonly ColumnShape[]): number {
  return shapes.reduce((total, shape) => total + shape.width, 0);
}
