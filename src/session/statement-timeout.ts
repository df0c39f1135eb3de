import { anySignal } from '../core/async/abort.ts';
import { DriverError } from '../core/errors.ts';
import type { StatementResult } from '../sql/statement/statement.ts';
import { wrapPages } from '../sql/statement/wrap-pages.ts';

/**
 * Runs a statement that may work for this long; 0: no limit. The clock stops while the caller is busy with rows that it
 * has.
 */
export function withStatementTimeout(
  limitMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<StatementResult>,
): Promise<StatementResult> {
  return limitMs > 0 ? runWithin(limitMs, signal, run) : run(signal);
}

async function runWithin(
  limitMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<StatementResult>,
): Promise<StatementResult> {
  const expired = new AbortController();
  const either = anySignal(signal, expired.signal);
  let leftMs = limitMs;
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const timer = setTimeout(() => expired.abort(timeoutError(limitMs)), Math.max(0, leftMs));
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      leftMs -= performance.now() - begun;
    }
  };
  async function* timedPages<T>(pages: AsyncGenerator<T[]>): AsyncGenerator<T[]> {
    try {
      for (;;) {
        const next = await timed(() => pages.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await pages.return(undefined);
    }
  }
  return wrapPages(await timed(() => run(either)), timedPages);
}

function timeoutError(limitMs: number): DriverError {
  return new DriverError(
    'EXEC_TIMEOUT',
    `canceling statement due to statement timeout (${limitMs / 1000} s)`,
    { remedy: 'Raise StatementTimeout, or narrow the statement with a key condition.' },
  );
}
