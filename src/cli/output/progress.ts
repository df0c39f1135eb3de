import type { Progress as CopyProgress } from '../../session/connection.ts';
import type { Screen } from '../io.ts';
import { countOf } from './row-count.ts';

/** Work that ends sooner than this shows no progress at all. */
const QUIET_MS = 300;
const REDRAW_MS = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const CLEAR_LINE = '\r\u001b[K';

/** A line on stderr that says how long work gets on. */
export interface Progress extends Disposable {
  /** Changes what the line says. */
  show(text: string): void;
  /** Takes the line away for good. */
  stop(): void;
}

/** A spinner that appears when work takes long, on a terminal only. */
export function startProgress(screen: Screen, text: string): Progress {
  let shown = text;
  let frame = 0;
  let drawn = false;
  const draw = (): void => {
    if (screen.isAsking?.() === true) return;
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

/** `12,345 rows so far` */
export function rowsSoFar(rows: number): string {
  return rows === 0 ? 'reading' : `${countOf(rows, 'row')} so far`;
}

const BAR_WIDTH = 20;

/** `████░░░░  42 %  12,345 rows, 81 WCU` of a COPY; without the bar where nobody knows the end. */
export function copySoFar({ rows, bytes, totalBytes, writeCapacity }: CopyProgress): string {
  const units = writeCapacity > 0 ? `, ${countOf(Math.round(writeCapacity), 'WCU').replace(/s$/, '')}` : '';
  const counted = `${countOf(rows, 'row')}${units}`;
  if (totalBytes === undefined || totalBytes === 0) return counted;
  const part = Math.min(1, bytes / totalBytes);
  return `${barOf(part, BAR_WIDTH)} ${String(Math.floor(part * 100)).padStart(3)} %  ${counted}`;
}

function barOf(part: number, width: number): string {
  const filled = Math.round(part * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** A bar for work whose end is known; it ends with a line end when `done` reaches `total`. */
export function drawBar(screen: Screen, label: string, done: number, total: number): void {
  if (!screen.isTerminal) return;
  const bar = barOf(Math.min(done, total) / Math.max(1, total), 30);
  screen.stream.write(`${CLEAR_LINE}${label} ${bar} ${countOf(done, 'item')}${done >= total ? '\n' : ''}`);
}
