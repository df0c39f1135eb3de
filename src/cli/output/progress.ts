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

/** A bar for work whose end is known; it ends with a line end when `done` reaches `total`. */
export function drawBar(screen: Screen, label: string, done: number, total: number): void {
  if (!screen.isTerminal) return;
  const width = 30;
  const filled = Math.round((Math.min(done, total) / Math.max(1, total)) * width);
  const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
  screen.stream.write(`${CLEAR_LINE}${label} ${bar} ${countOf(done, 'item')}${done >= total ? '\n' : ''}`);
}
