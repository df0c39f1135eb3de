import { plural } from '../../core/plural.ts';
import { totalCapacity, type ReadStats } from '../../dynamo/read/read-stats.ts';
import { totalWritten, type WriteStats } from '../../dynamo/write/write-stats.ts';
import { buildRequest, toReadParts } from '../../dynamo/read/request.ts';
import { describeAccess } from './describe-access.ts';
import type { StatementPlan } from './planner.ts';
import { estimateReadUnits } from './cost.ts';
import { toReadRequest } from './read-request.ts';
import type { PlanSettings, TableRead } from './table-read.ts';
import { type UnusedIndex, explainUnusedIndexes } from './unused-indexes.ts';

/** One read of a table in a plan. */
export interface ExplainedRead {
  readonly table: string;
  /** `Query orders.by_status(status)` */
  readonly access: string;
  /** The first request, as sent to DynamoDB's API; undefined if no request is sent. */
  readonly request:
    | { readonly operation: string; readonly input: Readonly<Record<string, unknown>> }
    | undefined;
  /** The number of initial requests: ranges of a Query, segments of a Scan, batches of keys. */
  readonly parts: number;
  /** The conditions in the key condition, in the filter, and those left to DuckDB. */
  readonly keyed: readonly string[];
  readonly filter: readonly string[];
  readonly residual: readonly string[];
  /** The estimated read capacity units; undefined if they depend on an unknown number of items. */
  readonly estimatedCapacity: number | undefined;
  /** The column that may provide keys when the statement runs, instead of the access path shown. */
  readonly keysFrom: string | undefined;
  /** The indexes of the table that are not used, with the reasons. */
  readonly unusedIndexes: readonly UnusedIndex[];
}

export interface Explanation {
  /**
   * `direct`: rows are streamed from DynamoDB without DuckDB; `engine`: DuckDB runs the statement over the items read;
   * `command`: the statement is not a query.
   */
  readonly mode: 'direct' | 'engine' | 'command';
  readonly reads: readonly ExplainedRead[];
  /** The explanation as text. */
  readonly text: string;
}

/** Explains what a plan would send and cost. Sends no request. */
export function explainPlan(
  plan: Pick<StatementPlan, 'reads' | 'direct' | 'system'>,
  settings: PlanSettings,
): Explanation {
  const mode = plan.direct ? 'direct' : 'engine';
  const tables = new Map(plan.reads.map(({ alias, table }) => [alias, table.name]));
  const reads = plan.reads.map((read) => explainRead(read, settings, tables));
  const mayStop = plan.reads.some(({ firstPage }) => firstPage !== undefined);
  const head =
    mode === 'direct'
      ? 'Direct: rows are streamed from DynamoDB as they arrive'
      : `Engine: DuckDB runs the statement over the items read${mayStop ? ', and stops reading once it has enough rows' : ''}`;
  const system = plan.system.map(
    ({ relation }) => `  System table ${relation.table.name}  (no item is read)`,
  );
  return { mode, reads, text: [head, ...reads.flatMap(formatRead), ...system].join('\n') };
}

/** The additional properties of EXPLAIN (ANALYZE, FORMAT JSON). */
export function toAnalysisDocument(
  stats: ReadStats,
  rowCount: number,
  elapsedMs: number,
  sampling?: ReadStats,
): Readonly<Record<string, number>> {
  const { requests, pages, bytes, itemsRead, itemsReturned, throttles } = stats;
  return {
    readCapacity: totalCapacity(stats),
    sampledCapacity: sampling === undefined ? 0 : totalCapacity(sampling),
    requests,
    pages,
    bytes,
    itemsRead,
    itemsReturned,
    throttles,
    rowCount,
    elapsedMs,
  };
}

/** The additional lines of EXPLAIN ANALYZE. */
export function formatAnalysis(
  stats: ReadStats,
  rowCount: number,
  elapsedMs: number,
  writes?: WriteStats,
  sampling?: ReadStats,
): readonly string[] {
  return [
    ...(sampling === undefined || sampling.requests === 0
      ? []
      : [
          `Sampled: ${totalCapacity(sampling)} RCU${formatPlaces(sampling.capacity)} in ${plural(sampling.requests, 'request')}, once, to infer the schemas of tables`,
        ]),
    ...(writes === undefined
      ? []
      : [
          `Written: ${totalWritten(writes)} WCU${formatPlaces(writes.capacity)} in ${plural(writes.requests, 'request')}, ${plural(writes.itemsWritten, 'item')}, ${plural(writes.conflicts, 'conflict')}`,
        ]),
    `Consumed: ${totalCapacity(stats)} RCU${formatPlaces(stats.capacity)} in ${plural(stats.requests, 'request')}, ${plural(stats.pages, 'page')}, ${plural(stats.bytes, 'byte')}`,
    `Items: ${stats.itemsRead} read, ${stats.itemsReturned} returned; throttled ${plural(stats.throttles, 'time')}`,
    `Rows: ${rowCount} in ${elapsedMs.toFixed(1)} ms`,
  ];
}

function formatPlaces(capacity: ReadonlyMap<string, number>): string {
  const places = [...capacity].map(([place, units]) => `${place} ${units}`);
  return places.length > 1 ? ` (${places.join(', ')})` : '';
}

function explainRead(
  read: TableRead,
  settings: PlanSettings,
  tables: ReadonlyMap<string, string>,
): ExplainedRead {
  const { consistentReads, feedback } = settings;
  const request = toReadRequest(read, consistentReads);
  const parts = toReadParts(request);
  const [first] = parts;
  return {
    table: read.table.name,
    access: describeAccess(read),
    request: first && buildRequest(request, first),
    parts: parts.length,
    keyed: listTexts(read.keyed),
    filter: listTexts(read.filter),
    residual: listTexts(read.residual),
    estimatedCapacity: estimateReadUnits(read, consistentReads, feedback),
    keysFrom:
      read.keysFrom &&
      `${read.keysFrom.attribute.name} = ${tables.get(read.keysFrom.alias)}.${read.keysFrom.column.name}`,
    unusedIndexes: explainUnusedIndexes(read, settings),
  };
}

function listTexts(conditions: TableRead['residual']): readonly string[] {
  return conditions.map((condition) => condition.text);
}

function formatRead(read: ExplainedRead): string[] {
  const capacity =
    read.estimatedCapacity === undefined
      ? read.request?.operation === 'Scan'
        ? 'table size not known yet'
        : 'capacity depends on the number of items under the key'
      : `about ${read.estimatedCapacity} RCU`;
  return [
    `  ${read.access}  (${capacity})`,
    ...labelLines('key condition', read.keyed),
    ...labelLines('filter in DynamoDB', read.filter),
    ...labelLines('left to DuckDB', read.residual),
    ...labelLines(
      'read by keys instead if there are few',
      read.keysFrom === undefined ? [] : [read.keysFrom],
    ),
    ...labelLines('index not used', formatUnused(read.unusedIndexes)),
    ...(read.request
      ? [
          `    request: ${read.request.operation} ${JSON.stringify(read.request.input)}${read.parts > 1 ? `  (1 of ${read.parts})` : ''}`,
        ]
      : []),
  ];
}

/** Groups indexes by reason, in lines that fit a terminal. */
function formatUnused(unused: readonly UnusedIndex[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { index, key, reason } of unused)
    byReason.set(reason, [...(byReason.get(reason) ?? []), `${index}(${key.join(', ')})`]);
  return [...byReason].flatMap(([reason, indexes]) => wrapLines(indexes).map((line) => `${line}: ${reason}`));
}

const LINE_WIDTH = 100;

function wrapLines(words: readonly string[]): readonly string[] {
  return words.reduce<readonly string[]>((lines, word) => {
    const last = lines.at(-1);
    return last === undefined || last.length + word.length > LINE_WIDTH
      ? [...lines, word]
      : [...lines.slice(0, -1), `${last}, ${word}`];
  }, []);
}

function labelLines(label: string, lines: readonly string[]): string[] {
  return lines.map((line) => `    ${label}: ${line}`);
}
