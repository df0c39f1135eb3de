import { DriverError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Folders } from '../core/ports.ts';
import { memoizeAsync } from '../core/async/lru.ts';
import { anySignal, newController } from '../core/async/signals.ts';
import { newReadStats } from '../dynamo/read/read-stats.ts';
import { analysisDocument, analysisLines, explainPlan } from '../sql/plan/explain.ts';
import { commandOf } from '../sql/statement/registry.ts';
import type { ExecutionContext } from '../sql/exec/context.ts';
import { directStatement } from '../sql/exec/direct.ts';
import type { DirectPlan } from '../sql/plan/direct-plan.ts';
import { parseDocument } from '../sql/types/result-value.ts';
import { runPartiql } from '../sql/exec/passthrough.ts';
import { planStatement, runStatement } from '../sql/exec/run.ts';
import { withSamplingBudget } from '../sql/exec/sampling-budget.ts';
import { matchPointQuery } from '../sql/plan/point-query.ts';
import { toParameterList, unknownParameters, type ParameterLiteral } from '../sql/parse/parameter-list.ts';
import {
  parseStatement,
  type ParsedCommand,
  type ParsedQuery,
  type ParsedStatement,
} from '../sql/parse/parse.ts';
import { partiqlStatement, type PartiqlStatement } from '../sql/parse/partiql.ts';
import type { Value } from '../sql/types/value.ts';
import type {
  Connection,
  Identity,
  OutputColumn,
  Parameters,
  QueryOptions,
  QueryResult,
  RowObject,
  RowStream,
  StatementRunner,
} from './connection.ts';
import { createMetadata } from './metadata.ts';
import { createSchemas } from './schemas.ts';
import { finalStats, pagesOf, rowStream, type Started } from './row-stream.ts';
import { statementContext } from './statement-limits.ts';
import { statementLog } from './statement-log.ts';
import { statementTimeout } from './statement-timeout.ts';
import { runLocking } from '../sql/transaction/run-locking.ts';
import { runTransaction } from './transaction.ts';
import { asPartOf, withinTransaction } from './within-transaction.ts';

export interface SessionParts {
  readonly context: ExecutionContext;
  readonly description: string;
  readonly whoami: (signal: AbortSignal) => Promise<Identity>;
  /** Where schema files may be read and written; absent: nowhere. */
  readonly folders?: Folders | undefined;
  readonly log?: Log | undefined;
  /** Frees what the session was given. */
  readonly close: () => void;
}

/** Ours to plan, or DynamoDB's. */
type Statement = ParsedStatement | PartiqlStatement;

interface StatementOptions extends QueryOptions {
  /** The connection's, or that of the transaction that the statement is part of. */
  readonly base: ExecutionContext;
}

/** Parsed statements are kept for so many texts; a tree takes some fifty times the memory of its text. */
const PARSED = { entries: 500, characters: 256 * 1024 };

/** A connection over a client, a catalog and an engine. */
export function createSession({
  context,
  description,
  folders,
  log,
  whoami,
  close,
}: SessionParts): Connection {
  const logged = statementLog(log);
  const closing = newController();
  const parsedTexts = new Map<string, Promise<ParsedStatement>>();
  let closed: Promise<void> | undefined;

  const signalFor = (signal: AbortSignal | undefined): AbortSignal => {
    if (closing.signal.aborted) throw new DriverError('CONN_CLOSED', 'The connection is closed');
    return signal ? anySignal(signal, closing.signal) : closing.signal;
  };
  const parse = (sql: string): Promise<ParsedStatement> =>
    memoizeAsync(parsedTexts, sql, PARSED, () => parseStatement(sql));
  const understand = async (sql: string, { passthrough }: QueryOptions = {}): Promise<Statement> => {
    if (typeof sql !== 'string')
      throw new DriverError(
        'SQL_BAD_ARGUMENT',
        `A statement is a text: found ${sql === null ? 'null' : typeof sql}.`,
      );
    return (passthrough ?? context.passthrough) ? partiqlStatement(sql) : await parse(sql);
  };
  const trivialPlan = async (
    parsed: ParsedQuery,
    parameters: readonly ParameterLiteral[],
    { settings, catalog }: ExecutionContext,
    signal: AbortSignal,
  ): Promise<DirectPlan | undefined> =>
    (await matchPointQuery(parsed, catalog, signal))?.plan(parameters, settings, context.planner.rules);

  const start = async (
    parsed: Statement,
    parameters: readonly ParameterLiteral[],
    limited: ExecutionContext,
    signal: AbortSignal,
  ): Promise<Started> => {
    if (parsed.kind === 'partiql') return runPartiql(parsed, parameters, limited, signal);
    if (parsed.kind === 'command') return startCommand(parsed, parameters, limited, signal);
    if (parsed.kind === 'select' && parsed.locks) return runLocking(parsed, parameters, limited, signal);
    if (parsed.kind === 'explain') return startExplain(parsed, parameters, limited, signal);
    const trivial = await trivialPlan(parsed, parameters, limited, signal);
    if (trivial) return directStatement(trivial, [trivial.read], limited, newReadStats(), signal);
    const { plan, ...running } = await runStatement(parsed, parameters, limited, signal);
    return { ...running, columns: plan.columns };
  };

  const startExplain = async (
    parsed: ParsedQuery,
    parameters: readonly ParameterLiteral[],
    limited: ExecutionContext,
    signal: AbortSignal,
  ): Promise<Started> => {
    const plan = await planStatement(parsed, parameters, limited, signal);
    const { text, ...explanation } = explainPlan(plan, limited.settings);
    const lines = text.split('\n');
    let document: Readonly<Record<string, unknown>> = explanation;
    let stats = newReadStats();
    if (parsed.analyze) {
      const begun = performance.now();
      const running = await start({ ...parsed, kind: 'select' }, parameters, limited, signal);
      let rowCount = 0;
      try {
        for await (const rows of running.arrays()) rowCount += rows.length;
      } finally {
        await running.close();
      }
      stats = running.stats;
      const elapsedMs = performance.now() - begun;
      lines.push(...analysisLines(stats, rowCount, elapsedMs, undefined, limited.sampling));
      document = { ...document, ran: analysisDocument(stats, rowCount, elapsedMs, limited.sampling) };
    }
    // One row that holds an array, as PostgreSQL gives it.
    const shown = parsed.asJson
      ? explained([parseDocument(JSON.stringify([document]))], JSON_PLAN_COLUMNS)
      : explained(lines);
    return { ...shown, reads: plan.reads, stats };
  };

  /** What a program asks for a statement comes before what the statement asks for itself. */
  const limitedContext = (
    parsed: Statement,
    { base, ...options }: StatementOptions = { base: context },
  ): ExecutionContext =>
    statementContext(base, parsed.kind === 'partiql' ? options : { ...parsed.hints, ...options });

  /** Starts a statement within the limits of its own and of the connection. */
  const startLimited = async (
    parsed: Statement,
    parameters: Parameters | undefined,
    options: StatementOptions,
    signal: AbortSignal,
  ): Promise<Started> =>
    withinTransaction(parsed, limitedContext(parsed, options), (within) => {
      const list = toParameterList(parsed, parameters);
      const limited = withSamplingBudget(within);
      return logged(parsed.text, async () => {
        const watch = statementTimeout(limited.statementTimeoutMs);
        if (watch === undefined) return paid(await start(parsed, list, limited, signal), limited);
        const either = anySignal(signal, watch.signal);
        const started = await watch.during(() => start(parsed, list, limited, either));
        return paid({ ...started, ...watch.reading(started) }, limited);
      });
    });

  const stream = async <T>(
    parsed: Statement,
    parameters: Parameters | undefined,
    options: StatementOptions,
  ): Promise<RowStream<T>> => {
    const begun = performance.now();
    const left = new AbortController();
    const signal = anySignal(signalFor(options.signal), left.signal);
    const started = await startLimited(parsed, parameters, options, signal);
    return rowStream<T>(started, options, begun, () => left.abort());
  };

  const query = async <T>(
    parsed: Statement,
    parameters: Parameters | undefined,
    options: StatementOptions,
  ): Promise<QueryResult<T>> => {
    const begun = performance.now();
    const started = await startLimited(parsed, parameters, options, signalFor(options.signal));
    try {
      const rows: T[] = [];
      for await (const page of pagesOf<T>(started, options)) {
        for (const row of page) rows.push(row);
      }
      return {
        rows,
        columns: started.columns,
        command: started.tag ?? 'SELECT',
        rowCount: started.affected ?? rows.length,
        truncated: started.isCut?.() ?? false,
        stats: finalStats(started, begun),
      };
    } finally {
      await started.close();
    }
  };

  /** Runs statements as part of the block that the context stands in. */
  const runnerOn = (base: ExecutionContext): StatementRunner => ({
    async query<T = RowObject>(sql: string, parameters?: Parameters, options: QueryOptions = {}) {
      return asPartOf(base.block, sql, async () =>
        query<T>(await understand(sql, options), parameters, { ...options, base }),
      );
    },
    async stream<T = RowObject>(sql: string, parameters?: Parameters, options: QueryOptions = {}) {
      return asPartOf(base.block, sql, async () =>
        stream<T>(await understand(sql, options), parameters, { ...options, base }),
      );
    },
    async prepare(sql) {
      const parsed = await understand(sql);
      const signal = signalFor(undefined);
      const columns = await columnsOf(parsed, signal);
      return {
        text: sql,
        parameterCount: parsed.parameterCount,
        parameterNames: parsed.parameterNames,
        columns,
        query: <T = RowObject>(parameters?: Parameters, options: QueryOptions = {}) =>
          asPartOf(base.block, sql, () => query<T>(parsed, parameters, { ...options, base })),
        stream: <T = RowObject>(parameters?: Parameters, options: QueryOptions = {}) =>
          asPartOf(base.block, sql, () => stream<T>(parsed, parameters, { ...options, base })),
        close: () => Promise.resolve(),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    async explain(sql, parameters) {
      const parsed = await understand(sql);
      if (parsed.kind === 'partiql')
        throw new DriverError('SQL_NOT_SUPPORTED', 'PartiQL is planned by DynamoDB, which tells nobody how');
      const list = toParameterList(parsed, parameters);
      const limited = withSamplingBudget(limitedContext(parsed));
      if (parsed.kind === 'command') {
        const lines = await commandLines(parsed, list, limited, signalFor(undefined));
        return { mode: 'command', reads: [], text: lines.join('\n') };
      }
      const plan = await planStatement(parsed, list, limited, signalFor(undefined));
      return explainPlan(plan, limited.settings);
    },
  });

  const connection: Connection = {
    ...runnerOn(context),
    description,
    metadata: createMetadata(context, () => signalFor(undefined)),
    schemas: createSchemas({ context, folders, guard: () => signalFor(undefined) }),
    transaction: async (work, options = {}) =>
      runTransaction(work, options, context, runnerOn, signalFor(options.signal)),
    whoami: async ({ signal } = {}) => whoami(signalFor(signal)),
    close() {
      return (closed ??= (async () => {
        closing.abort(new DriverError('CONN_CLOSED', 'The connection was closed'));
        await context.close();
        close();
        log?.write(1, 'session', 'closed');
        await log?.close();
      })());
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };

  /** The columns of a statement whose parameters have no values yet; PartiQL shows none before it is sent. */
  const columnsOf = async (parsed: Statement, signal: AbortSignal): Promise<readonly OutputColumn[]> => {
    if (parsed.kind === 'partiql') return [];
    if (parsed.kind === 'command') {
      const command = commandOf(parsed);
      return parsed.explain ? PLAN_COLUMNS : ((await command.columns?.(parsed, context, signal)) ?? []);
    }
    if (parsed.kind === 'explain') return parsed.asJson ? JSON_PLAN_COLUMNS : PLAN_COLUMNS;
    const trivial = await matchPointQuery(parsed, context.catalog, signal);
    if (trivial) return trivial.columns;
    return (await planStatement(parsed, unknownParameters(parsed), context, signal)).columns;
  };
  return connection;
}

function paid(started: Started, { sampling }: ExecutionContext): Started {
  // What it tells may change while it runs.
  return started.sampling === undefined ? Object.assign(started, { sampling }) : started;
}

const PLAN_COLUMNS: readonly OutputColumn[] = [{ name: 'QUERY PLAN', type: 'text' }];

const JSON_PLAN_COLUMNS: readonly OutputColumn[] = [{ name: 'QUERY PLAN', type: 'json' }];

function explained(lines: readonly Value[], columns = PLAN_COLUMNS): Started {
  return {
    async *arrays() {
      yield lines.map((line): Value[] => [line]);
    },
    async *objects() {
      yield lines.map((line) => ({ 'QUERY PLAN': line }));
    },
    columns,
    reads: [],
    stats: newReadStats(),
    close: () => Promise.resolve(),
  };
}

async function startCommand(
  parsed: ParsedCommand,
  parameters: readonly ParameterLiteral[],
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<Started> {
  const command = commandOf(parsed);
  if (!parsed.explain) return command.run(parsed, parameters, context, signal);
  const lines = await commandLines(parsed, parameters, context, signal);
  if (!parsed.analyze) return explained(lines);
  const begun = performance.now();
  const started = await command.run(parsed, parameters, context, signal);
  await started.close();
  const { affected = 0, stats, writes, reads } = started;
  const analysis = analysisLines(stats, affected, performance.now() - begun, writes, context.sampling);
  return { ...explained([...lines, ...analysis]), reads, stats, ...(writes && { writes }) };
}

/** What EXPLAIN shows of a command. */
async function commandLines(
  parsed: ParsedCommand,
  parameters: readonly ParameterLiteral[],
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const command = commandOf(parsed);
  if (command.explain === undefined) throw parsed.refusal();
  return command.explain(parsed, parameters, context, signal);
}
