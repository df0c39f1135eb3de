import stringWidth from 'string-width';

/** How a cell looks, as far as the command line uses it. */
export interface CellStyle {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly color: 'red' | 'green' | undefined;
}

/** Neighbouring cells of one style and width, from a column on (0-based). */
export interface Run {
  readonly column: number;
  readonly width: number;
  readonly text: string;
  readonly style: CellStyle;
}

interface Cell {
  readonly text: string;
  readonly width: number;
  readonly style: CellStyle;
}

const PLAIN: CellStyle = { bold: false, dim: false, color: undefined };
// eslint-disable-next-line no-control-regex
const TOKEN = /\u001b\[([\d;?]*)([A-Za-z])|\r|\n|[^\u001b\r\n]/gu;

/** A terminal of unlimited size that understands the escape sequences readline and the shell write. */
export class Terminal {
  readonly #rows: Cell[][] = [[]];
  #row = 0;
  #column = 0;
  #style = PLAIN;

  write(output: string): void {
    for (const [token, parameters = '', command] of output.matchAll(TOKEN)) {
      if (token === '\n') this.#moveTo(this.#row + 1, 0);
      else if (token === '\r') this.#column = 0;
      else if (command === undefined) this.#put(token);
      else this.#obey(command, parameters);
    }
  }

  /** The line with the cursor, without trailing blanks. */
  get lastLine(): string {
    return textOf(this.#rows[this.#row] ?? []);
  }

  /** All lines, top to bottom, each as runs of one style. */
  lines(): readonly (readonly Run[])[] {
    return this.#rows.map((cells) => toRuns(cells));
  }

  #obey(command: string, parameters: string): void {
    const count = Number(parameters) || 0;
    if (command === 'm') this.#style = restyled(this.#style, parameters.split(';').map(Number));
    if (command === 'A') this.#row = Math.max(0, this.#row - Math.max(1, count));
    if (command === 'B') this.#moveTo(this.#row + Math.max(1, count), this.#column);
    if (command === 'C') this.#column += Math.max(1, count);
    if (command === 'D') this.#column = Math.max(0, this.#column - Math.max(1, count));
    if (command === 'G') this.#column = Math.max(1, count) - 1;
    if (command === 'J' || command === 'K') this.#rows[this.#row]?.splice(this.#column);
    if (command === 'J') this.#rows.splice(this.#row + 1);
  }

  #moveTo(row: number, column: number): void {
    this.#row = row;
    this.#column = column;
    while (this.#rows.length <= row) this.#rows.push([]);
  }

  #put(text: string): void {
    const cells = this.#rows[this.#row] ?? [];
    while (cells.length < this.#column) cells.push({ text: ' ', width: 1, style: PLAIN });
    const width = stringWidth(text);
    cells[this.#column++] = { text, width, style: this.#style };
    // A wide character takes two columns, so the second one holds an empty cell.
    for (let rest = 1; rest < width; rest++)
      cells[this.#column++] = { text: '', width: 0, style: this.#style };
  }
}

function restyled(style: CellStyle, codes: readonly number[]): CellStyle {
  return codes.reduce<CellStyle>((current, code) => {
    if (code === 0) return PLAIN;
    if (code === 1) return { ...current, bold: true };
    if (code === 2) return { ...current, dim: true };
    if (code === 22) return { ...current, bold: false, dim: false };
    if (code === 31) return { ...current, color: 'red' };
    if (code === 32) return { ...current, color: 'green' };
    if (code === 39) return { ...current, color: undefined };
    return current;
  }, style);
}

function textOf(cells: readonly Cell[]): string {
  return cells
    .map(({ text }) => text)
    .join('')
    .trimEnd();
}

function toRuns(cells: readonly Cell[]): readonly Run[] {
  const runs: Run[] = [];
  for (const [column, { text, width, style }] of cells.entries()) {
    if (width === 0) continue;
    const last = runs.at(-1);
    // Wide characters get runs of their own: fonts disagree about their width.
    const isContinued = last !== undefined && isSame(last.style, style) && width === cells[column - 1]?.width;
    if (isContinued) runs[runs.length - 1] = { ...last, text: last.text + text, width: last.width + width };
    else runs.push({ column, width, text, style });
  }
  return runs.filter(({ text }) => text.trim() !== '');
}

function isSame(a: CellStyle, b: CellStyle): boolean {
  return a.bold === b.bold && a.dim === b.dim && a.color === b.color;
}
