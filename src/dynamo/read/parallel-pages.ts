import { createAbortController } from '../../core/async/abort.ts';
import { createTurns } from '../../core/async/turns.ts';
import { throwIfCancelled } from '../transport/service-errors.ts';

export interface ParallelPagesOptions {
  /** Parts that are read concurrently. */
  readonly workers: number;
  /** Pages that may be fetched or in flight before the consumer requests them. */
  readonly buffered: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads parts concurrently and yields their pages as they arrive; with one worker, in order. The first failure aborts the other
 * parts and is thrown; so does leaving the loop.
 */
export async function* readPagesInParallel<Part, Page>(
  parts: readonly Part[],
  openPages: (part: Part, signal: AbortSignal) => AsyncIterator<Page, void>,
  { workers, buffered, signal }: ParallelPagesOptions,
): AsyncGenerator<Page, void, undefined> {
  throwIfCancelled(signal);
  const stop = createAbortController();
  const queue = parts.values();
  const ready: Page[] = [];
  const waiting: (() => void)[] = [];
  let slots = Math.max(1, buffered);
  let failure: { readonly error: unknown } | undefined;
  let wake: () => void = nothing;

  const takeSlot = async (): Promise<void> => {
    if (slots > 0 || stop.signal.aborted) slots -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const releaseSlot = (): void => {
    const next = waiting.shift();
    if (next === undefined) slots += 1;
    else next();
  };
  const onAbort = (): void => {
    stop.abort(signal?.reason);
    wake();
  };
  const onStop = (): void => {
    for (const resume of waiting.splice(0)) resume();
  };
  const work = async (): Promise<void> => {
    for (const part of queue) {
      const pages = openPages(part, stop.signal);
      for (;;) {
        await takeSlot();
        if (stop.signal.aborted) return;
        const next = await pages.next();
        if (next.done === true) {
          releaseSlot();
          break;
        }
        ready.push(next.value);
        wake();
      }
    }
  };
  const run = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failure ??= { error };
      stop.abort(error);
    }
  };

  signal?.addEventListener('abort', onAbort, { once: true });
  stop.signal.addEventListener('abort', onStop, { once: true });
  let isFinished = false;
  const runAll = async (): Promise<void> => {
    await Promise.all(Array.from({ length: Math.max(1, Math.min(workers, parts.length)) }, run));
    isFinished = true;
    wake();
  };
  const all = runAll();
  // Pages that have arrived would follow each other without a turn of the event loop.
  const turns = createTurns();
  try {
    for (;;) {
      throwIfCancelled(signal);
      if (failure !== undefined) throw failure.error;
      const page = ready.shift();
      if (page !== undefined) {
        releaseSlot();
        yield page;
        if (turns.isDue()) await turns.take();
      } else if (isFinished) return;
      else {
        await new Promise<void>((resolve) => (wake = resolve));
        turns.restart();
      }
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
    await all;
  }
}

function nothing(): void {
  // The consumer is not waiting yet.
}
