import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { readPages } from '../../dynamo/reader.ts';
import type { ReadStats } from '../../dynamo/read-stats.ts';
import { lintSchemaOf, readRequestOf } from '../plan/read-request.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { DirectShape } from '../plan/logical-plan.ts';
import type { Value } from '../value.ts';
import type { ExecutionContext } from './context.ts';
import { columnDecoder, type ColumnDecoder } from './row-decoder.ts';

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
  const decoders = shape.output.map((column) => columnDecoder(column, context.decimals));
  const names = plan.columns.map((column) => column.name);
  const items = (): AsyncGenerator<readonly AttributeMap[]> => readItems(plan, shape, context, stats, signal);
  return {
    async *arrays() {
      for await (const page of items()) yield page.map((item) => decoders.map((decode) => decode(item)));
    },
    async *objects() {
      const build = objectBuilder(names, decoders);
      for await (const page of items()) yield page.map(build);
    },
  };
}

/** Items as row objects; of columns with one name the last wins, as in node-postgres. */
export function objectBuilder(names: readonly string[], decoders: readonly ColumnDecoder[]): (item: AttributeMap) => Record<string, Value> {
  return (item) => {
    const row: Record<string, Value> = {};
    for (let i = 0; i < names.length; i++) row[names[i] as string] = (decoders[i] as ColumnDecoder)(item);
    return row;
  };
}

async function* readItems(
  plan: StatementPlan,
  shape: DirectShape,
  context: ExecutionContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly AttributeMap[]> {
  const [read] = plan.reads;
  if (read === undefined || shape.limit === 0) return;
  const request = readRequestOf(read, context.settings.consistentReads);
  let skip = shape.offset ?? 0;
  let left = Math.min(shape.limit ?? Infinity, context.maxRows < 0 ? Infinity : context.maxRows);
  const pages = readPages(context.client, request, {
    stats,
    concurrency: context.settings.threads,
    schema: lintSchemaOf(read),
    ...(signal ? { signal } : {}),
  });
  for await (const page of pages) {
    let items = JSON.parse(page.items.toString('utf8')) as AttributeMap[];
    if (skip > 0) {
      const skipped = Math.min(skip, items.length);
      skip -= skipped;
      items = items.slice(skipped);
    }
    if (items.length > left) items = items.slice(0, left);
    left -= items.length;
    if (items.length > 0) yield items;
    if (left <= 0) return;
  }
}
