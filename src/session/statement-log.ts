import { DriverError, getErrorMessage } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { plural } from '../core/plural.ts';
import { totalCapacity } from '../dynamo/read/read-stats.ts';
import { totalWritten } from '../dynamo/write/write-stats.ts';
import type { RowReader } from '../sql/exec/direct.ts';
import { describeAccess } from '../sql/plan/describe-access.ts';
import type { Started } from './row-stream.ts';

/** Starts a statement and logs how it goes. */
export type StatementLog = (text: string, start: () => Promise<Started>) => Promise<Started>;

/** Where nothing is logged, nothing stands between. */
export function statementLog(log: Log | undefined): StatementLog {
  if (log === undefined) return (_text, start) => start();
  let count = 0;
  return async (text, start) => {
    count += 1;
    const number = `#${count}`;
    const begun = performance.now();
    const failed = (error: unknown): unknown => {
      const code = error instanceof DriverError ? `${error.code}: ` : '';
      log.write(1, 'sql', `${number} failed: ${code}${getErrorMessage(error)}`);
      return error;
    };
    log.write(2, 'sql', `${number} ${text}`);
    let started: Started;
    try {
      started = await start();
    } catch (error) {
      throw failed(error);
    }
    for (const read of started.reads) log.write(3, 'sql', `${number} ${describeAccess(read)}`);
    let rows = 0;
    async function* watched<T>(batches: AsyncGenerator<T[]>): AsyncGenerator<T[]> {
      try {
        for await (const batch of batches) {
          rows += batch.length;
          yield batch;
        }
      } catch (error) {
        throw failed(error);
      }
    }
    const reader: RowReader = {
      arrays: () => watched(started.arrays()),
      objects: () => watched(started.objects()),
    };
    let told = false;
    return {
      ...started,
      ...reader,
      async close() {
        await started.close();
        if (told) return;
        told = true;
        const { stats, writes } = started;
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
