import { DriverError, getErrorMessage } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { plural } from '../core/plural.ts';
import { totalCapacity } from '../dynamo/read/read-stats.ts';
import { totalWritten } from '../dynamo/write/write-stats.ts';
import type { StatementResult } from '../sql/statement/statement.ts';
import { wrapPages } from '../sql/statement/wrap-pages.ts';

/** Starts a statement and logs its text, reads, failure and end. */
export type StatementLog = (text: string, start: () => Promise<StatementResult>) => Promise<StatementResult>;

/** The statement log of a session; without a log it only starts the statement. */
export function statementLog(log: Log | undefined): StatementLog {
  if (log === undefined) return (_text, start) => start();
  let count = 0;
  return async (text, start) => {
    count += 1;
    const number = `#${count}`;
    const begun = performance.now();
    const logFailure = (error: unknown): unknown => {
      const code = error instanceof DriverError ? `${error.code}: ` : '';
      log.write(1, 'sql', `${number} failed: ${code}${getErrorMessage(error)}`);
      return error;
    };
    log.write(2, 'sql', `${number} ${text}`);
    let result: StatementResult;
    try {
      result = await start();
    } catch (error) {
      throw logFailure(error);
    }
    for (const line of result.plan) log.write(3, 'sql', `${number} ${line}`);
    let rows = 0;
    async function* counted<T>(pages: AsyncGenerator<T[]>): AsyncGenerator<T[]> {
      try {
        for await (const page of pages) {
          rows += page.length;
          yield page;
        }
      } catch (error) {
        throw logFailure(error);
      }
    }
    let closed = false;
    return {
      ...wrapPages(result, counted),
      async close() {
        await result.close();
        if (closed) return;
        closed = true;
        const { stats, writes } = result;
        const written =
          writes === undefined ? '' : `${writes.itemsWritten} items written, ${totalWritten(writes)} WCU, `;
        const requests = stats.requests + (writes?.requests ?? 0);
        const elapsedMs = (performance.now() - begun).toFixed(1);
        log.write(
          2,
          'sql',
          `${number} ended: ${plural(rows, 'row')}, ${plural(requests, 'request')}, ${written}${totalCapacity(stats)} RCU, ${elapsedMs} ms`,
        );
      },
    };
  };
}
