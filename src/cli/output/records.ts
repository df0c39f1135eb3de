import type { OutputColumn } from '../../session/connection.ts';
import { formatRow, shownFormatter } from '../../sql/types/format-value.ts';
import { displayWidth, pad } from './display-width.ts';
import { paint } from './paint.ts';
import type { TerminalLook, RowPrinter } from './printer.ts';
import { formatRowCount } from './row-count.ts';
import { escapeControl } from '../../host/node/escape-control.ts';

/** Prints one value per line, for rows wider than the terminal. */
export function recordPrinter(columns: readonly OutputColumn[], look: TerminalLook): RowPrinter {
  const style = paint(look.colors);
  const names = columns.map((column) => escapeControl(column.name));
  const formatters = columns.map(({ type }) => shownFormatter(type, look.timeZone));
  const width = Math.max(0, ...names.map(displayWidth));
  let printed = 0;
  return {
    rows(batch) {
      let text = '';
      for (const row of batch) {
        text += `${style.dim(`-[ record ${++printed} ]`.padEnd(width + 3, '-'))}\n`;
        for (const [index, cell] of formatRow(row, formatters).entries()) {
          const shown = cell === null ? style.dim('NULL') : escapeControl(cell);
          text += `${style.bold(pad(names[index] ?? '', width, 'right'))} | ${shown}\n`;
        }
      }
      return text;
    },
    end: (isCut) => `${formatRowCount(printed, isCut)}\n`,
  };
}
