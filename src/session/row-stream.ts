import { totalCapacity, type ReadStats } from '../dynamo/read/read-stats.ts';
import { newWriteStats, totalWritten, type WriteStats } from '../dynamo/write/write-stats.ts';
import type { RowReader } from '../sql/exec/direct.ts';
import { describeAccess } from '../sql/plan/describe-access.ts';
import type { TableRead } from '../sql/plan/table-read.ts';
import type { OutputColumn, QueryOptions, RowStream, StatementStats } from './connection.ts';

/** A statement under way, whichever path it took. */
export interface Started extends RowReader {
  readonly columns: readonly OutputColumn[];
  readonly reads: readonly TableRead[];
  readonly stats: ReadStats;
  readonly writes?: WriteStats;
  /** What it took to learn what its tables look like. */
  readonly sampling?: ReadStats;
  /** Of a command: PostgreSQL's tag, and the rows that it changed. */
  readonly tag?: string;
  readonly affected?: number;
  close(): Promise<void>;
}

/** Rows in the mode that was asked for; `T` is the caller's word for their shape. */
export function pagesOf<T>(rows: RowReader, { rowMode }: QueryOptions): AsyncGenerator<T[]> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what rows look like is the caller's to say
  return (rowMode === 'array' ? rows.arrays() : rows.objects()) as AsyncGenerator<T[]>;
}

/** The rows of a statement under way; `stop` ends its requests. */
export function rowStream<T>(
  started: Started,
  options: QueryOptions,
  begun: number,
  stop: () => void,
): RowStream<T> {
  const stats = liveStats(started, begun);
  const readers: AsyncGenerator[] = [];
  const opened = <P>(pages: AsyncGenerator<P>): AsyncGenerator<P> => {
    readers.push(pages);
    return pages;
  };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      stop();
      await Promise.all(readers.map((pages) => pages.return(undefined)));
      await started.close();
    })());
  return {
    columns: started.columns,
    command: started.tag ?? 'SELECT',
    affected: started.affected,
    get truncated() {
      return started.isCut?.() ?? false;
    },
    stats,
    [Symbol.asyncIterator]: () =>
      rowIterator(opened(pagesOf<T>(started, options)), close, () => closed !== undefined),
    async *batches() {
      try {
        yield* opened(started.arrays());
      } finally {
        await close();
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * One row after another. By hand, because an async generator takes three turns of the event loop's queue for each row
 * where this takes one.
 */
function rowIterator<T>(
  pages: AsyncGenerator<T[]>,
  close: () => Promise<void>,
  isClosed: () => boolean,
): AsyncIterator<T, undefined> {
  let rows: Iterator<T> = [][Symbol.iterator]();
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    await close();
    return { done: true, value: undefined };
  };
  const turnPage = async (): Promise<IteratorResult<T, undefined>> => {
    try {
      const page = await pages.next();
      if (page.done === true) return await end();
      rows = page.value.values();
      return await next();
    } catch (error) {
      await end();
      throw error;
    }
  };
  const next = (): Promise<IteratorResult<T, undefined>> => {
    if (isClosed()) return Promise.resolve({ done: true, value: undefined });
    const row = rows.next();
    return row.done === true ? turnPage() : Promise.resolve(row);
  };
  return { next, return: end };
}

/** What nobody wrote. */
const NOTHING_WRITTEN: WriteStats = newWriteStats();

/** Statistics that go on growing with the reads. */
function liveStats(started: Started, begun: number): StatementStats {
  const { stats, writes = NOTHING_WRITTEN, reads } = started;
  const plan = reads.map(describeAccess);
  return {
    get requests() {
      return stats.requests + writes.requests;
    },
    get pages() {
      return stats.pages;
    },
    get itemsRead() {
      return stats.itemsRead;
    },
    get itemsReturned() {
      return stats.itemsReturned;
    },
    get bytes() {
      return stats.bytes + writes.bytes;
    },
    get throttles() {
      return stats.throttles + writes.throttles;
    },
    get readCapacity() {
      return totalCapacity(stats);
    },
    get sampledCapacity() {
      return sampledCapacity(started);
    },
    get writeCapacity() {
      return totalWritten(writes);
    },
    get itemsWritten() {
      return writes.itemsWritten;
    },
    get conflicts() {
      return writes.conflicts;
    },
    get elapsedMs() {
      return performance.now() - begun;
    },
    capacity: stats.capacity,
    written: writes.capacity,
    plan,
  };
}

/** What a statement took, when it is over. */
export function finalStats(started: Started, begun: number): StatementStats {
  const { requests, pages, itemsRead, itemsReturned, bytes, throttles, capacity } = started.stats;
  const { writes = NOTHING_WRITTEN, reads } = started;
  return {
    requests: requests + writes.requests,
    pages,
    itemsRead,
    itemsReturned,
    bytes: bytes + writes.bytes,
    throttles: throttles + writes.throttles,
    capacity,
    readCapacity: totalCapacity(started.stats),
    sampledCapacity: sampledCapacity(started),
    writeCapacity: totalWritten(writes),
    written: writes.capacity,
    itemsWritten: writes.itemsWritten,
    conflicts: writes.conflicts,
    elapsedMs: performance.now() - begun,
    plan: reads.map(describeAccess),
  };
}

function sampledCapacity({ sampling }: Started): number {
  return sampling === undefined ? 0 : totalCapacity(sampling);
}
