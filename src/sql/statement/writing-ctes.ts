import type { CommonTableExpr } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { addStats, newReadStats, type ReadStats } from '../../dynamo/read/read-stats.ts';
import { addWriteStats, newWriteStats, type WriteStats } from '../../dynamo/write/write-stats.ts';
import { type Command, type CommandResult, rowsResult } from '../exec/command.ts';
import type { StatementContext } from '../exec/context.ts';
import { withMemoryTables } from '../exec/memory-tables.ts';
import { planStatement, runStatement } from '../exec/run.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import { unknownParameters } from '../parse/parameter-list.ts';
import { type ParsedCommand, toParsedQuery } from '../parse/parse.ts';
import { visitNodes } from '../parse/tree.ts';
import { getTopWith, getWriteName, listCtes } from '../parse/writing-ctes.ts';
import { explainPlan } from '../plan/explain.ts';
import type { TableRead } from '../plan/table-read.ts';
import { commitStatement } from '../transaction/commit-statement.ts';
import { openTransaction } from '../transaction/open-transaction.ts';
import { MAX_ATTEMPTS } from '../write/concurrent-change.ts';
import { describeImages, prepareImages, toCommandResult, withPartialResult } from '../write/returning.ts';
import type { WriteCommand } from '../write/write-command.ts';
import { findWriteCommand } from '../write/write-commands.ts';
import { addQuery, addResult, noCtes, toPart, type VisibleCtes } from './cte-results.ts';
import { writesAlone } from './writes-alone.ts';

/**
 * A statement with CTEs that write. As in PostgreSQL, each of them runs once and completely, and no part of the statement
 * sees what another part writes, except by RETURNING. The writes are one transaction.
 */
export const writingCtes: Command = {
  nodes: [],
  roleInTransaction: () => 'writes',
  async run(parsed, parameters, context, signal) {
    // PostgreSQL would write nothing either.
    await describeParts(parsed, parameters, context, signal);
    if (context.buffer !== undefined) return runParts(parsed, parameters, context, signal);
    const isAlone = await writesAlone(parsed, context, signal);
    try {
      return await runAsTransaction(parsed, isAlone, parameters, context, signal);
    } catch (error) {
      if (!(error instanceof DriverError) || error.code !== 'DYNAMO_LIMIT' || context.trace.hasWritten)
        throw error;
      if (isAlone) return await runParts(parsed, parameters, context, signal);
      throw limitError(error);
    }
  },
  async columns(parsed, context, signal) {
    const { main, visible } = await describeParts(parsed, unknownParameters(parsed), context, signal);
    const inside = withMemoryTables(context, visible.tables);
    const command = findWriteCommand(main);
    if (command !== undefined) return (await command.columns?.(main, inside, signal)) ?? [];
    return (await planStatement(toQuery(main), unknownParameters(parsed), inside, signal)).columns;
  },
  async explain(parsed, parameters, context, signal) {
    return (await describeParts(parsed, parameters, context, signal)).lines;
  },
};

/** Checks and describes all parts without running any. */
async function describeParts(
  parsed: ParsedCommand,
  parameters: readonly ParameterLiteral[],
  context: StatementContext,
  signal: AbortSignal,
): Promise<{
  readonly visible: VisibleCtes;
  readonly main: ParsedCommand;
  readonly lines: readonly string[];
}> {
  const clause = getTopWith(parsed.node);
  const lines: string[] = [];
  let visible = noCtes(clause);
  for (const cte of listCtes(clause)) {
    const command = findCteCommand(parsed, cte);
    if (command === undefined) {
      visible = addQuery(visible, cte);
      continue;
    }
    if (visible.isRecursive) assertNotRecursive(cte, parsed);
    const part = toPart(parsed, cte.ctequery, visible);
    const inside = withMemoryTables(context, visible.tables);
    const explained = (await command.explain?.(part, parameters, inside, signal)) ?? [];
    lines.push(`WITH ${cte.ctename ?? ''}:`, ...explained.map(indent));
    const parts = command.getReturningParts(part);
    const described = await describeImages(parts, { parsed: part, parameters, context: inside, signal });
    const images = described && {
      targets: described.targets,
      table: await described.context.catalog.table(described.table.name, signal),
      items: [],
    };
    visible = addResult(visible, cte, parts, images);
  }
  const main = toPart(parsed, undefined, visible);
  const inside = withMemoryTables(context, visible.tables);
  const command = findWriteCommand(main);
  const explained =
    command === undefined
      ? explainPlan(
          await planStatement(toQuery(main), parameters, inside, signal),
          inside.settings,
        ).text.split('\n')
      : ((await command.explain?.(main, parameters, inside, signal)) ?? []);
  return { visible, main, lines: nameResults([...lines, ...explained], visible) };
}

/** Throws where a statement that writes refers to itself. */
function assertNotRecursive(
  { ctename = '', ctequery, location = 0 }: CommonTableExpr,
  parsed: ParsedCommand,
): void {
  visitNodes(ctequery, (node) => {
    if ('RangeVar' in node && node.RangeVar.schemaname === undefined && node.RangeVar.relname === ctename)
      throw new DriverError(
        'SQL_RECURSION',
        `recursive query "${ctename}" must not contain data-modifying statements`,
        { position: parsed.position(location) },
      );
  });
}

/** The writes wait until all parts have run, so that none is sent if a part fails. */
async function runAsTransaction(
  parsed: ParsedCommand,
  isAlone: boolean,
  parameters: readonly ParameterLiteral[],
  context: StatementContext,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { trace, settings } = context;
  for (let attempt = 1; ; attempt += 1) {
    // Writes that wait are not sent.
    trace.hasWritten = false;
    let isCommitting = false;
    const open = openTransaction(false);
    const { buffer } = open.beginStatement({ text: parsed.text, looksFirst: false });
    try {
      const running = await runParts(parsed, parameters, context.derive({ buffer }), signal);
      const rows = [];
      for await (const page of running.arrays()) rows.push(...page);
      await running.close();
      trace.hasWritten = false;
      isCommitting = true;
      const committed = await commitStatement(open, isAlone, context, signal);
      trace.hasWritten = true;
      const { columns, tag, affected, reads, stats } = running;
      return {
        ...rowsResult(tag, columns, rows),
        ...(affected !== undefined && { affected }),
        ...(running.isCut && { isCut: running.isCut }),
        reads,
        stats,
        writes: committed,
      };
    } catch (error) {
      if (!isCommitting) trace.hasWritten = false;
      const isConflict = error instanceof DriverError && error.code === 'EXEC_CONFLICT';
      if (!isConflict || trace.hasWritten || settings.onConflict !== 'Retry' || attempt >= MAX_ATTEMPTS)
        throw error;
    } finally {
      open.end();
    }
  }
}

/** Runs the parts one after another. */
async function runParts(
  parsed: ParsedCommand,
  parameters: readonly ParameterLiteral[],
  context: StatementContext,
  signal: AbortSignal,
): Promise<CommandResult> {
  const clause = getTopWith(parsed.node);
  const stats = newReadStats();
  const writes = newWriteStats();
  const reads: TableRead[] = [];
  let visible = noCtes(clause);
  const enter = (): StatementContext => {
    const inside = withMemoryTables(context, visible.tables);
    const { buffer } = context;
    return buffer === undefined ? inside : inside.derive({ buffer: buffer.createPart() });
  };
  for (const cte of listCtes(clause)) {
    const command = findCteCommand(parsed, cte);
    if (command === undefined) {
      visible = addQuery(visible, cte);
      continue;
    }
    const part = toPart(parsed, cte.ctequery, visible);
    const performed = await command.perform(part, parameters, enter(), signal);
    addStats(stats, performed.scope.stats);
    addWriteStats(writes, performed.writes);
    reads.push(...(performed.reads ?? []));
    const images = performed.returning && (await prepareImages(performed));
    visible = addResult(
      visible,
      cte,
      command.getReturningParts(part),
      images && {
        ...images,
        table: await images.context.catalog.table(performed.table.name, signal),
      },
    );
  }
  const main = toPart(parsed, undefined, visible);
  const result = await runMain(main, parameters, enter(), signal, stats, writes).catch((error: unknown) => {
    throw context.buffer === undefined ? withPartialResult(error, writes, 'written') : error;
  });
  return { ...result, reads: [...reads, ...result.reads].filter(({ table }) => !table.name.startsWith('$')) };
}

async function runMain(
  main: ParsedCommand,
  parameters: readonly ParameterLiteral[],
  context: StatementContext,
  signal: AbortSignal,
  stats: ReadStats,
  writes: WriteStats,
): Promise<CommandResult> {
  const command = findWriteCommand(main);
  if (command === undefined) {
    const { plan, ...running } = await runStatement(toQuery(main), parameters, context, signal, stats);
    return { ...running, tag: 'SELECT', columns: plan.columns, writes };
  }
  const performed = await command.perform(main, parameters, context, signal);
  const result = await toCommandResult(performed);
  addStats(stats, performed.scope.stats);
  addWriteStats(writes, performed.writes);
  return { ...result, stats, writes };
}

function findCteCommand(parsed: ParsedCommand, { ctequery }: CommonTableExpr): WriteCommand | undefined {
  return ctequery === undefined || getWriteName(ctequery) === undefined
    ? undefined
    : findWriteCommand({ ...parsed, node: ctequery });
}

function toQuery(parsed: ParsedCommand) {
  if (!('SelectStmt' in parsed.node)) throw parsed.unsupported();
  return toParsedQuery(parsed, parsed.node.SelectStmt);
}

/** EXPLAIN's lines without requests for the rows of CTEs, which are in memory. */
function nameResults(lines: readonly string[], { tables, ctes }: VisibleCtes): readonly string[] {
  const writing = ctes.filter(({ ctequery }) => JSON.stringify(ctequery).includes('"relname":"$with '));
  return lines.flatMap((line, i) => {
    if (/^\s*request: /.test(line) && /Scan \$with \d+/.test(lines[i - 1] ?? '')) return [];
    const at = tables.findIndex(({ name }) => line.includes(`Scan ${name} `));
    return at < 0 ? [line] : [line.replace(/Scan .*/, `Rows that ${writing[at]?.ctename ?? ''} returns`)];
  });
}

function indent(line: string): string {
  return `  ${line}`;
}

/** The error of a statement that writes more items than one transaction can. */
function limitError(error: DriverError): DriverError {
  return new DriverError(
    error.code,
    error.message.replace(/^statement 1 \(.*?\) exceeds/s, 'the statement exceeds'),
    {
      cause: error,
      remedy: 'Write fewer items at once with conditions in WHERE, or run the parts as separate statements.',
    },
  );
}
