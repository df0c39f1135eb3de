import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { readPages } from '../../dynamo/reader.ts';
import type { ReadStats } from '../../dynamo/read-stats.ts';
import { lintSchemaOf, readRequestOf } from '../plan/read-request.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { DirectShape } from '../plan/logical-plan.ts';
import type { Value } from '../value.ts';
import type { ExecutionContext } from './context.ts';
import { rowScanner } from './item-scanner.ts';
import { columnDecoder } from './row-decoder.ts';

/** Rows as they come, a page at a time: arrays by position, or objects by name. */
export interface RowReader {
  arrays(): AsyncGenerator<Value[][]>;
  objects(): AsyncGenerator<Record<string, Value>[]>;
}

/** The direct path: one read, every condition pushed, plain columns. Constant memory, no engine. */
export function directReader(
  plan: StatementPlan,
  shape: DirectShape,
  context: ExecutionContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): RowReader {
  const names = plan.columns.map((column) => column.name);
  const arrays = (): AsyncGenerator<Value[][]> => readRows(plan, shape, context, stats, signal);
  return {
    arrays,
    async *objects() {
      for await (const rows of arrays()) yield rows.map((row) => toObject(names, row));
    },
  };
}

/** A row by name; of columns with one name the last wins, as in node-postgres. */
export function toObject(names: readonly string[], row: readonly Value[]): Record<string, Value> {
  const object: Record<string, Value> = {};
  for (let i = 0; i < names.length; i++) object[names[i] as string] = row[i] as Value;
  return object;
}

/** What turns a page into rows: the scanner, or JSON.parse where the scanner does not serve. */
function pageDecoder(shape: DirectShape, context: ExecutionContext): (page: Buffer) => Value[][] {
  const scan = rowScanner(shape.output, context.decimals);
  const decoders = shape.output.map((column) => columnDecoder(column, context.decimals));
  return (page) =>
    scan?.(page) ?? (JSON.parse(page.toString()) as AttributeMap[]).map((item) => decoders.map((decode) => decode(item)));
}

async function* readRows(
  plan: StatementPlan,
  shape: DirectShape,
  context: ExecutionContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): AsyncGenerator<Value[][]> {
  const [read] = plan.reads;
  if (read === undefined || shape.limit === 0) return;
  const decode = pageDecoder(shape, context);
  let skip = shape.offset ?? 0;
  let left = Math.min(shape.limit ?? Infinity, context.maxRows < 0 ? Infinity : context.maxRows);
  if (left <= 0) return;
  const pages = readPages(context.client, readRequestOf(read, context.settings.consistentReads), {
    stats,
    concurrency: context.settings.threads,
    schema: lintSchemaOf(read),
    ...(signal ? { signal } : {}),
  });
  for await (const page of pages) {
    if (page.count <= skip) {
      skip -= page.count;
      continue;
    }
    const all = decode(page.items);
    const rows = skip > 0 || all.length > left ? all.slice(skip, skip + left) : all;
    skip = 0;
    left -= rows.length;
    if (rows.length > 0) yield rows;
    if (left <= 0) return;
  }
}
