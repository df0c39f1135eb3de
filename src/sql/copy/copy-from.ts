import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { inParallel } from '../../core/async/parallel.ts';
import type { SourceFile } from '../../core/ports.ts';
import { createKeyedQueue } from '../../core/async/keyed-queue.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { checkItem } from '../../dynamo/lint/lint-writes.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { newWriteStats, totalWritten, type WriteStats } from '../../dynamo/write/write-stats.ts';
import type { BatchedWrite } from '../../dynamo/write/writer.ts';
import { type CommandResult, done } from '../exec/command.ts';
import type { FileAccess } from '../exec/context.ts';
import { keyOf } from '../write/item-of.ts';
import { itemsOf } from '../write/items-of.ts';
import { putItem } from '../write/put-item.ts';
import { withPartialResult } from '../write/returning.ts';
import { sameValue } from '../write/same-value.ts';
import type { StatementScope } from '../write/source-rows.ts';
import { unitsOfItem, writeGate } from '../write/write-gate.ts';
import { resolveTarget } from '../write/target-table.ts';
import type { CopyRequest } from './request.ts';
import { fileError } from './file-error.ts';
import { parquetRows } from './parquet.ts';
import { createWriteRateLimiter, type WriteRateLimiter } from './write-rate-limiter.ts';
import { openRejects, type Rejects } from './rejects.ts';
import { newWatermark, openResume, type Resume, type Watermark } from './resume.ts';
import { type FileRow, type RowsInto, textFileRows } from './rows.ts';
import { bytesOf, textsOf } from './texts.ts';

/** A load under way. */
interface Load {
  readonly request: CopyRequest;
  readonly table: TableDef;
  readonly reading: StatementScope;
  readonly writes: WriteStats;
  readonly rejects: Rejects;
  readonly resume: Resume | undefined;
  readonly watermark: Watermark;
  readonly pace: WriteRateLimiter;
  /** Tells how far it is, and remembers it now and then. */
  readonly onWritten: () => void;
}

/** Puts the rows of a file into a table. */
export async function copyFrom(
  request: CopyRequest,
  asked: Omit<StatementScope, 'stats'>,
): Promise<CommandResult> {
  const { statement, options, columns, files } = request;
  const { parsed, context, signal } = asked;
  const table = await resolveTarget(statement.relation, 'COPY', parsed, context, signal);
  const file = await sourceOf(request);
  const reading: StatementScope = { ...asked, stats: newReadStats() };
  const writes = newWriteStats();
  const said = { ...options, rateLimit: undefined, rejects: undefined, columns };
  const resume = options.resume ? await openResume(files.disk, file, table.name, said, signal) : undefined;
  const watermark = newWatermark(resume?.rows ?? 0);
  const rejects = await openRejects(request, (resume?.rows ?? 0) > 0);
  const saver = newSaver(resume, watermark);
  let bytes = 0;
  const load: Load = {
    request,
    table,
    reading,
    writes,
    rejects,
    resume,
    watermark,
    pace: createWriteRateLimiter(options.rateLimit, writes, files.clock),
    onWritten() {
      saver.touch();
      const { itemsWritten: rows } = writes;
      context.onProgress?.({ rows, bytes, totalBytes: file.size, writeCapacity: totalWritten(writes) });
    },
  };
  const into: RowsInto = { table, columns, options, parsed };
  const rows = rowsOf(file, into, files, signal, (read) => {
    bytes = read;
  });
  try {
    await (options.onConflict === 'replace' ? putAll(rows, load) : putEach(rows, load));
    await saver.finished();
  } catch (error) {
    await saver.stopped();
    throw withPartialResult(error, writes, 'copied');
  } finally {
    await rejects.close();
    // Its columns may be others now.
    if (writes.itemsWritten > 0) context.catalog.forget(table.name);
  }
  if (rejects.count() > 0)
    context.warn(`COPY ${table.name}: skipped what is no item in ${file.path} (rows: ${rejects.count()})`);
  return { ...done('COPY', writes.itemsWritten), stats: reading.stats, writes };
}

async function sourceOf({ file, files: { disk } }: CopyRequest): Promise<SourceFile> {
  const path = disk.resolve(file);
  let found: SourceFile | undefined;
  try {
    found = await disk.source(file);
  } catch (error) {
    throw fileError(error, 'read', path);
  }
  if (found !== undefined) return found;
  throw new DriverError('FILE_NOT_FOUND', `${path} cannot be read: there is no such file.`);
}

function rowsOf(
  file: SourceFile,
  into: RowsInto,
  files: FileAccess,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): AsyncIterable<readonly FileRow[]> {
  const { format, compression } = into.options;
  if (format === 'parquet') return parquetFileRows(file, into, files, signal);
  const chunks = bytesOf(file, compression === 'gzip', signal, onBytes);
  return textFileRows(textsOf(chunks, file.path), into, file.path);
}

async function* parquetFileRows(
  { path }: SourceFile,
  into: RowsInto,
  files: FileAccess,
  signal: AbortSignal,
): AsyncGenerator<readonly FileRow[]> {
  const engine = await files.engine(path);
  try {
    yield* parquetRows(engine, path, into, signal);
  } finally {
    engine.close();
  }
}

interface NewItem {
  readonly kind: 'put';
  readonly item: AttributeMap;
  readonly row: FileRow;
}

/** The items that the rows are, from the first that earlier runs have not done; also those before a row that is none. */
async function* itemsOfRows(
  rows: AsyncIterable<readonly FileRow[]>,
  load: Load,
): AsyncGenerator<readonly NewItem[]> {
  const { table, watermark, rejects, request, resume } = load;
  let at = 0;
  for await (const some of rows) {
    const items: NewItem[] = [];
    try {
      for (const row of some) {
        at += 1;
        if (at <= (resume?.rows ?? 0)) continue;
        try {
          const item = row.item();
          checkItem(item, table.key);
          items.push({ kind: 'put', item, row });
          watermark.begun(at);
        } catch (error) {
          if (!(error instanceof DriverError)) throw error;
          if (request.options.onError === 'stop') throw atRow(error, row, request);
          await rejects.add(row, error);
        }
        // A row that stops the load is to be read again.
        watermark.read(at);
      }
    } finally {
      yield items;
    }
  }
}

function atRow(error: DriverError, { line }: FileRow, { file, options }: CopyRequest): DriverError {
  const place = options.format === 'parquet' ? 'row' : 'line';
  return new DriverError(error.code, `${file}, ${place} ${line}: ${error.message}`, {
    cause: error,
    remedy: error.remedy,
  });
}

/** Puts the items 25 to a request, whatever is there. */
async function putAll(rows: AsyncIterable<readonly FileRow[]>, load: Load): Promise<void> {
  const { table, reading, writes, watermark, pace, onWritten } = load;
  const { client, settings, writing } = reading.context;
  const gate = writeGate(writes, writing.maxWcu);
  const measured = writing.maxWcu !== undefined || pace.bounded;
  const unitsOf = (batch: readonly BatchedWrite[]): number =>
    measured
      ? batch.reduce((sum, write) => sum + (write.kind === 'put' ? unitsOfItem(write.item, table) : 1), 0)
      : 0;
  await client.writeBatches(table.name, itemsOfRows(rows, load), {
    concurrency: settings.threads,
    key: table.key,
    stats: writes,
    signal: reading.signal,
    around: async (batch, send) => {
      const units = unitsOf(batch);
      await pace.wait(units, reading.signal);
      return gate.pass(units, send);
    },
    onProgress: onWritten,
    onBatch: (first, count) => watermark.finished(first, count),
  });
}

/** Puts the items one by one, each only where its key has none yet. */
async function putEach(rows: AsyncIterable<readonly FileRow[]>, load: Load): Promise<void> {
  const { table, reading, writes, watermark, pace, request, resume, onWritten } = load;
  const kind = request.options.onConflict === 'skip' ? 'nothing' : 'error';
  const takeTurn = createKeyedQueue();
  async function* inTurn() {
    let at = 0;
    for await (const items of itemsOfRows(rows, load))
      for (const { row, item } of items)
        yield { row, item, at: at++, turn: takeTurn([keyIdentity(keyOf(item, table))]) };
  }
  await inParallel(inTurn(), reading.context.settings.threads, async ({ row, item, at, turn }) => {
    try {
      await turn.ready;
      if (pace.bounded) await pace.wait(unitsOfItem(item, table), reading.signal);
      await putItem(item, { kind }, table, reading, writes, false);
    } catch (error) {
      const isOwn = resume !== undefined && resume.rows > 0 && (await isThere(item, error, load));
      if (!isOwn)
        throw error instanceof DriverError && error.code === 'SQL_UNIQUE'
          ? atRow(error, row, request)
          : error;
    } finally {
      turn.release();
    }
    watermark.finished(at, 1);
    onWritten();
  });
}

/** Whether an earlier run has put the very item. */
async function isThere(item: AttributeMap, error: unknown, { table, reading }: Load): Promise<boolean> {
  if (!(error instanceof DriverError) || error.code !== 'SQL_UNIQUE') return false;
  const [there] = await itemsOf([keyOf(item, table)], table, reading);
  return there !== undefined && sameValue({ M: there }, { M: item });
}

const ROWS_BETWEEN_SAVES = 2000;

/** Remembers how far a load is. */
interface Saver {
  /** Every few thousand rows, one write of the file at a time. */
  readonly touch: () => void;
  /** When the load has stopped. */
  readonly stopped: () => Promise<void>;
  /** When it is over. */
  readonly finished: () => Promise<void>;
}

function newSaver(resume: Resume | undefined, watermark: Watermark): Saver {
  let saved = watermark.rows();
  let saving: Promise<void> = Promise.resolve();
  return {
    touch() {
      const rows = watermark.rows();
      if (resume === undefined || rows - saved < ROWS_BETWEEN_SAVES) return;
      saved = rows;
      saving = saving.then(() => resume.save(rows));
      // Whoever waits for the end is told.
      saving.catch(() => undefined);
    },
    async stopped() {
      await Promise.allSettled([saving]);
      await resume?.save(watermark.rows());
    },
    async finished() {
      await saving;
      await resume?.forget();
    },
  };
}
