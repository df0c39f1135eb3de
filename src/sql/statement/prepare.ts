import { lazy } from '../../core/async/lazy.ts';
import { memoizeAsync } from '../../core/async/lru.ts';
import { DriverError, type ErrorCode } from '../../core/errors.ts';
import { findLoneSurrogate, LONE_SURROGATE_FOUND } from '../../core/surrogates.ts';
import { toParameterList } from '../parse/parameter-list.ts';
import { parseLookup } from '../parse/lookup.ts';
import { type ParsedQuery, type ParsedStatement, parseStatement } from '../parse/parse.ts';
import { type ParsedPartiql, parsePartiql } from '../parse/partiql.ts';
import { positionAt } from '../parse/positions.ts';
import { isPointShape } from '../plan/point-query.ts';
import { toStatementError, startStatement } from './statement-result.ts';
import { chooseStaleCodes, retryOnChange } from './fresh-catalog.ts';
import { pointQuery } from './point-query.ts';
import type { Statement, StatementBody } from './statement.ts';
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
    assertEncodable(text);
    const parsed = parsePartiql(text);
    return toStatement(parsed, (await loadPartiql()).partiqlStatement(parsed));
  }
  return await memoizeAsync(statements, text, CACHE_LIMITS, async () => {
    try {
      assertEncodable(text);
      const parsed = parseLookup(text) ?? (await parseStatement(text));
      return toStatement(parsed, await chooseBody(parsed));
    } catch (error) {
      throw toStatementError(error);
    }
  });
}

/** The parser and the engine, which read UTF-8, would replace half of a surrogate pair without a word. */
function assertEncodable(text: string): void {
  const at = findLoneSurrogate(text);
  if (at === undefined) return;
  throw new DriverError('SQL_BAD_VALUE', `the statement has ${LONE_SURROGATE_FOUND}`, {
    position: positionAt(text, at),
    remedy: 'Remove the character at the marked position, or complete it with its other half.',
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
function toStatement(parsed: ParsedStatement | ParsedPartiql, body: StatementBody): Statement {
  const staleCodes = mayRunAgain(parsed, body) ? chooseStaleCodes(body.transactionRole) : NO_CODES;
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
      return withDriverErrors(
        retryOnChange({ context, signal, staleCodes: NO_CODES }, () =>
          parameterTypes(parsed, context, signal),
        ),
        signal,
      );
    },
    columns: (context, signal) =>
      withDriverErrors(
        retryOnChange({ context, signal, staleCodes }, () => body.columns(context, signal)),
        signal,
      ),
    explain: (parameters, context, signal) =>
      withDriverErrors(
        retryOnChange({ context, signal, staleCodes }, async () =>
          body.explain(toParameterList(parsed, parameters), context, signal),
        ),
        signal,
      ),
    async run(parameters, context, signal) {
      try {
        return await withinTransaction(member, context, async (within) => {
          const list = toParameterList(parsed, parameters);
          return startStatement(() => body.run(list, within, signal), {
            context: within,
            signal,
            staleCodes,
          });
        });
      } catch (error) {
        throw toStatementError(error, signal);
      }
    },
  };
}

const NO_CODES: ReadonlySet<ErrorCode> = new Set();

/** Not what changes tables, views or transactions. */
function mayRunAgain(parsed: ParsedStatement | ParsedPartiql, { transactionRole }: StatementBody): boolean {
  if (parsed.kind === 'partiql') return false;
  if (parsed.kind === 'command' && 'CopyStmt' in parsed.node) return true;
  return transactionRole.kind !== 'refused' && transactionRole.kind !== 'control';
}

async function withDriverErrors<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toStatementError(error, signal);
  }
}
