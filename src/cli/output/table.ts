import type { OutputColumn } from '../../session/connection.ts';
import { cellText } from './cell-text.ts';
import { isNumeric } from './column-kind.ts';
import { displayWidth, pad, truncate } from './display-width.ts';
import { paint } from './paint.ts';
import type { Batch, Look, RowPrinter } from './printer.ts';
import { recordPrinter } from './records.ts';
import { rowCount } from './row-count.ts';
import { escapeControl } from '../../host/node/escape-control.ts';

/** Widths are those of the first so many rows; what follows is printed as it comes. */
const MEASURED_ROWS = 1000;
const NARROWEST = 6;

interface Cell {
  readonly text: string;
  readonly width: number;
  readonly isNull: boolean;
  /** Of a number: how much of it stands from the decimal point on, so that the points stand below each other. */
  readonly fraction: number;
}

/** What the cells of a column have in common. */
interface Shape {
  readonly isNumeric: boolean;
  readonly width: number;
  readonly fraction: number;
}

/** An aligned table. On a terminal it fits the width: long cells are cut, and rows that cannot fit become records. */
export function tablePrinter(columns: readonly OutputColumn[], look: Look): RowPrinter {
  const style = paint(look.colors);
  const measured: Batch[number][] = [];
  let body: RowPrinter | undefined;

  const header = columns.map((column) => cellOf(column.name, false, look));
  const cellsOf = (row: Batch[number]): Cell[] =>
    columns.map(({ type }, index) => cellOf(cellText(row[index] ?? null, type), isNumeric(type), look));
  const line = (cells: readonly Cell[], shapes: readonly Shape[], name?: typeof style.bold): string => {
    const parts = cells.map((cell, index) => {
      const text = laidOut(cell, shapes[index], name === undefined, look);
      return cell.isNull ? style.dim(text) : (name?.(text) ?? text);
    });
    return `${` ${parts.join(' | ')}`.trimEnd()}\n`;
  };

  function begin(): { readonly printer: RowPrinter; readonly text: string } {
    const cells = measured.map(cellsOf);
    const natural = columns.map((column, index) =>
      shapeOf(
        isNumeric(column.type),
        displayWidth(header[index]?.text ?? ''),
        cells.flatMap((row) => row[index] ?? []),
      ),
    );
    const shapes = look.isTerminal ? fit(natural, look.columns) : natural;
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
          return batch.map((row) => line(cellsOf(row), shapes)).join('');
        },
        end: (isCut) => `${rowCount(printed, isCut)}\n`,
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

function cellOf(text: string | undefined, isNumber: boolean, look: Look): Cell {
  if (text === undefined) return { text: 'NULL', width: 4, isNull: true, fraction: 0 };
  // On a terminal no cell is wider than the terminal, so that a long document costs no more than it shows.
  const shown = look.isTerminal
    ? truncate(escapeControl(text.slice(0, look.columns * 16)), look.columns)
    : escapeControl(text);
  const fraction = isNumber && /^-?\d+\.\d+$/.test(shown) ? shown.length - shown.indexOf('.') : 0;
  return { text: shown, width: displayWidth(shown), isNull: false, fraction };
}

function shapeOf(isNumber: boolean, headerWidth: number, cells: readonly Cell[]): Shape {
  const fraction = Math.max(0, ...cells.map((cell) => cell.fraction));
  const widths = cells.map((cell) =>
    isNumber && !cell.isNull ? cell.width - cell.fraction + fraction : cell.width,
  );
  return { isNumeric: isNumber, width: Math.max(headerWidth, ...widths), fraction };
}

function laidOut(cell: Cell, shape: Shape | undefined, isValue: boolean, look: Look): string {
  if (shape === undefined) return cell.text;
  const text = look.isTerminal && cell.width > shape.width ? truncate(cell.text, shape.width) : cell.text;
  if (!shape.isNumeric) return pad(text, shape.width, 'right');
  const behind = isValue && !cell.isNull ? ' '.repeat(Math.max(0, shape.fraction - cell.fraction)) : '';
  return pad(text + behind, shape.width, 'left');
}

/** Shapes that fit the terminal, narrowed where texts are widest; numbers are never cut. Undefined: it cannot be done. */
function fit(natural: readonly Shape[], available: number): readonly Shape[] | undefined {
  const room = available - 2 - 3 * Math.max(0, natural.length - 1);
  const capped = (cap: number): Shape[] =>
    natural.map((shape) => (shape.isNumeric ? shape : { ...shape, width: Math.min(shape.width, cap) }));
  let cap = Math.max(NARROWEST, ...natural.map((shape) => shape.width));
  while (cap >= NARROWEST && totalWidth(capped(cap)) > room) cap--;
  if (cap < NARROWEST) return undefined;
  let left = room - totalWidth(capped(cap));
  return natural.map((shape) => {
    if (shape.isNumeric || shape.width <= cap) return shape;
    return { ...shape, width: cap + (left-- > 0 ? 1 : 0) };
  });
}

function totalWidth(shapes: readonly Shape[]): number {
  return shapes.reduce((total, shape) => total + shape.width, 0);
}
