import { isSampled, knownAttributes } from '../../catalog/known-attributes.ts';
import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { createTurns, mapSlices } from '../../core/async/turns.ts';
import { DriverError } from '../../core/errors.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import { MIN_FILTERED_PAGE } from '../../dynamo/read/reader.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import type { DecimalStyle } from '../types/value.ts';
import type { DirectPlan } from '../plan/direct-plan.ts';
import { formatRow, textFormatter } from '../types/format-value.ts';
import { isDocumentType, type ResultColumn } from '../types/types.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { Value } from '../types/value.ts';
import type { StatementContext } from './context.ts';
import { createRowScanner } from './item-scanner.ts';
import { readTable } from './read-table.ts';
import { LateColumns } from './late-columns.ts';
import { createColumnDecoder, type DocumentStyle } from './row-decoder.ts';
import type { TimeStyle } from './time-value.ts';
import { findItemDrift, TypeDrift } from './type-drift.ts';
import { type OnUnknown, UnknownAttributes } from './unknown-attributes.ts';

/** Rows in pages that are never empty: as arrays by position, or as objects by column name. */
export interface RowReader {
  arrays(rows?: RowOptions): AsyncGenerator<Value[][]>;
  objects(rows?: RowOptions): AsyncGenerator<Record<string, Value>[]>;
  /** Rows in PostgreSQL's text format, where values of JavaScript keep less than the rows have: microseconds, for one. */
  readonly texts?: (() => AsyncGenerator<(string | null)[][]>) | undefined;
  /** The undecoded items, where each of them is one row. */
  readonly pages?: (() => AsyncGenerator<Page>) | undefined;
  /** Counts the unknown attributes of `pages`. */
  readonly unknown?: UnknownAttributes | undefined;
  /** Once the rows are read: whether MaxRows left out others, or may have where only another request could tell. */
  readonly isCut?: () => boolean;
  /** Once the rows are read: the columns that were added to them. */
  readonly addedColumns?: () => readonly ResultColumn[];
}

/** How rows are read. */
export interface RowOptions {
  /** Attributes of `SELECT *` that have no column become columns at the end of its rows, where that costs no request. */
  readonly addColumns?: boolean;
  /** Dates and timestamps as values of JavaScript, or in PostgreSQL's text format, which takes only what a column's type holds. */
  readonly times?: TimeStyle;
  /** Documents as values of JavaScript, or as JSON, in which numbers keep their digits. */
  readonly documents?: DocumentStyle;
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

/** Where the unknown attributes of rows go: they are counted, and added to the rows if there are late columns. */
interface Rest {
  readonly unknown: UnknownAttributes;
  readonly late: LateColumns | undefined;
}

/** Starts a statement on the direct path: constant memory, no engine. */
export function openDirectly(
  plan: DirectPlan,
  reads: readonly TableRead[],
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): DirectResult {
  const names = plan.columns.map((column) => column.name);
  const cut: Cut = { isCut: false };
  const unknown =
    plan.wholeRows === true && plan.summaries === undefined && isSampled(plan.read.table)
      ? new UnknownAttributes(plan.read.table, context, stats)
      : undefined;
  const late = unknown && new LateColumns(unknown, names.length, context.settings.decimals);
  const arrays = ({ addColumns, times, documents }: RowOptions = {}): AsyncGenerator<Value[][]> => {
    if (late && documents) late.documents = documents;
    return readRows(
      // Look-ups by key spend a noticeable part of their time on a copy.
      times === undefined && documents === undefined ? plan : { ...plan, times, documents },
      context,
      stats,
      signal,
      cut,
      unknown && { unknown, late: addColumns ? late : undefined },
    );
  };
  const isPlain =
    plan.summaries === undefined && (plan.limit ?? plan.offset) === undefined && context.settings.maxRows < 0;
  return {
    columns: plan.columns,
    reads,
    stats,
    arrays,
    async *objects(rowOptions) {
      let width = names.length;
      let toObject = createObjectMapper(names);
      for await (const rows of arrays(rowOptions)) {
        const added = late?.columns ?? [];
        if (plan.columns.length + added.length > width) {
          width = plan.columns.length + added.length;
          toObject = createObjectMapper([...names, ...added.map(({ name }) => name)]);
        }
        yield rows.map(toObject);
      }
    },
    texts: losesText(plan)
      ? () => formatRows(plan.columns, arrays({ times: 'text', documents: 'json' }))
      : undefined,
    isCut: () => cut.isCut,
    addedColumns: () => late?.columns ?? [],
    pages: isPlain ? () => readTable(plan.read, context, stats, signal) : undefined,
    unknown,
    close: () => Promise.resolve(),
  };
}

/** Whether values of JavaScript keep less of the output than text: dates, timestamps and documents. */
function losesText({ output, summaries }: DirectPlan): boolean {
  const columns = summaries?.flatMap((each) => (each.kind === 'first' ? [each.column] : [])) ?? output;
  return columns.some(({ type }) => 'stored' in type || type.kind === 'json');
}

async function* formatRows(
  columns: readonly ResultColumn[],
  pages: AsyncGenerator<Value[][]>,
): AsyncGenerator<(string | null)[][]> {
  const formatters = columns.map(({ type }) => (isDocumentType(type) ? keepText : textFormatter(type)));
  for await (const rows of pages) yield rows.map((row) => formatRow(row, formatters));
}

/** Documents are JSON already. */
function keepText(json: Value): string | null {
  return typeof json === 'string' ? json : null;
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

/** A plan, and how its dates and documents are returned. */
interface DirectRead extends DirectPlan {
  readonly times?: TimeStyle | undefined;
  readonly documents?: DocumentStyle | undefined;
}

function readRows(
  plan: DirectRead,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
  cut: Cut,
  rest: Rest | undefined,
): AsyncGenerator<Value[][]> {
  return plan.summaries === undefined
    ? readItems(plan, context, stats, signal, cut, rest)
    : readSummaries(plan.summaries, plan.times, context, stats, signal, cut);
}

async function* readSummaries(
  summaries: NonNullable<DirectPlan['summaries']>,
  times: TimeStyle | undefined,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
  cut: Cut,
): AsyncGenerator<Value[][]> {
  cut.isCut = context.settings.maxRows === 0;
  if (!cut.isCut) yield [await summarize(summaries, times, context, stats, signal)];
}

async function summarize(
  summaries: NonNullable<DirectPlan['summaries']>,
  times: TimeStyle | undefined,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): Promise<Value[]> {
  const values = new Map<TableRead, Promise<Value>>();
  for (const summary of summaries) {
    const { read } = summary;
    const value = values.get(read) ?? summaryValue(summary, times, context, stats, signal);
    values.set(read, value);
  }
  return Promise.all(summaries.map(async ({ read }) => (await values.get(read)) ?? null));
}

async function summaryValue(
  summary: NonNullable<DirectPlan['summaries']>[number],
  times: TimeStyle | undefined,
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
  const first = { columns: [], read, output: [summary.column], times };
  for await (const [row] of readItems(first, context, stats, signal)) return row?.[0] ?? null;
  return null;
}

/** Reads items. The attributes that have no column are learned in the end, with a warning if the rows leave them out. */
async function* readItems(
  plan: DirectRead,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
  cut?: Cut,
  rest?: Rest,
): AsyncGenerator<Value[][]> {
  const { read, limit = Infinity } = plan;
  const maxRows = context.settings.maxRows < 0 ? Infinity : context.settings.maxRows;
  let skip = plan.offset ?? 0;
  let left = Math.min(limit, maxRows);
  if (cut) cut.isCut = maxRows === 0 && limit > 0;
  if (left <= 0) return;
  const decode =
    plan.times === 'text' || plan.documents === 'json'
      ? createTextDecoder(plan.output, read.table, context.settings.decimals, plan.documents)
      : findPageDecoder(plan.output, read.table, context.settings.decimals);
  // One row more than MaxRows tells whether the result is cut.
  const fewer = maxRows < limit ? withFirstPage(read, skip + maxRows + 1) : read;
  const late = rest?.late;
  const onUnknown: OnUnknown<Value[]> | undefined =
    rest && (late?.add ?? ((_row, name, value) => rest.unknown.count(name, value)));
  const turns = createTurns();
  try {
    for await (const page of readTable(fewer, context, stats, signal)) {
      if (page.count <= skip) {
        skip -= page.count;
        continue;
      }
      turns.restart();
      let unused = page.count;
      for (const batch of decode(page, onUnknown)) {
        const rows = skip > 0 || batch.length > left ? batch.slice(skip, skip + left) : batch;
        unused -= Math.min(batch.length, skip + left);
        skip = Math.max(0, skip - batch.length);
        left -= rows.length;
        if (cut && left <= 0) cut.isCut = maxRows < limit && (unused > 0 || mayHaveMorePages(page, read));
        late?.complete(rows);
        if (rows.length > 0) yield rows;
        if (left <= 0) return;
        if (turns.isDue()) await turns.take();
      }
    }
  } catch (error) {
    throw error instanceof TypeDrift ? await toDriftFailure(error, context) : error;
  } finally {
    rest?.unknown.learn();
    if (late === undefined) rest?.unknown.warn();
  }
}

/** Widens the column of a value that it does not hold, for the next statement. */
async function toDriftFailure(drift: TypeDrift, { catalog }: StatementContext): Promise<DriverError> {
  const { table, column, evidence } = drift;
  if (table.schemaFile === undefined) await catalog.widen(table.name, column.name, evidence);
  return new DriverError('CATALOG_TYPE_DRIFT', drift.message, { cause: drift });
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

type PageDecoder = (page: Page, onUnknown?: OnUnknown<Value[]>) => Iterable<Value[][]>;

/** Decoders by their output columns, so that a statement that runs again reuses its own. */
const decoders = {
  auto: new WeakMap<readonly ColumnDef[], PageDecoder>(),
  digits: new WeakMap<readonly ColumnDef[], PageDecoder>(),
};

function findPageDecoder(output: readonly ColumnDef[], table: TableDef, decimals: DecimalStyle): PageDecoder {
  const known = decoders[decimals].get(output);
  if (known) return known;
  const made = createPageDecoder(output, table, decimals);
  decoders[decimals].set(output, made);
  return made;
}

/** Decodes dates into text. Throws CATALOG_TYPE_DRIFT at values that their columns do not hold. */
function createTextDecoder(
  output: readonly ColumnDef[],
  table: TableDef,
  decimals: DecimalStyle,
  documents: DocumentStyle | undefined,
): PageDecoder {
  const known = knownAttributes(table);
  const readers = output.map((column) => createColumnDecoder(column, decimals, 'text', documents));
  const times = output.filter(({ type }) => 'stored' in type);
  const read = (item: AttributeMap, onUnknown: OnUnknown<Value[]> | undefined): Value[] => {
    const drift = findItemDrift(table, times, item);
    if (drift !== undefined) throw drift;
    const row = readers.map((reader) => reader(item));
    if (onUnknown !== undefined)
      for (const [name, value] of Object.entries(item)) if (!known.has(name)) onUnknown(row, name, value);
    return row;
  };
  return function* decode(page, onUnknown) {
    const items: readonly AttributeMap[] = page.parsed ?? JSON.parse(page.items.toString());
    yield* mapSlices(items, (item) => read(item, onUnknown));
  };
}

/** Decodes pages with the scanner, and with JSON.parse what the scanner does not support. */
function createPageDecoder(
  output: readonly ColumnDef[],
  table: TableDef,
  decimals: DecimalStyle,
): PageDecoder {
  const known = knownAttributes(table);
  const scan = createRowScanner(output, decimals, known);
  const readers = output.map((column) => createColumnDecoder(column, decimals));
  const read = (
    items: readonly AttributeMap[],
    onUnknown: OnUnknown<Value[]> | undefined,
  ): Generator<Value[][]> =>
    mapSlices(items, (item) => {
      const row = readers.map((reader) => reader(item));
      if (onUnknown !== undefined)
        for (const [name, value] of Object.entries(item)) if (!known.has(name)) onUnknown(row, name, value);
      return row;
    });
  function* decode({ items: bytes }: Page, onUnknown: OnUnknown<Value[]> | undefined): Generator<Value[][]> {
    let done = 0;
    if (scan) {
      const batches = scan(bytes, onUnknown);
      let next = batches.next();
      for (; next.done !== true; next = batches.next()) {
        done += next.value.length;
        yield next.value;
      }
      if (next.value) return;
    }
    const items: AttributeMap[] = JSON.parse(bytes.toString());
    yield* read(items.slice(done), onUnknown);
  }
  return (page, onUnknown) => (page.parsed ? read(page.parsed, onUnknown) : decode(page, onUnknown));
}
