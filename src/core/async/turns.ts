import { setImmediate } from 'node:timers/promises';

/** How long work may hold the event loop. What a consumer does with its result comes on top. */
export const MAX_HOLD_MS = 8;

/** Tells long work when to let the event loop run. */
export interface Turns {
  /** Whether the work has gone on for so long that a turn is due. */
  isDue(): boolean;
  /** Lets the event loop run. */
  take(): Promise<void>;
  /** Call after waiting for something outside of the process. */
  restart(): void;
}

export function createTurns(now: () => number = () => performance.now()): Turns {
  let started = now();
  const restart = (): void => void (started = now());
  return {
    isDue: () => now() - started >= MAX_HOLD_MS,
    async take() {
      await setImmediate();
      restart();
    },
    restart,
  };
}

/** Yields the chunks, and lets the event loop run between them where they and their consumer take long. */
export async function* inTurns<T>(chunks: Iterable<T>, turns: Turns = createTurns()): AsyncGenerator<T> {
  for (const chunk of chunks) {
    if (turns.isDue()) await turns.take();
    yield chunk;
  }
}

const SLICE_ELEMENTS = 256;

/** Maps an array in slices. */
export function* mapSlices<T, R>(all: readonly T[], map: (element: T) => R): Generator<R[]> {
  for (let at = 0; at < all.length; at += SLICE_ELEMENTS) yield all.slice(at, at + SLICE_ELEMENTS).map(map);
}
