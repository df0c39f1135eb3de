import { DriverError } from '../core/errors.ts';
import type { RowReader } from '../sql/exec/direct.ts';

/** Bounds the time that a statement works: it runs while somebody waits for the statement, and stands still between. */
export interface Stopwatch {
  /** Fires when the time is used up. */
  readonly signal: AbortSignal;
  during<T>(work: () => Promise<T>): Promise<T>;
  /** The rows; waiting for each batch of them takes time. */
  reading(rows: RowReader): RowReader;
}

/** Undefined where there is no bound. */
export function statementTimeout(limitMs: number): Stopwatch | undefined {
  if (limitMs <= 0) return undefined;
  const over = new AbortController();
  let leftMs = limitMs;
  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const timer = setTimeout(() => over.abort(tooLong(limitMs)), Math.max(0, leftMs));
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      leftMs -= performance.now() - begun;
    }
  };
  async function* timed<T>(pages: AsyncGenerator<T>): AsyncGenerator<T> {
    try {
      for (;;) {
        const next = await during(() => pages.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await pages.return(undefined);
    }
  }
  return {
    signal: over.signal,
    during,
    reading: (rows) => ({ arrays: () => timed(rows.arrays()), objects: () => timed(rows.objects()) }),
  };
}

function tooLong(limitMs: number): DriverError {
  return new DriverError(
    'EXEC_TIMEOUT',
    `The statement worked for ${limitMs / 1000} s, which is all it may`,
    {
      remedy: 'Raise StatementTimeout, or narrow the statement with a key condition.',
    },
  );
}
