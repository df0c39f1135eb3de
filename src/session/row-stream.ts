import { formatRow, textFormatter } from '../sql/types/format-value.ts';
import { totalCapacity } from '../dynamo/read/read-stats.ts';
import { newWriteStats, totalWritten, type WriteStats } from '../dynamo/write/write-stats.ts';
import type { RowOptions } from '../sql/exec/direct.ts';
import type { StatementResult } from '../sql/statement/statement.ts';
import type { ResultColumn } from '../sql/types/types.ts';
import type { QueryOptions, QueryResult, RowStream, StatementStats } from './connection.ts';

/** Pages of rows in the requested mode; the caller says by `T` what its rows look like. */
function readPages<T>(
  result: StatementResult,
  { rowMode }: QueryOptions,
  rows?: RowOptions,
): AsyncGenerator<T[]> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller knows what its rows look like
  return (rowMode === 'array' ? result.arrays(rows) : result.objects(rows)) as AsyncGenerator<T[]>;
}

/** Rows in PostgreSQL's text format. */
async function* formatRows({
  columns,
  arrays,
  timeZone,
}: StatementResult): AsyncGenerator<(string | null)[][]> {
  const formatters = columns.map(({ type }) => textFormatter(type, timeZone));
  for await (const rows of arrays()) yield rows.map((row) => formatRow(row, formatters));
}

/** All rows of a running statement. `begun`: performance.now() when it was started. */
export async function collectRows<T>(
  result: StatementResult,
  options: QueryOptions,
  begun: number,
): Promise<QueryResult<T>> {
  try {
    const rows: T[] = [];
    for await (const page of readPages<T>(result, options, { addColumns: true })) {
      for (const row of page) rows.push(row);
    }
    const added = result.addedColumns?.() ?? [];
    if (added.length > 0) fillRows(rows, result.columns.length, added);
    return {
      rows,
      columns: added.length === 0 ? result.columns : [...result.columns, ...added],
      command: result.tag,
      rowCount: result.affected ?? rows.length,
      truncated: result.isCut?.() ?? false,
      stats: finalStats(result, begun),
    };
  } finally {
    await result.close();
  }
}

/** Gives the rows that were read before a column was added their NULL. */
function fillRows(rows: readonly unknown[], width: number, added: readonly ResultColumn[]): void {
  for (const row of rows) {
    if (Array.isArray(row)) while (row.length < width + added.length) row.push(null);
    else if (typeof row === 'object' && row !== null)
      for (const { name } of added)
        if (!Object.hasOwn(row, name))
          Object.defineProperty(row, name, {
            value: null,
            enumerable: true,
            writable: true,
            configurable: true,
          });
  }
}

/** The rows of a running statement as a stream; `stop` cancels its requests. */
export function rowStream<T>(
  result: StatementResult,
  options: QueryOptions,
  begun: number,
  stop: () => void,
): RowStream<T> {
  const stats = liveStats(result, begun);
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
      await result.close();
    })());
  return {
    columns: result.columns,
    timeZone: result.timeZone,
    command: result.tag,
    affected: result.affected,
    get truncated() {
      return result.isCut?.() ?? false;
    },
    stats,
    [Symbol.asyncIterator]: () =>
      rowIterator(opened(readPages<T>(result, options)), close, () => closed !== undefined),
    async *batches() {
      try {
        yield* opened(result.arrays());
      } finally {
        await close();
      }
    },
    async *textBatches() {
      try {
        yield* opened(result.texts?.() ?? formatRows(result));
      } finally {
        await close();
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Iterates over single rows. Written by hand, because an async generator takes three turns of the microtask queue per row
 * and this takes one.
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

const NO_WRITES: WriteStats = newWriteStats();

/** Statistics that grow while the rows are read. */
function liveStats(result: StatementResult, begun: number): StatementStats {
  const { stats, writes = NO_WRITES, sampling, plan } = result;
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
      return totalCapacity(sampling);
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
    unknownAttributes: stats.unknownAttributes,
    written: writes.capacity,
    plan,
  };
}

/** Statistics of a statement that has ended. */
function finalStats(result: StatementResult, begun: number): StatementStats {
  const { stats, writes = NO_WRITES, sampling, plan } = result;
  const { requests, pages, itemsRead, itemsReturned, bytes, throttles, capacity, unknownAttributes } = stats;
  return {
    requests: requests + writes.requests,
    pages,
    itemsRead,
    itemsReturned,
    bytes: bytes + writes.bytes,
    throttles: throttles + writes.throttles,
    capacity,
    unknownAttributes,
    readCapacity: totalCapacity(stats),
    sampledCapacity: totalCapacity(sampling),
    writeCapacity: totalWritten(writes),
    written: writes.capacity,
    itemsWritten: writes.itemsWritten,
    conflicts: writes.conflicts,
    elapsedMs: performance.now() - begun,
    plan,
  };
}
