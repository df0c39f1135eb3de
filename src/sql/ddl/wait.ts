import { setTimeout as sleep } from 'node:timers/promises';
import type { TableDescription } from '../../catalog/describe.ts';
import { DriverError } from '../../core/errors.ts';
import { isBusy } from '../../dynamo/transport/admin.ts';
import type { DdlContext } from './ddl-context.ts';

const MIN_PAUSE_MS = 50;
const MAX_PAUSE_MS = 5000;
/** Creating an index on a large table takes hours, because DynamoDB backfills it. */
const MAX_WAIT_MS = 24 * 60 * 60_000;
const MAX_BUSY_MS = 10 * 60_000;
/** How often a table may be ACTIVE without the requested change: about a minute. */
const MAX_STALE_READS = 22;
const FIRST_NOTICE_MS = 1000;
const NOTICE_INTERVAL_MS = 15_000;

/** Describes what DynamoDB is still doing to a table; undefined when it has finished. */
type DescribePending = (table: TableDescription | undefined) => string | undefined;

/** Sends a request. If `waits` and DynamoDB is busy with another change of the table, retries until it is not. */
export async function retryWhileBusy<T>(
  command: string,
  { context, signal }: DdlContext,
  waits: boolean,
  send: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  for (const pause of pauses()) {
    try {
      return await send();
    } catch (error) {
      if (!waits || !isBusy(error) || performance.now() - start > MAX_BUSY_MS) throw error;
      if (pause >= FIRST_NOTICE_MS)
        context.session.notice(`${command} is waiting: another change of the table is in progress`);
      await sleep(pause, undefined, { signal });
    }
  }
  throw new DriverError('DYNAMO_IN_USE', `${command}: another change of the table is in progress`);
}

/** Polls DescribeTable until nothing is pending, with a notice about the progress now and then. */
export async function waitUntilDone(
  table: string,
  { context: { session }, signal }: DdlContext,
  describe: DescribePending,
): Promise<void> {
  const start = performance.now();
  let nextNoticeMs = FIRST_NOTICE_MS;
  let lastNotice: string | undefined;
  for (const pause of pauses()) {
    const pending = describe(await session.database.client.describeTable(table, signal));
    const elapsedMs = performance.now() - start;
    if (pending === undefined) return;
    if (elapsedMs > MAX_WAIT_MS)
      throw new DriverError('EXEC_TIMEOUT', `gave up after 24 hours: ${pending}`, {
        remedy: 'Check the progress with SHOW INDEXES and DESCRIBE.',
      });
    if (elapsedMs >= nextNoticeMs || (lastNotice !== undefined && lastNotice !== pending)) {
      session.notice(`${pending} (${Math.round(elapsedMs / 1000)} s)`);
      [lastNotice, nextNoticeMs] = [pending, elapsedMs + NOTICE_INTERVAL_MS];
    }
    await sleep(pause, undefined, { signal });
  }
}

/** What is pending for a table that should exist, or for one of its indexes. */
export function describePending(table: TableDescription | undefined): string | undefined {
  if (table === undefined) return 'the table does not exist yet';
  const { TableStatus: status = 'ACTIVE', TableName: name = '' } = table;
  const index = table.GlobalSecondaryIndexes?.find(
    ({ IndexStatus }) => IndexStatus !== undefined && IndexStatus !== 'ACTIVE',
  );
  if (index !== undefined) {
    const backfilling = index.Backfilling === true ? ', backfilling' : '';
    return `index "${index.IndexName}" of table "${name}" is ${index.IndexStatus}${backfilling}`;
  }
  return status === 'ACTIVE' ? undefined : `table "${name}" is ${status}`;
}

/** What is pending for a table until an index is created or deleted. */
export function describePendingIndex(index: string, goal: 'created' | 'deleted'): DescribePending {
  let staleReads = 0;
  return (table) => {
    const exists = table?.GlobalSecondaryIndexes?.some(({ IndexName }) => IndexName === index) === true;
    const pending = describePending(table);
    if (pending !== undefined || exists === (goal === 'created')) return pending;
    // DescribeTable is eventually consistent.
    staleReads += 1;
    if (staleReads > MAX_STALE_READS)
      throw new DriverError(
        'DYNAMO_MALFORMED',
        `DynamoDB accepted the request, but index "${index}" was not ${goal}`,
        { remedy: 'Check the index with SHOW INDEXES; some emulators ignore such requests.' },
      );
    return `index "${index}" is being ${goal}`;
  };
}

function* pauses(): Generator<number, void> {
  for (let pause = MIN_PAUSE_MS; ; pause = Math.min(MAX_PAUSE_MS, pause * 1.5)) yield pause;
}
