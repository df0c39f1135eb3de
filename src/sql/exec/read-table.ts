import { isWholeItem, keyAttributes, keyNames } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { Predicate } from '../../dynamo/expression/predicate.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import { readPages } from '../../dynamo/read/reader.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import { chooseAccessPath } from '../plan/choose-path.ts';
import { estimateReadUnits, placeName } from '../plan/cost.ts';
import { toLintSchema, toReadRequest } from '../plan/read-request.ts';
import { filterExpressionRule } from '../plan/rules/filter-expression.ts';
import { parallelScan } from '../plan/rules/parallel-scan.ts';
import { estimateItems } from '../plan/statistics.ts';
import { type PlanSettings, toScanPath, type TableRead } from '../plan/table-read.ts';
import { explainUnusedIndexes } from '../plan/unused-indexes.ts';
import type { StatementContext } from './context.ts';
import type { OverlaidItem } from './overlay.ts';
import { layOver } from './lay-over.ts';
import { readItems } from './read-items.ts';
import { assertEstimateWithinBudgets, choosePageSize, createReadGate } from './read-gate.ts';

/** Reads pages within the limits of FullScan, MaxRCU, MaxConnectionRCU and CapacityPercent. */
export async function* readTable(
  read: TableRead,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): AsyncGenerator<Page> {
  const override = context.overrideRows?.(read);
  if (override !== undefined) {
    yield override;
    return;
  }
  const overlaid = context.overlay?.get(read.table.name);
  if (overlaid !== undefined && read.table.segment !== undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `cannot read a segment of "${read.table.name}" in a transaction that has written to it: DynamoDB does not tell in which segment an item will be`,
      { remedy: 'Commit first, or read the whole table.' },
    );
  if (overlaid === undefined) yield* readStored(read, context, stats, signal);
  else
    yield* layOver(
      overlaid,
      read,
      (complete) => readStored(complete, context, stats, signal),
      () => readNeededItems(overlaid, read.table, context, stats, signal),
    );
}

/** Reads pages as DynamoDB has them. */
async function* readStored(
  read: TableRead,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): AsyncGenerator<Page> {
  assertScanAllowed(read, context);
  assertEstimateWithinBudgets(read, context);
  if (read.fetchBack && read.firstPage !== undefined) {
    yield* fetchIncrementally(read, context, stats, signal);
    return;
  }
  if (read.fetchBack) {
    yield* readStored(await fetchBack(read, context, stats, signal), context, stats, signal);
    return;
  }
  let itemsRead = 0;
  let isChecked = false;
  for await (const page of requestPages(read, context, stats, signal)) {
    itemsRead += page.scannedCount;
    if (!isChecked && page.count > 0) {
      assertSameTable(page, read);
      isChecked = true;
    }
    yield page;
  }
  recordCardinality(read, itemsRead, context);
}

/** The stored items that the overlaid ones depend on. */
function readNeededItems(
  overlaid: readonly OverlaidItem[],
  table: TableRead['table'],
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, AttributeMap>> {
  const keys = overlaid.filter(({ needsStored }) => needsStored).map(({ key }) => key);
  return readItems(keys, table, context, stats, signal);
}

/** Items without the key that the catalog knows belong to another table of the same name. */
function assertSameTable(page: Page, { access, table, columns, countOnly }: TableRead): void {
  if ((access.kind !== 'Scan' && access.kind !== 'Query') || countOnly === true || table.child !== undefined)
    return;
  const isRead = (name: string): boolean =>
    columns.some((column) => isWholeItem(column) || (column.path.length === 1 && column.path[0] === name));
  for (const { name, type } of keyAttributes(table.key)) {
    if (!isRead(name) || page.items.includes(`${JSON.stringify(name)}:{"${type}":`)) continue;
    const [item]: readonly AttributeMap[] = page.parsed ?? JSON.parse(page.items.toString());
    const value = item?.[name];
    if (item === undefined || (value !== undefined && type in value)) continue;
    throw new DriverError(
      'CATALOG_TYPE_DRIFT',
      `items of "${table.name}" have no key attribute "${name}" of type ${type}: the table has been created anew`,
      { remedy: 'Run the statement again.' },
    );
  }
}

/** Estimates of the next Query on this range use what this one read, if it was read to its end. */
function recordCardinality(
  { access, table, limit, firstPage }: TableRead,
  itemsRead: number,
  { settings }: StatementContext,
): void {
  const [range, ...others] = access.kind === 'Query' ? access.ranges : [];
  if (access.kind !== 'Query' || range === undefined || others.length > 0) return;
  if (limit !== undefined || firstPage !== undefined) return;
  settings.feedback?.record(placeName(table, access.index), range, estimateItems(table, range), itemsRead);
}

function requestPages(
  read: TableRead,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): AsyncGenerator<Page> {
  const { consistentReads, threads } = context.settings;
  const atomic = context.block.open?.readOnly === true;
  return readPages(
    context.session.database.client,
    { ...toReadRequest(read, consistentReads), atomic },
    {
      stats,
      concurrency: threads,
      // As many again as are in flight: more would only wait in memory to be decoded.
      bufferedPages: threads,
      schema: toLintSchema(read),
      ...choosePageSize(read, context),
      gate: createReadGate(read, context, stats),
      ...(signal ? { signal } : {}),
    },
  );
}

/** Up to this, keys are assumed to be cheaper than a Scan of a table whose size DynamoDB does not report yet. */
const FEW_KEYS = 100;

/** Plans to fetch the items by the keys in an index, or to scan the table if fetching them would cost more. */
async function fetchBack(
  read: TableRead,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): Promise<TableRead> {
  const maxKeys = computeMaxKeys(read, context);
  const keys: Key[] = [];
  for await (const page of requestPages(read, context, stats, signal)) {
    keys.push(...extractKeys(page, read));
    if (keys.length > maxKeys) return asScan(read, context);
  }
  const { fetchBack: _fetchBack, ...rest } = read;
  return {
    ...rest,
    filter: [],
    access: keys.length === 0 ? { kind: 'Empty' } : { kind: 'BatchGetItem', keys },
  };
}

/** The keys of the items that a page of index entries refers to. */
function extractKeys(page: Page, { table }: TableRead): readonly Key[] {
  const entries: readonly Key[] = JSON.parse(page.items.toString());
  const names = new Set(keyNames(table.key));
  return entries.map((entry) =>
    Object.fromEntries(Object.entries(entry).filter(([name]) => names.has(name))),
  );
}

/** Up to this, items fetched by key cost no more than a Scan of the table. */
function computeMaxKeys(read: TableRead, context: StatementContext): number {
  // A statement with an index hint must get its rows from the index.
  if (read.hint?.kind === 'only') return Infinity;
  const { consistentReads } = context.settings;
  const itemUnits =
    estimateReadUnits({ ...read, access: { kind: 'GetItem', key: {} } }, consistentReads) ?? 0;
  const scanUnits = estimateReadUnits(asScan(read, context), consistentReads);
  return scanUnits === undefined ? FEW_KEYS : Math.floor(scanUnits / itemUnits);
}

/**
 * Fetches the items of a few keys at a time, for a caller who may stop early: in the order of the index if the statement
 * asks for it, which a Scan would lose.
 */
async function* fetchIncrementally(
  read: TableRead,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): AsyncGenerator<Page> {
  const { fetchBack: _fetchBack, ...rest } = read;
  const ordered = read.sorted === undefined ? {} : { ordered: true as const };
  let batchSize = Math.max(1, read.firstPage ?? 1);
  for await (const page of requestPages(read, context, stats, signal)) {
    let left = extractKeys(page, read);
    while (left.length > 0) {
      const access = { kind: 'BatchGetItem', keys: left.slice(0, batchSize), ...ordered } as const;
      left = left.slice(batchSize);
      batchSize *= 2;
      yield* readStored({ ...rest, filter: [], access }, context, stats, signal);
    }
  }
}

/** The read as a Scan with the filter that DynamoDB can evaluate. */
function asScan(
  { fetchBack: _fetchBack, ...read }: TableRead,
  { settings, session }: StatementContext,
): TableRead {
  const rules = session.database.planner.rules.filter(
    (rule) => rule === filterExpressionRule || rule === parallelScan,
  );
  const residual = read.conditions;
  return chooseAccessPath(
    { ...read, access: toScanPath(read.table), keyed: [], filter: [], residual },
    settings,
    rules,
  );
}

/** LIMIT without a condition stops early and does not count as a full scan. */
function assertScanAllowed(read: TableRead, context: StatementContext): void {
  const { access, limit, filter } = read;
  if (
    access.kind !== 'Scan' ||
    context.settings.fullScan === 'Allow' ||
    (limit !== undefined && filter.length === 0)
  )
    return;
  const units = estimateReadUnits(read, context.settings.consistentReads);
  const cost = units === undefined ? '' : `, about ${units} read capacity units`;
  const message = `the statement reads the whole table "${read.table.name}"${cost}: ${explainMissingIndex(read, context.settings)}`;
  if (context.settings.fullScan === 'Deny') throw new DriverError('EXEC_FULL_SCAN', message);
  context.session.warn(message);
}

function explainMissingIndex(read: TableRead, settings: PlanSettings): string {
  const attributes = new Set(
    read.conditions.flatMap(({ predicate }) => findEqualityAttribute(predicate) ?? []),
  );
  if (attributes.size === 0) return 'no condition compares an attribute with a value by =';
  const almost = explainUnusedIndexes(read, settings).filter(({ why }) => why !== 'key');
  const reasons = almost.map(({ index, reason }) => `${index}: ${reason}`);
  return `no key or index begins with ${[...attributes].join(' or ')}${reasons.length === 0 ? '' : ` (${reasons.join('; ')})`}`;
}

function findEqualityAttribute(predicate: Predicate | undefined): string | undefined {
  const isEquality = predicate?.kind === 'in' || (predicate?.kind === 'compare' && predicate.op === '=');
  return isEquality && predicate.path.length === 1 ? predicate.path[0] : undefined;
}
