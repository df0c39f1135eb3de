import { resultColumn, type ResultColumn } from '../types/types.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import type { StatementContext } from '../exec/context.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import { toAnalysisDocument, formatAnalysis } from '../plan/explain.ts';
import { parseDocument } from '../types/json-text.ts';
import type { Value } from '../types/value.ts';
import type { RunningBody, StatementBody } from './statement.ts';

interface ExplainOptions {
  /** EXPLAIN ANALYZE: the statement runs, and what that took is shown as well. */
  readonly analyze: boolean;
  /** EXPLAIN (FORMAT JSON) */
  readonly asJson?: true;
}

const NAME = 'QUERY PLAN';
const TEXT_COLUMNS: readonly ResultColumn[] = [resultColumn(NAME, 'text')];
const JSON_COLUMNS: readonly ResultColumn[] = [resultColumn(NAME, 'json')];

/** EXPLAIN of any statement, as rows. */
export function explainStatement(
  explained: StatementBody,
  { analyze, asJson }: ExplainOptions,
): StatementBody {
  const columns = asJson ? JSON_COLUMNS : TEXT_COLUMNS;
  return {
    kind: 'explain',
    // The rows of an analysed query are not returned, so the warning about unseen writes is left out.
    transactionRole:
      analyze && explained.transactionRole.kind !== 'query' ? explained.transactionRole : { kind: 'reads' },
    columns: () => Promise.resolve(columns),
    explain: (parameters, context, signal) => explained.explain(parameters, context, signal),
    async run(parameters, context, signal) {
      const { text, ...document } = await explained.explain(parameters, context, signal);
      const analysis = analyze ? await analyse(explained, parameters, context, signal) : undefined;
      const rows: readonly Value[] = asJson
        ? // PostgreSQL, too, returns one row with an array of one plan.
          [parseDocument(JSON.stringify([{ ...document, ...(analysis && { ran: analysis.document }) }]))]
        : [...text.split('\n'), ...(analysis?.lines ?? [])];
      return {
        columns,
        plan: document.reads.map(({ access }) => access),
        stats: newReadStats(),
        ...analysis?.running,
        async *arrays() {
          yield rows.map((row) => [row]);
        },
        async *objects() {
          yield rows.map((row) => ({ [NAME]: row }));
        },
        close: () => Promise.resolve(),
      };
    },
  };
}

interface Analysis {
  readonly lines: readonly string[];
  readonly document: Readonly<Record<string, number>>;
  readonly running: Pick<RunningBody, 'stats' | 'writes'>;
}

/** Runs the statement for what it takes. */
async function analyse(
  statement: StatementBody,
  parameters: readonly ParameterLiteral[],
  context: StatementContext,
  signal: AbortSignal,
): Promise<Analysis> {
  const begun = performance.now();
  const running = await statement.run(parameters, context, signal);
  let rowCount = running.affected ?? 0;
  try {
    if (running.affected === undefined) for await (const rows of running.arrays()) rowCount += rows.length;
  } finally {
    await running.close();
  }
  const { stats, writes } = running;
  const elapsedMs = performance.now() - begun;
  return {
    lines: formatAnalysis(stats, rowCount, elapsedMs, writes, context.sampling),
    document: toAnalysisDocument(stats, rowCount, elapsedMs, context.sampling),
    running: { stats, ...(writes && { writes }) },
  };
}
