import type { Progress as CopyProgress } from '../../session/connection.ts';
import type { OutputScreen } from '../io.ts';
import { formatCount } from './row-count.ts';

/** Shorter work shows no progress. */
const QUIET_MS = 300;
const REDRAW_MS = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const CLEAR_LINE = '\r\u001b[K';

/** A progress line on standard error. */
export interface ProgressLine extends Disposable {
  /** Changes the line. */
  show(text: string): void;
  /** Removes the line. */
  stop(): void;
}

/** Shows a spinner when work takes long; on a terminal only. */
export function startProgress(screen: OutputScreen, text: string): ProgressLine {
  let shown = text;
  let frame = 0;
  let drawn = false;
  const draw = (): void => {
    if (screen.isPrompting?.() === true) return;
    drawn = true;
    screen.stream.write(`${CLEAR_LINE}${FRAMES[frame++ % FRAMES.length]} ${shown}`);
  };
  let timer: NodeJS.Timeout | undefined;
  if (screen.isTerminal) {
    timer = setTimeout(() => {
      draw();
      timer = setInterval(draw, REDRAW_MS).unref();
    }, QUIET_MS).unref();
  }
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (drawn) screen.stream.write(CLEAR_LINE);
    drawn = false;
  };
  return { show: (next) => void (shown = next), stop, [Symbol.dispose]: stop };
}

/** `12,345 rows so far`. */
export function formatRowsRead(rows: number): string {
  return rows === 0 ? 'reading' : `${formatCount(rows, 'row')} so far`;
}

const BAR_WIDTH = 20;

/** `████░░░░  42 %  12,345 rows, 81 WCU` for COPY; without the bar if the size is unknown. */
export function formatCopyProgress({ rows, bytes, totalBytes, writeCapacity }: CopyProgress): string {
  const units =
    writeCapacity > 0 ? `, ${formatCount(Math.round(writeCapacity), 'WCU').replace(/s$/, '')}` : '';
  const counted = `${formatCount(rows, 'row')}${units}`;
  if (totalBytes === undefined || totalBytes === 0) return counted;
  const part = Math.min(1, bytes / totalBytes);
  return `${formatBar(part, BAR_WIDTH)} ${String(Math.floor(part * 100)).padStart(3)} %  ${counted}`;
}

function formatBar(part: number, width: number): string {
  const filled = Math.round(part * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** Draws a progress bar, and ends the line when `done` reaches `total`. */
export function drawBar(screen: OutputScreen, label: string, done: number, total: number): void {
  if (!screen.isTerminal) return;
  const bar = formatBar(Math.min(done, total) / Math.max(1, total), 30);
  screen.stream.write(
    `${CLEAR_LINE}${label} ${bar} ${formatCount(done, 'item')}${done >= total ? '\n' : ''}`,
  );
}
