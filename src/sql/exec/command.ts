import { newReadStats, type ReadStats } from '../../dynamo/read/read-stats.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import type { StatementContext } from './context.ts';
import { createObjectMapper, type RowReader } from './direct.ts';
import type { ParameterLiteral } from '../parse/parameter-list.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import type { ResultColumn } from '../types/types.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { Value } from '../types/value.ts';

/** What a command did, and the rows that it gives. */
export interface CommandResult extends RowReader {
  /** PostgreSQL's command tag without its counts: `INSERT`, `CREATE VIEW` … */
  readonly tag: string;
  /** The rows that it changed; absent where it counts none. */
  readonly affected?: number;
  readonly columns: readonly ResultColumn[];
  readonly reads: readonly TableRead[];
  readonly stats: ReadStats;
  readonly writes?: WriteStats;
  close(): Promise<void>;
}

/** A kind of statement that is no query. */
export interface Command {
  /** What PostgreSQL's tree calls it: `ViewStmt`, `DropStmt` … */
  readonly nodes: readonly string[];
  /** What it does as part of a transaction; undefined: it is refused there. */
  readonly roleInTransaction?: (parsed: ParsedCommand) => 'reads' | 'writes' | undefined;
  /** Does what the statement says; when it returns, everything is done but for reading its rows. */
  run(
    parsed: ParsedCommand,
    parameters: readonly ParameterLiteral[],
    context: StatementContext,
    signal: AbortSignal,
  ): Promise<CommandResult>;
  /** The columns of its rows, for a statement that is only prepared; absent: it gives none. */
  columns?(
    parsed: ParsedCommand,
    context: StatementContext,
    signal: AbortSignal,
  ): Promise<readonly ResultColumn[]>;
  /** The lines of EXPLAIN; absent: it has none. */
  explain?(
    parsed: ParsedCommand,
    parameters: readonly ParameterLiteral[],
    context: StatementContext,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
}

/** The result of a command that gives no rows. */
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

/** The result of a command that gives these rows. */
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
