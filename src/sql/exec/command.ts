import { newReadStats, type ReadStats } from '../../dynamo/read/read-stats.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import type { StatementContext } from './context.ts';
import { createObjectMapper, type RowReader } from './direct.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import type { ResultColumn } from '../types/types.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { Value } from '../types/value.ts';

/** What a command did, and the rows that it returns. */
export interface CommandResult extends RowReader {
  /** PostgreSQL's command tag without its counts: `INSERT`, `CREATE VIEW` … */
  readonly tag: string;
  /** Rows that it changed; absent where it does not count them. */
  readonly affected?: number;
  readonly columns: readonly ResultColumn[];
  readonly reads: readonly TableRead[];
  readonly stats: ReadStats;
  readonly writes?: WriteStats;
  close(): Promise<void>;
}

/** A kind of statement that is not a query. */
export interface Command {
  /** Its nodes in PostgreSQL's parse tree: `ViewStmt`, `DropStmt` … */
  readonly nodes: readonly string[];
  /** What it does inside a transaction; absent or undefined: it is refused there. */
  readonly roleInTransaction?: (parsed: ParsedCommand) => 'reads' | 'writes' | undefined;
  /** Runs the command; when it resolves, only its rows are still to be read. */
  run(
    parsed: ParsedCommand,
    parameters: readonly ParameterLiteral[],
    context: StatementContext,
    signal: AbortSignal,
  ): Promise<CommandResult>;
  /** The columns of its rows, for a prepared statement; absent: it returns none. */
  columns?(
    parsed: ParsedCommand,
    context: StatementContext,
    signal: AbortSignal,
  ): Promise<readonly ResultColumn[]>;
  /** The lines of EXPLAIN; absent: EXPLAIN is not supported. */
  explain?(
    parsed: ParsedCommand,
    parameters: readonly ParameterLiteral[],
    context: StatementContext,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
}

/** The result of a command without rows. */
export function emptyResult(tag: string, affected?: number): CommandResult {
  return {
    tag,
    ...(affected === undefined ? {} : { affected }),
    columns: [],
    reads: [],
    stats: newReadStats(),
    async *arrays() {},
    async *objects() {},
    close: () => Promise.resolve(),
  };
}

/** The result of a command that returns these rows. */
export function rowsResult(
  tag: string,
  columns: readonly ResultColumn[],
  rows: readonly (readonly Value[])[],
): CommandResult {
  const toObject = createObjectMapper(columns.map(({ name }) => name));
  return {
    ...emptyResult(tag),
    columns,
    async *arrays() {
      if (rows.length > 0) yield rows.map((row) => [...row]);
    },
    async *objects() {
      if (rows.length > 0) yield rows.map(toObject);
    },
  };
}
