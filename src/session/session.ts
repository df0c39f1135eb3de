import { typeOid } from '../sql/types/types.ts';
import { anySignal } from '../core/async/abort.ts';
import { lazy } from '../core/async/lazy.ts';
import { DriverError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Folders } from '../core/ports.ts';
import type { SessionContext } from '../sql/exec/context.ts';
import { type TransactionBlock, createTransactionBlock } from '../sql/exec/transaction-block.ts';
import { isRestartable } from '../sql/statement/fresh-catalog.ts';
import { prepare, type StatementCache } from '../sql/statement/prepare.ts';
import type { Statement, StatementResult } from '../sql/statement/statement.ts';
import { trackCall } from '../sql/statement/within-transaction.ts';
import type {
  Connection,
  Identity,
  Parameters,
  QueryOptions,
  QueryResult,
  RowObject,
  RowStream,
  StatementRunner,
} from './connection.ts';
import { createMetadata } from './metadata.ts';
import { collectRows, rowStream } from './row-stream.ts';
import { createSchemas } from './schemas.ts';
import { statementContext } from './statement-limits.ts';
import { statementLog } from './statement-log.ts';
import { withStatementTimeout } from './statement-timeout.ts';

const loadTransaction = lazy(() => import('../sql/statement/transaction.ts'));

export interface SessionParts {
  readonly session: SessionContext;
  readonly description: string;
  readonly whoami: (signal: AbortSignal) => Promise<Identity>;
  /** Where schema files may be read and written; undefined: nowhere. */
  readonly folders?: Folders | undefined;
  readonly log?: Log | undefined;
  /** Parsed statements, shared with the other sessions of the database. */
  readonly statements: StatementCache;
  /** Aborted when the session or its database closes. */
  readonly closing: AbortController;
  /** Called once, after the session's statements are cancelled. */
  readonly close: () => Promise<void>;
}

/** One conversation over a database. */
export function createSession({
  session,
  description,
  folders,
  log,
  whoami,
  statements,
  closing,
  close,
}: SessionParts): Connection {
  const logged = statementLog(log);
  let closed: Promise<void> | undefined;

  const signalFor = (signal: AbortSignal | undefined): AbortSignal => {
    if (closing.signal.aborted) throw new DriverError('CONN_CLOSED', 'The connection is closed');
    return signal ? anySignal(signal, closing.signal) : closing.signal;
  };

  const prepareText = (sql: string, { passthrough }: QueryOptions = {}): Promise<Statement> =>
    prepare(sql, { statements, passthrough: passthrough ?? session.defaults.passthrough });

  /** Runs statements in the open transaction of the block, if there is one. */
  const runnerOn = (block: TransactionBlock): StatementRunner => {
    const start = async (
      statement: Statement,
      parameters: Parameters | undefined,
      options: QueryOptions,
      signal: AbortSignal,
    ): Promise<StatementResult> => {
      // An option of the call takes precedence over a hint in the statement.
      const limited = statementContext(session, block, { ...statement.hints, ...options });
      return await logged(statement.text, () =>
        withStatementTimeout(limited.settings.timeoutMs, signal, (bounded) =>
          statement.run(parameters, limited, bounded),
        ),
      );
    };
    const query = async <T>(
      statement: Statement,
      parameters: Parameters | undefined,
      options: QueryOptions,
    ): Promise<QueryResult<T>> => {
      const begun = performance.now();
      const run = async (): Promise<QueryResult<T>> => {
        const result = await start(statement, parameters, options, signalFor(options.signal));
        return await collectRows<T>(result, options, begun);
      };
      try {
        return await run();
      } catch (error) {
        if (!isRestartable(error)) throw error;
        return await run();
      }
    };
    const stream = async <T>(
      statement: Statement,
      parameters: Parameters | undefined,
      options: QueryOptions,
    ): Promise<RowStream<T>> => {
      const begun = performance.now();
      const left = new AbortController();
      const signal = anySignal(signalFor(options.signal), left.signal);
      const result = await start(statement, parameters, options, signal);
      return rowStream<T>(result, options, begun, () => left.abort());
    };

    return {
      query: <T = RowObject>(sql: string, parameters?: Parameters, options: QueryOptions = {}) =>
        trackCall(block, sql, async () => query<T>(await prepareText(sql, options), parameters, options)),
      stream: <T = RowObject>(sql: string, parameters?: Parameters, options: QueryOptions = {}) =>
        trackCall(block, sql, async () => stream<T>(await prepareText(sql, options), parameters, options)),
      async prepare(sql) {
        const statement = await prepareText(sql);
        const { text, parameterCount, parameterNames } = statement;
        const context = statementContext(session, block, {});
        const signal = signalFor(undefined);
        const columns = await statement.columns(context, signal);
        const types = await statement.parameterTypes(context, signal);
        return {
          text,
          parameterCount,
          parameterNames,
          columns,
          parameterTypes: types.map((type) => ({ type, oid: typeOid(type) })),
          query: <T = RowObject>(parameters?: Parameters, options: QueryOptions = {}) =>
            trackCall(block, text, () => query<T>(statement, parameters, options)),
          stream: <T = RowObject>(parameters?: Parameters, options: QueryOptions = {}) =>
            trackCall(block, text, () => stream<T>(statement, parameters, options)),
          close: () => Promise.resolve(),
          [Symbol.asyncDispose]: () => Promise.resolve(),
        };
      },
      async explain(sql, parameters) {
        const statement = await prepareText(sql);
        return statement.explain(
          parameters,
          statementContext(session, block, statement.hints),
          signalFor(undefined),
        );
      },
    };
  };

  const connection: Connection = {
    ...runnerOn(createTransactionBlock()),
    description,
    metadata: createMetadata(session, () => signalFor(undefined)),
    schemas: createSchemas({ session, folders, guard: () => signalFor(undefined) }),
    async transaction(work, options = {}) {
      const signal = signalFor(options.signal);
      const { runTransaction } = await loadTransaction();
      return runTransaction((block) => work(runnerOn(block)), options, session, signal);
    },
    whoami: async ({ signal } = {}) => whoami(signalFor(signal)),
    close() {
      return (closed ??= (async () => {
        closing.abort(new DriverError('CONN_CLOSED', 'The connection was closed'));
        await close();
      })());
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
  return connection;
}
