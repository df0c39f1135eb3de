import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { inParallel } from '../../core/async/parallel.ts';
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
import { LatestChanges } from './latest-changes.ts';
import { assertItemCount, verifyPart } from './s3-export.ts';
import type { DataFile, DataSource } from './source-files.ts';
import { readParquet } from './parquet.ts';
import { withColumnTypes } from './typed-table.ts';
import { createWriteRateLimiter, type WriteRateLimiter } from './write-rate-limiter.ts';
import { openRejectLog, type RejectLog } from './reject-log.ts';
import { createWatermark, openResumePoint, type ResumePoint, type Watermark } from './resume-point.ts';
import { type FileRow, type LoadTarget, parseTextRows, type RowWrite } from './file-rows.ts';
import { recordBatch } from '../write/record-write.ts';
import { readFileBytes, decodeUtf8 } from './file-text.ts';

/** A running load. */
interface Load {
  readonly request: CopyRequest;
  readonly table: TableDef;
  readonly scope: StatementScope;
  readonly writes: WriteStats;
  readonly rejects: RejectLog;
  readonly isOfSeveralFiles: boolean;
  readonly resume: ResumePoint | undefined;
  readonly watermark: Watermark;
  readonly rateLimiter: WriteRateLimiter;
  /** Reports the progress, and saves it from time to time. */
  readonly onWritten: () => void;
}

/** COPY FROM: writes the rows of files to a table. */
export async function copyFrom(
  request: CopyRequest,
  source: DataSource,
  input: Omit<StatementScope, 'stats'>,
): Promise<CommandResult> {
  const { statement, options, columns, files } = request;
  const { parsed, context, signal } = input;
  const target = await resolveTarget(statement.relation, 'COPY FROM', parsed, context, signal);
  const table = withColumnTypes(target, options.types);
  const scope: StatementScope = { ...input, stats: newReadStats() };
  const writes = newWriteStats();
  const resumeOptions = { ...options, rateLimit: undefined, rejects: undefined, columns };
  const resume = options.resume
    ? await openResumePoint(files.disk, source, table.name, resumeOptions, signal)
    : undefined;
  const watermark = createWatermark(resume?.rows ?? 0);
  const rejects = await openRejectLog(request, (resume?.rows ?? 0) > 0);
  // A second run would find the files of the first.
  if (resume !== undefined || options.rejects !== undefined) context.trace.hasWritten = true;
  const saver = createProgressSaver(resume, watermark);
  const sizes = source.files.map(({ source: { size } }) => size);
  const totalBytes = sizes.every((size) => size !== undefined)
    ? sizes.reduce((sum, size) => sum + size, 0)
    : undefined;
  let bytes = 0;
  const load: Load = {
    request,
    table,
    scope,
    writes,
    rejects,
    isOfSeveralFiles: source.files.length > 1,
    resume,
    watermark,
    rateLimiter: createWriteRateLimiter(options.rateLimit, writes, files.clock),
    onWritten() {
      saver.touch();
      const { itemsWritten: rows } = writes;
      context.onProgress?.({ rows, bytes, totalBytes, writeCapacity: totalWritten(writes) });
    },
  };
  let lastPage: { readonly file: string; readonly isCut: boolean } | undefined;
  let file = request.file;
  const into: LoadTarget = {
    table,
    columns,
    options,
    parsed,
    changes: new LatestChanges(),
    onPage: ({ isCut }) => void (lastPage = { file, isCut }),
  };
  const rows = readAllRows(source.files, into, files, signal, (current, read) => {
    file = current;
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
    context.session.warn(`COPY ${table.name}: skipped ${rejects.count()} invalid rows of ${source.path}`);
  if (lastPage?.isCut === true)
    context.session.warn(
      `COPY ${table.name}: the scan in "${lastPage.file}" was cut before its end: its last page names where it goes on (LastEvaluatedKey or NextToken)`,
    );
  return { ...emptyResult('COPY', writes.itemsWritten), stats: scope.stats, writes };
}

/** A row, and its file in messages. */
interface LabelledRow extends FileRow {
  readonly file: string;
}

/** The rows of the files, one file after the other. `onBytes` gets the number of bytes read of all of them. */
async function* readAllRows(
  files: readonly DataFile[],
  into: LoadTarget,
  access: FileAccess,
  signal: AbortSignal,
  onBytes: (file: string, bytes: number) => void,
): AsyncGenerator<readonly LabelledRow[]> {
  let before = 0;
  for (const { source, label, part } of files) {
    if (part !== undefined) await verifyPart(part, source, signal);
    let bytes = 0;
    let count = 0;
    onBytes(label, before);
    const rows = readRows({ source, label, part }, into, access, signal, (read) => {
      bytes = read;
      onBytes(label, before + read);
    });
    for await (const batch of rows) {
      count += batch.length;
      yield batch.map((row) => ({ ...row, file: label }));
    }
    before += source.size ?? bytes;
    if (part !== undefined) assertItemCount(part, count);
  }
}

function readRows(
  { source }: DataFile,
  into: LoadTarget,
  access: FileAccess,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): AsyncIterable<readonly FileRow[]> {
  const { format, compression } = into.options;
  if (format === 'parquet') return readParquetRows(source.path, into, access, signal);
  const chunks = readFileBytes(source, compression, signal, onBytes);
  return parseTextRows(decodeUtf8(chunks, source.path), into, source.path);
}

async function* readParquetRows(
  path: string,
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

type LoadedRow = RowWrite & { readonly row: LabelledRow };

/** Builds the writes of the rows that earlier runs have not written. Rows before an invalid one are still yielded. */
async function* toWrites(
  rows: AsyncIterable<readonly LabelledRow[]>,
  load: Load,
): AsyncGenerator<readonly LoadedRow[]> {
  const { table, watermark, rejects, request, resume } = load;
  let at = 0;
  for await (const batch of rows) {
    const writes: LoadedRow[] = [];
    try {
      for (const row of batch) {
        at += 1;
        if (at <= (resume?.rows ?? 0)) {
          row.skip?.();
          continue;
        }
        try {
          const write = row.write();
          if (write?.isChange === true) assertReplaces(request);
          if (write?.kind === 'put') checkItem(write.item, table.key);
          if (write !== undefined) {
            writes.push({ ...write, row });
            watermark.start(at);
          }
        } catch (error) {
          if (!(error instanceof DriverError)) throw error;
          if (request.options.onError === 'stop') throw withRowContext(error, row, request);
          await rejects.add(row, error, load.isOfSeveralFiles ? row.file : undefined);
        }
        // Not reached for a row that stops the load, so that a resumed load reads it again.
        watermark.advance(at);
      }
    } finally {
      yield writes;
    }
  }
}

/** Changes are what an item has become, or that it is gone: they make no sense as inserts. */
function assertReplaces({ options: { onConflict } }: CopyRequest): void {
  if (onConflict !== 'replace')
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `COPY ON_CONFLICT ${onConflict} cannot be used with an incremental export`,
      { remedy: 'Leave ON_CONFLICT out: the changes are written in their order.' },
    );
}

function withRowContext(
  error: DriverError,
  { file, line }: LabelledRow,
  { options }: CopyRequest,
): DriverError {
  const unit = options.format === 'parquet' ? 'row' : 'line';
  return new DriverError(error.code, `${file}, ${unit} ${line}: ${error.message}`, {
    cause: error,
    remedy: error.remedy,
  });
}

/** Puts the items in batches of 25, replacing existing ones. */
async function putAll(rows: AsyncIterable<readonly LabelledRow[]>, load: Load): Promise<void> {
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
  await session.database.client.writeBatches(table.name, toWrites(rows, load), {
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
async function putEach(rows: AsyncIterable<readonly LabelledRow[]>, load: Load): Promise<void> {
  const { table, scope, writes: stats, watermark, rateLimiter: pace, request, resume, onWritten } = load;
  const kind = request.options.onConflict === 'skip' ? 'nothing' : 'error';
  const takeTicket = createKeyedQueue();
  async function* queueByKey() {
    let at = 0;
    for await (const writes of toWrites(rows, load))
      for (const write of writes)
        if (write.kind === 'put') {
          const { row, item } = write;
          yield { row, item, at: at++, ticket: takeTicket([keyIdentity(extractKey(item, table))]) };
        }
  }
  await inParallel(queueByKey(), scope.context.settings.threads, async ({ row, item, at, ticket }) => {
    try {
      await ticket.ready;
      if (pace.bounded) await pace.wait(estimatePutUnits(item, table), scope.signal);
      await putItem(item, { kind }, table, scope, stats, 'NONE');
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
