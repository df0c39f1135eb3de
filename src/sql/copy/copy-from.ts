import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { inParallel } from '../../core/async/parallel.ts';
import type { SourceFile } from '../../core/ports.ts';
import { createKeyedQueue } from '../../core/async/keyed-mutex.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { checkItem } from '../../dynamo/lint/lint-writes.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { newWriteStats, totalWritten, type WriteStats } from '../../dynamo/write/write-stats.ts';
import type { BatchedWrite } from '../../dynamo/write/writer.ts';
import { type CommandResult, emptyResult } from '../exec/command.ts';
import type { FileAccess } from '../exec/context.ts';
import { extractKey } from '../write/item-key.ts';
import { fetchItems } from '../write/fetch-items.ts';
import { putItem } from '../write/put-item.ts';
import { withPartialResult } from '../write/returning.ts';
import { isSameValue } from '../write/same-value.ts';
import type { StatementScope } from '../write/statement-scope.ts';
import { estimatePutUnits, getWriteBudget } from '../write/write-budget.ts';
import { resolveTarget } from '../write/target-table.ts';
import type { CopyRequest } from './options.ts';
import { toFileError } from './file-error.ts';
import { readParquet } from './parquet.ts';
import { withColumnTypes } from './typed-table.ts';
import { createWriteRateLimiter, type WriteRateLimiter } from './write-rate-limiter.ts';
import { openRejectLog, type RejectLog } from './reject-log.ts';
import { createWatermark, openResumePoint, type ResumePoint, type Watermark } from './resume-point.ts';
import { type FileRow, type LoadTarget, parseTextRows } from './file-rows.ts';
import { recordBatch } from '../write/record-write.ts';
import { readFileBytes, decodeUtf8 } from './file-text.ts';

/** A running load. */
interface Load {
  readonly request: CopyRequest;
  readonly table: TableDef;
  readonly scope: StatementScope;
  readonly writes: WriteStats;
  readonly rejects: RejectLog;
  readonly resume: ResumePoint | undefined;
  readonly watermark: Watermark;
  readonly rateLimiter: WriteRateLimiter;
  /** Reports the progress, and saves it from time to time. */
  readonly onWritten: () => void;
}

/** COPY FROM: writes the rows of a file to a table. */
export async function copyFrom(
  request: CopyRequest,
  input: Omit<StatementScope, 'stats'>,
): Promise<CommandResult> {
  const { statement, options, columns, files } = request;
  const { parsed, context, signal } = input;
  const target = await resolveTarget(statement.relation, 'COPY FROM', parsed, context, signal);
  const table = withColumnTypes(target, options.types);
  const file = await openSource(request);
  const scope: StatementScope = { ...input, stats: newReadStats() };
  const writes = newWriteStats();
  const resumeOptions = { ...options, rateLimit: undefined, rejects: undefined, columns };
  const resume = options.resume
    ? await openResumePoint(files.disk, file, table.name, resumeOptions, signal)
    : undefined;
  const watermark = createWatermark(resume?.rows ?? 0);
  const rejects = await openRejectLog(request, (resume?.rows ?? 0) > 0);
  // A second run would find the files of the first.
  if (resume !== undefined || options.rejects !== undefined) context.trace.hasWritten = true;
  const saver = createProgressSaver(resume, watermark);
  let bytes = 0;
  const load: Load = {
    request,
    table,
    scope,
    writes,
    rejects,
    resume,
    watermark,
    rateLimiter: createWriteRateLimiter(options.rateLimit, writes, files.clock),
    onWritten() {
      saver.touch();
      const { itemsWritten: rows } = writes;
      context.onProgress?.({ rows, bytes, totalBytes: file.size, writeCapacity: totalWritten(writes) });
    },
  };
  const into: LoadTarget = { table, columns, options, parsed };
  const rows = readRows(file, into, files, signal, (read) => {
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
    // The rows may have added columns.
    if (writes.itemsWritten > 0) context.catalog.forget(table.name);
  }
  if (rejects.count() > 0)
    context.session.warn(`COPY ${table.name}: skipped ${rejects.count()} invalid rows of ${file.path}`);
  return { ...emptyResult('COPY', writes.itemsWritten), stats: scope.stats, writes };
}

async function openSource({ file, files: { disk } }: CopyRequest): Promise<SourceFile> {
  const path = disk.resolve(file);
  let source: SourceFile | undefined;
  try {
    source = await disk.source(file);
  } catch (error) {
    throw toFileError(error, 'read', path);
  }
  if (source !== undefined) return source;
  throw new DriverError(
    'FILE_NOT_FOUND',
    `could not open file "${path}" for reading: No such file or directory`,
  );
}

function readRows(
  file: SourceFile,
  into: LoadTarget,
  files: FileAccess,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): AsyncIterable<readonly FileRow[]> {
  const { format, compression } = into.options;
  if (format === 'parquet') return readParquetRows(file, into, files, signal);
  const chunks = readFileBytes(file, compression === 'gzip', signal, onBytes);
  return parseTextRows(decodeUtf8(chunks, file.path), into, file.path);
}

async function* readParquetRows(
  { path }: SourceFile,
  into: LoadTarget,
  files: FileAccess,
  signal: AbortSignal,
): AsyncGenerator<readonly FileRow[]> {
  const engine = await files.engine(path);
  try {
    yield* readParquet(engine, path, into, signal);
  } finally {
    engine.close();
  }
}

interface NewItem {
  readonly kind: 'put';
  readonly item: AttributeMap;
  readonly row: FileRow;
}

/** Builds the items of the rows that earlier runs have not written. Items before an invalid row are still yielded. */
async function* toNewItems(
  rows: AsyncIterable<readonly FileRow[]>,
  load: Load,
): AsyncGenerator<readonly NewItem[]> {
  const { table, watermark, rejects, request, resume } = load;
  let at = 0;
  for await (const batch of rows) {
    const items: NewItem[] = [];
    try {
      for (const row of batch) {
        at += 1;
        if (at <= (resume?.rows ?? 0)) continue;
        try {
          const item = row.item();
          checkItem(item, table.key);
          items.push({ kind: 'put', item, row });
          watermark.start(at);
        } catch (error) {
          if (!(error instanceof DriverError)) throw error;
          if (request.options.onError === 'stop') throw withRowContext(error, row, request);
          await rejects.add(row, error);
        }
        // Not reached for a row that stops the load, so that a resumed load reads it again.
        watermark.advance(at);
      }
    } finally {
      yield items;
    }
  }
}

function withRowContext(error: DriverError, { line }: FileRow, { file, options }: CopyRequest): DriverError {
  const unit = options.format === 'parquet' ? 'row' : 'line';
  return new DriverError(error.code, `${file}, ${unit} ${line}: ${error.message}`, {
    cause: error,
    remedy: error.remedy,
  });
}

/** Puts the items in batches of 25, replacing existing ones. */
async function putAll(rows: AsyncIterable<readonly FileRow[]>, load: Load): Promise<void> {
  const { table, scope, writes, watermark, rateLimiter: pace, onWritten } = load;
  const { settings, session } = scope.context;
  const budget = getWriteBudget(writes, settings.maxWcu);
  const measured = settings.maxWcu !== undefined || pace.bounded;
  const estimateUnits = (batch: readonly BatchedWrite[]): number =>
    measured
      ? batch.reduce(
          (sum, write) => sum + (write.kind === 'put' ? estimatePutUnits(write.item, table) : 1),
          0,
        )
      : 0;
  await session.database.client.writeBatches(table.name, toNewItems(rows, load), {
    concurrency: settings.threads,
    key: table.key,
    stats: writes,
    signal: scope.signal,
    intercept: async (batch, send) => {
      const units = estimateUnits(batch);
      await pace.wait(units, scope.signal);
      const sent = await budget.spend(units, send);
      recordBatch(batch, table, scope.context);
      return sent;
    },
    onProgress: onWritten,
    onBatch: (first, count) => watermark.finish(first, count),
  });
}

/** Puts the items one by one, each only if its key does not exist yet. */
async function putEach(rows: AsyncIterable<readonly FileRow[]>, load: Load): Promise<void> {
  const { table, scope, writes, watermark, rateLimiter: pace, request, resume, onWritten } = load;
  const kind = request.options.onConflict === 'skip' ? 'nothing' : 'error';
  const takeTicket = createKeyedQueue();
  async function* queueByKey() {
    let at = 0;
    for await (const items of toNewItems(rows, load))
      for (const { row, item } of items)
        yield { row, item, at: at++, ticket: takeTicket([keyIdentity(extractKey(item, table))]) };
  }
  await inParallel(queueByKey(), scope.context.settings.threads, async ({ row, item, at, ticket }) => {
    try {
      await ticket.ready;
      if (pace.bounded) await pace.wait(estimatePutUnits(item, table), scope.signal);
      await putItem(item, { kind }, table, scope, writes, 'NONE');
    } catch (error) {
      const isAlreadyWritten =
        resume !== undefined && resume.rows > 0 && (await hasSameItem(item, error, load));
      if (!isAlreadyWritten)
        throw error instanceof DriverError && error.code === 'SQL_UNIQUE'
          ? withRowContext(error, row, request)
          : error;
    } finally {
      ticket.release();
    }
    watermark.finish(at, 1);
    onWritten();
  });
}

/** Whether an insert failed because an earlier run has written the same item. */
async function hasSameItem(item: AttributeMap, error: unknown, { table, scope }: Load): Promise<boolean> {
  if (!(error instanceof DriverError) || error.code !== 'SQL_UNIQUE') return false;
  const [existing] = await fetchItems([extractKey(item, table)], table, scope);
  return existing !== undefined && isSameValue({ M: existing }, { M: item });
}

const ROWS_BETWEEN_SAVES = 2000;

/** Saves the progress of a load, so that it can be resumed. */
interface ProgressSaver {
  /** Call after each write; saves every few thousand rows. */
  readonly touch: () => void;
  /** Call when the load has failed: saves the final position. */
  readonly stopped: () => Promise<void>;
  /** Call when the load is complete: deletes the saved position. */
  readonly finished: () => Promise<void>;
}

function createProgressSaver(resume: ResumePoint | undefined, watermark: Watermark): ProgressSaver {
  let saved = watermark.rows();
  let saving: Promise<void> = Promise.resolve();
  return {
    touch() {
      const rows = watermark.rows();
      if (resume === undefined || rows - saved < ROWS_BETWEEN_SAVES) return;
      saved = rows;
      saving = saving.then(() => resume.save(rows));
      // The error surfaces in `finished`; until then it must not count as unhandled.
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
