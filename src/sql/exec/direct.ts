import type { ColumnDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import { MIN_FILTERED_PAGE } from '../../dynamo/read/reader.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import type { DecimalStyle } from '../types/value.ts';
import type { DirectPlan } from '../plan/direct-plan.ts';
import type { ResultColumn } from '../types/types.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { Value } from '../types/value.ts';
import type { StatementContext } from './context.ts';
import { createRowScanner } from './item-scanner.ts';
import { readTable } from './read-table.ts';
import { createColumnDecoder } from './row-decoder.ts';

/** Rows in pages that are never empty: as arrays by position, or as objects by column name. */
export interface RowReader {
  arrays(): AsyncGenerator<Value[][]>;
  objects(): AsyncGenerator<Record<string, Value>[]>;
  /** Rows in PostgreSQL's text format, where values of JavaScript keep less than the rows have: microseconds, for one. */
  readonly texts?: (() => AsyncGenerator<(string | null)[][]>) | undefined;
  /** The undecoded items, where each of them is one row. */
  readonly pages?: (() => AsyncGenerator<Page>) | undefined;
  /** Once the rows are read: whether MaxRows left out others, or may have where only another request could tell. */
  readonly isCut?: () => boolean;
}

/** Set while rows are read: whether MaxRows cut the result. */
interface Cut {
  isCut: boolean;
}

/** A statement that runs on the direct path. */
export interface DirectResult extends RowReader {
  readonly columns: readonly ResultColumn[];
  readonly reads: readonly TableRead[];
  readonly stats: ReadStats;
  close(): Promise<void>;
}

/** Starts a statement on the direct path: constant memory, no engine. */
export function openDirectly(
  plan: DirectPlan,
  reads: readonly TableRead[],
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): DirectResult {
  const toObject = createObjectMapper(plan.columns.map((column) => column.name));
  const cut: Cut = { isCut: false };
  const arrays = (): AsyncGenerator<Value[][]> => readRows(plan, context, stats, signal, cut);
  const isPlain =
    plan.summaries === undefined && (plan.limit ?? plan.offset) === undefined && context.settings.maxRows < 0;
  return {
    columns: plan.columns,
    reads,
    stats,
    arrays,
    async *objects() {
      for await (const rows of arrays()) yield rows.map(toObject);
    },
    isCut: () => cut.isCut,
    pages: isPlain ? () => readTable(plan.read, context, stats, signal) : undefined,
    close: () => Promise.resolve(),
  };
}

/** Turns rows into objects by column name; of columns with the same name the last one wins, as in node-postgres. */
export function createObjectMapper(
  names: readonly string[],
): (row: readonly Value[]) => Record<string, Value> {
  // Assigning to `__proto__` would set the prototype instead of a member.
  if (names.includes('__proto__'))
    return (row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? null]));
  return (row) => {
    const object: Record<string, Value> = {};
    for (let i = 0; i < names.length; i++) object[names[i] ?? ''] = row[i] ?? null;
    return object;
  };
}

function readRows(
  plan: DirectPlan,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
  cut: Cut,
): AsyncGenerator<Value[][]> {
  return plan.summaries === undefined
    ? readItems(plan, context, stats, signal, cut)
    : readSummaries(plan.summaries, context, stats, signal, cut);
}

async function* readSummaries(
  summaries: NonNullable<DirectPlan['summaries']>,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
  cut: Cut,
): AsyncGenerator<Value[][]> {
  cut.isCut = context.settings.maxRows === 0;
  if (!cut.isCut) yield [await summarize(summaries, context, stats, signal)];
}

async function summarize(
  summaries: NonNullable<DirectPlan['summaries']>,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): Promise<Value[]> {
  const values = new Map<TableRead, Promise<Value>>();
  for (const summary of summaries) {
    const { read } = summary;
    const value = values.get(read) ?? summaryValue(summary, context, stats, signal);
    values.set(read, value);
  }
  return Promise.all(summaries.map(async ({ read }) => (await values.get(read)) ?? null));
}

async function summaryValue(
  summary: NonNullable<DirectPlan['summaries']>[number],
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): Promise<Value> {
  const { read } = summary;
  if (summary.kind === 'count') {
    let count = 0;
    for await (const page of readTable(read, context, stats, signal)) count += page.count;
    return count;
  }
  const first = { columns: [], read, output: [summary.column] };
  for await (const [row] of readItems(first, context, stats, signal)) return row?.[0] ?? null;
  return null;
}

async function* readItems(
  plan: DirectPlan,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
  cut?: Cut,
): AsyncGenerator<Value[][]> {
  const { read, limit = Infinity } = plan;
  const maxRows = context.settings.maxRows < 0 ? Infinity : context.settings.maxRows;
  let skip = plan.offset ?? 0;
  let left = Math.min(limit, maxRows);
  if (cut) cut.isCut = maxRows === 0 && limit > 0;
  if (left <= 0) return;
  const decode = findPageDecoder(plan.output, context.settings.decimals);
  // One row more than MaxRows tells whether the result is cut.
  const fewer = maxRows < limit ? withFirstPage(read, skip + maxRows + 1) : read;
  for await (const page of readTable(fewer, context, stats, signal)) {
    if (page.count <= skip) {
      skip -= page.count;
      continue;
    }
    let unused = page.count;
    for (const batch of decode(page)) {
      const rows = skip > 0 || batch.length > left ? batch.slice(skip, skip + left) : batch;
      unused -= Math.min(batch.length, skip + left);
      skip = Math.max(0, skip - batch.length);
      left -= rows.length;
      if (cut && left <= 0) cut.isCut = maxRows < limit && (unused > 0 || mayHaveMorePages(page, read));
      if (rows.length > 0) yield rows;
      if (left <= 0) return;
    }
  }
}

/** Above this a page of DynamoDB's own size costs no more, and reading ahead saves time. */
const FEW_ITEMS = 1000;

/** The same read for a caller who will probably stop after `items`; guards still treat it as a complete read. */
function withFirstPage(read: TableRead, items: number): TableRead {
  const { access, fetchBack, filter, limit, firstPage } = read;
  if (access.kind !== 'Query' && access.kind !== 'Scan') return read;
  return items > FEW_ITEMS || (fetchBack ?? limit ?? firstPage) !== undefined
    ? read
    : { ...read, firstPage: filter.length > 0 ? Math.max(items, MIN_FILTERED_PAGE) : items };
}

/** Whether another page may follow this one. */
function mayHaveMorePages({ lastKey }: Page, { access, fetchBack }: TableRead): boolean {
  if (lastKey !== undefined || fetchBack !== undefined) return true;
  switch (access.kind) {
    case 'Query':
      return access.ranges.length > 1;
    case 'Scan':
      return access.segments > 1;
    case 'BatchGetItem':
      return true;
    case 'GetItem':
    case 'Empty':
      return false;
  }
}

type PageDecoder = (page: Page) => Iterable<Value[][]>;

/** Decoders by their output columns, so that a statement that runs again reuses its own. */
const decoders = {
  auto: new WeakMap<readonly ColumnDef[], PageDecoder>(),
  digits: new WeakMap<readonly ColumnDef[], PageDecoder>(),
};

function findPageDecoder(output: readonly ColumnDef[], decimals: DecimalStyle): PageDecoder {
  const known = decoders[decimals].get(output);
  if (known) return known;
  const made = createPageDecoder(output, decimals);
  decoders[decimals].set(output, made);
  return made;
}

/** Decodes pages with the scanner, and with JSON.parse what the scanner does not support. */
function createPageDecoder(output: readonly ColumnDef[], decimals: DecimalStyle): PageDecoder {
  const scan = createRowScanner(output, decimals);
  const readers = output.map((column) => createColumnDecoder(column, decimals));
  const read = (items: readonly AttributeMap[]): Value[][] =>
    items.map((item) => readers.map((reader) => reader(item)));
  function* decode({ items: bytes }: Page): Generator<Value[][]> {
    let done = 0;
    if (scan) {
      const batches = scan(bytes);
      let next = batches.next();
      for (; next.done !== true; next = batches.next()) {
        done += next.value.length;
        yield next.value;
      }
      if (next.value) return;
    }
    const items: AttributeMap[] = JSON.parse(bytes.toString());
    yield read(items.slice(done));
  }
  return (page) => (page.parsed ? [read(page.parsed)] : decode(page));
}
