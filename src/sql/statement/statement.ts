import type { TimeZone } from '../../core/time-zone.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import type { StatementContext } from '../exec/context.ts';
import type { RowReader } from '../exec/direct.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import type { StatementHints } from '../parse/statement-hints.ts';
import type { Explanation } from '../plan/explain.ts';
import type { ResultColumn } from '../types/types.ts';

export type StatementKind = 'point-query' | 'query' | 'locking-select' | 'explain' | 'command' | 'partiql';

/** What a statement does to a transaction that it runs in. */
export type TransactionRole =
  /** BEGIN, COMMIT, ROLLBACK and savepoints, which are not part of it themselves. */
  | { readonly kind: 'control'; readonly afterFailure: boolean }
  | { readonly kind: 'refused'; readonly reason?: string }
  | { readonly kind: 'query' }
  | { readonly kind: 'reads' }
  /** `looksFirst`: it reads the item before it writes, as INSERT … ON CONFLICT does. */
  | { readonly kind: 'writes'; readonly looksFirst: boolean };

/** Values by position or by name, as the caller passed them. */
export type ParameterInput = readonly unknown[] | object | undefined;

/**
 * A statement that can be run any number of times, whatever its kind. The context is that of the session with the
 * limits of this run. Every failure is a DriverError.
 */
export interface Statement {
  readonly kind: StatementKind;
  readonly text: string;
  readonly parameterCount: number;
  /** The names of `:name` parameters in the order of their numbers. */
  readonly parameterNames: readonly string[];
  /** The limits that the statement sets for itself in a comment after SELECT. */
  readonly hints: StatementHints;
  /** PostgreSQL's names of the parameters' types, inferred from their use: text where nothing tells. Reads no item. */
  parameterTypes(context: StatementContext, signal: AbortSignal): Promise<readonly string[]>;
  /** The columns of its rows, before its parameters have values; empty where they are only known after a read. */
  columns(context: StatementContext, signal: AbortSignal): Promise<readonly ResultColumn[]>;
  /** Runs the statement up to its first rows, as part of the context's open transaction if there is one. */
  run(parameters: ParameterInput, context: StatementContext, signal: AbortSignal): Promise<StatementResult>;
  /** Describes what `run` would send. Sends nothing but DescribeTable and samples of new tables. */
  explain(parameters: ParameterInput, context: StatementContext, signal: AbortSignal): Promise<Explanation>;
}

/** A running statement. Its rows can be read once. */
export interface StatementResult extends Omit<RowReader, 'pages' | 'unknown'> {
  readonly columns: readonly ResultColumn[];
  /** The time zone of the session that runs it. */
  readonly timeZone?: TimeZone;
  /** One line per read, as EXPLAIN shows it. */
  readonly plan: readonly string[];
  readonly stats: ReadStats;
  /** What sampling new tables took; budgets count it. */
  readonly sampling: ReadStats;
  readonly writes: WriteStats | undefined;
  /** PostgreSQL's command tag without its counts: `SELECT`, `INSERT`, `CREATE VIEW` … */
  readonly tag: string;
  /** Rows that a command changed; undefined where it counts none. */
  readonly affected: number | undefined;
  close(): Promise<void>;
}

/** What each kind of statement implements; `prepare` makes a Statement of it. */
export interface StatementBody {
  readonly kind: StatementKind;
  readonly transactionRole: TransactionRole;
  columns(context: StatementContext, signal: AbortSignal): Promise<readonly ResultColumn[]>;
  run(
    parameters: readonly ParameterLiteral[],
    context: StatementContext,
    signal: AbortSignal,
  ): Promise<RunningBody>;
  explain(
    parameters: readonly ParameterLiteral[],
    context: StatementContext,
    signal: AbortSignal,
  ): Promise<Explanation>;
}

/** A running statement as its implementation leaves it: a command has a tag, and counts where it changed rows. */
export interface RunningBody
  extends RowReader, Pick<StatementResult, 'columns' | 'plan' | 'stats' | 'close'> {
  readonly writes?: WriteStats;
  readonly tag?: string;
  readonly affected?: number;
}
