import { abortError } from '../../core/async/abort.ts';
import { lazy } from '../../core/async/lazy.ts';
import { memoizeAsync } from '../../core/async/lru.ts';
import { DriverError, getErrorMessage } from '../../core/errors.ts';
import { toParameterList } from '../parse/parameter-list.ts';
import { type ParsedQuery, type ParsedStatement, parseStatement } from '../parse/parse.ts';
import { type ParsedPartiql, parsePartiql } from '../parse/partiql.ts';
import { isPointShape } from '../plan/point-query.ts';
import { withFreshCatalog } from './fresh-catalog.ts';
import { pointQuery } from './point-query.ts';
import type { RunningBody, Statement, StatementBody, StatementResult } from './statement.ts';
import { withinTransaction } from './within-transaction.ts';

/** Statements by their text. */
export type StatementCache = Map<string, Promise<Statement>>;

/** A tree takes about fifty times the memory of its text. */
const CACHE_LIMITS = { entries: 500, characters: 256 * 1024 };

// A point query needs none of these, nor the planner and DuckDB that they import.
const loadCommand = lazy(() => import('./command-statement.ts'));
const loadExplain = lazy(() => import('./explain-statement.ts'));
const loadLockingSelect = lazy(() => import('./locking-select.ts'));
const loadParameterTypes = lazy(() => import('./parameter-types.ts'));
const loadPartiql = lazy(() => import('./partiql-statement.ts'));
const loadPlannedQuery = lazy(() => import('./planned-query.ts'));

/** What a session decides about the statements that it prepares. */
export interface PrepareSession {
  readonly statements: StatementCache;
  /** The text is PartiQL, for DynamoDB to execute unchanged. */
  readonly passthrough: boolean;
}

/** Parses a statement and chooses how it runs. Sends nothing. */
export async function prepare(text: string, { statements, passthrough }: PrepareSession): Promise<Statement> {
  if (typeof text !== 'string')
    throw new DriverError(
      'SQL_BAD_ARGUMENT',
      `expected the SQL statement as a string, got ${text === null ? 'null' : typeof text}`,
    );
  if (passthrough) {
    const parsed = parsePartiql(text);
    return toStatement(parsed, (await loadPartiql()).partiqlStatement(parsed));
  }
  return await memoizeAsync(statements, text, CACHE_LIMITS, async () => {
    try {
      const parsed = await parseStatement(text);
      return toStatement(parsed, await chooseBody(parsed));
    } catch (error) {
      throw toStatementError(error);
    }
  });
}

async function chooseBody(parsed: ParsedStatement): Promise<StatementBody> {
  if (parsed.kind === 'command') {
    const command = (await loadCommand()).commandStatement(parsed);
    return parsed.explain ? (await loadExplain()).explainStatement(command, parsed) : command;
  }
  if (parsed.kind === 'select') return chooseQuery(parsed);
  const query = await chooseQuery({ ...parsed, kind: 'select' });
  return (await loadExplain()).explainStatement(query, parsed);
}

async function chooseQuery(parsed: ParsedQuery): Promise<StatementBody> {
  if (isPointShape(parsed) && !parsed.locks) return pointQuery(parsed, unloadedQuery(parsed));
  const planned = (await loadPlannedQuery()).plannedQuery(parsed);
  return parsed.locks ? (await loadLockingSelect()).lockingSelect(parsed, planned) : planned;
}

/** A planned query whose code is loaded when it is used. */
function unloadedQuery(parsed: ParsedQuery): StatementBody {
  const load = async (): Promise<StatementBody> => (await loadPlannedQuery()).plannedQuery(parsed);
  return {
    kind: 'query',
    transactionRole: { kind: 'query' },
    columns: async (...args) => (await load()).columns(...args),
    run: async (...args) => (await load()).run(...args),
    explain: async (...args) => (await load()).explain(...args),
  };
}

/** What all kinds of statements have in common: parameters, transaction, sampling budget and errors. */
function toStatement(parsed: ParsedStatement | ParsedPartiql, chosen: StatementBody): Statement {
  const body = mayRunAgain(parsed, chosen) ? withFreshCatalog(chosen) : chosen;
  const { text, parameterCount, parameterNames } = parsed;
  const member = { text, role: body.transactionRole };
  return {
    kind: body.kind,
    text,
    parameterCount,
    parameterNames,
    hints: parsed.kind === 'partiql' ? {} : parsed.hints,
    parameterTypes: async (context, signal) => {
      if (parameterCount === 0) return [];
      const { parameterTypes } = await loadParameterTypes();
      return withDriverErrors(parameterTypes(parsed, context, signal), signal);
    },
    columns: (context, signal) => withDriverErrors(body.columns(context, signal), signal),
    explain: (parameters, context, signal) =>
      withDriverErrors(
        (async () => body.explain(toParameterList(parsed, parameters), context, signal))(),
        signal,
      ),
    async run(parameters, context, signal) {
      try {
        return await withinTransaction(member, context, async (within) => {
          const list = toParameterList(parsed, parameters);
          return toResult(await body.run(list, within, signal), within.sampling, signal);
        });
      } catch (error) {
        throw toStatementError(error, signal);
      }
    },
  };
}

/** Not what changes tables, views or transactions. */
function mayRunAgain(parsed: ParsedStatement | ParsedPartiql, { transactionRole }: StatementBody): boolean {
  if (parsed.kind === 'partiql') return false;
  if (parsed.kind === 'command' && 'CopyStmt' in parsed.node) return true;
  return transactionRole.kind !== 'refused' && transactionRole.kind !== 'control';
}

function toResult(
  running: RunningBody,
  sampling: StatementResult['sampling'],
  signal: AbortSignal,
): StatementResult {
  const { columns, plan, stats, writes, tag = 'SELECT', affected, isCut, texts } = running;
  const fail = (error: unknown): never => {
    throw toStatementError(error, signal);
  };
  return {
    columns,
    plan,
    stats,
    sampling,
    writes,
    tag,
    affected,
    ...(isCut && { isCut }),
    ...(texts && { texts: () => new GuardedPages(texts(), fail) }),
    arrays: () => new GuardedPages(running.arrays(), fail),
    objects: () => new GuardedPages(running.objects(), fail),
    close: () => running.close().catch(fail),
  };
}

/** Pages whose failures go through `fail`. An async generator around another would take more turns of the microtask queue. */
class GuardedPages<T> implements AsyncGenerator<T> {
  readonly #pages: AsyncGenerator<T>;
  readonly #fail: (error: unknown) => never;

  constructor(pages: AsyncGenerator<T>, fail: (error: unknown) => never) {
    this.#pages = pages;
    this.#fail = fail;
  }
  next(): Promise<IteratorResult<T>> {
    return this.#pages.next().catch(this.#fail);
  }
  return(value?: unknown): Promise<IteratorResult<T>> {
    return this.#pages.return(value).catch(this.#fail);
  }
  throw(thrown: unknown): Promise<IteratorResult<T>> {
    return this.#pages.throw(thrown).catch(this.#fail);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
  [Symbol.asyncIterator](): AsyncGenerator<T> {
    return this;
  }
}

async function withDriverErrors<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toStatementError(error, signal);
  }
}

function toStatementError(thrown: unknown, signal?: AbortSignal): DriverError {
  if (thrown instanceof DriverError) return thrown;
  if (signal?.aborted === true) return abortError(signal);
  return new DriverError('EXEC_ENGINE', `internal error: ${getErrorMessage(thrown)}`, { cause: thrown });
}
