import { createInterface, type Interface } from 'node:readline/promises';
import { DriverError } from '../../core/errors.ts';
import type { Connection } from '../../session/connection.ts';
import { splitStatements } from '../../sql/parse/split.ts';
import { confirmSweep } from '../confirm-sweep.ts';
import { aboutStatement, failureText, originOf } from '../failure.ts';
import type { Io } from '../io.ts';
import { paint } from '../output/paint.ts';
import { printRows, summaryLine } from '../output/print-rows.ts';
import { startProgress } from '../output/progress.ts';
import type { Format } from '../output/row-printer.ts';
import { isBrokenPipe } from '../output/writer.ts';
import { complete } from './completer.ts';
import { HISTORY_LINES, mayBeKept, readHistory, writeHistory } from './history.ts';
import { metaLine, runMeta, type ShellState } from './meta-commands.ts';
import { cachedNames } from './names.ts';

const PROMPT = 'dynadbc=> ';
const CONTINUED = 'dynadbc-> ';

/**
 * Reads statements until the input ends or the user leaves. On a terminal it prompts, completes and remembers, and a
 * failure is shown before it goes on; anything else is a script, which ends at its first failure.
 */
export async function runShell(
  connection: Connection,
  io: Io,
  { format, yes }: { readonly format: Format; readonly yes: boolean },
): Promise<void> {
  const screen = io.stdout.isTerminal ? io.stdout : io.stderr;
  const interactive = io.stdinIsTerminal && screen.isTerminal;
  const state: ShellState = { expanded: false, timing: interactive, leaving: false };
  const names = cachedNames(connection);
  let buffer = '';
  let running: AbortController | undefined;

  const history = interactive ? await readHistory(io.stateDirectory) : [];
  const reader = createInterface({
    input: io.stdin,
    ...(interactive && { output: screen.stream }),
    terminal: interactive,
    history,
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
    completer: (line: string) => complete(line, buffer, names),
  });
  const prompt = (): void => {
    if (!interactive) return;
    reader.setPrompt(paint(screen.colors).bold(buffer === '' ? PROMPT : CONTINUED));
    reader.prompt();
  };
  const cancel = (): void => running?.abort(new DriverError('EXEC_CANCELLED', 'Cancelled by Ctrl-C.'));
  const releaseInterrupt = io.onInterrupt(cancel);
  reader.on('SIGINT', () => {
    if (running !== undefined) return cancel();
    buffer = '';
    clearLine(reader);
    screen.stream.write('^C\n');
    prompt();
  });
  reader.on('history', (lines: string[]) => {
    // readline lets a listener take lines out again.
    if (lines[0] !== undefined && !mayBeKept(lines[0])) lines.shift();
    history.splice(0, history.length, ...lines);
  });

  /** Runs one command or statement; on a terminal its failure is shown and the shell lives on. */
  async function attempt(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    running = new AbortController();
    try {
      await work(running.signal);
    } catch (failure) {
      if (!interactive || isBrokenPipe(originOf(failure))) throw failure;
      io.stderr.stream.write(
        failureText(failure, { colors: io.stderr.colors, columns: io.stderr.columns() }),
      );
    } finally {
      running = undefined;
    }
  }

  const execute = (sql: string): Promise<void> =>
    attempt((signal) => runStatement(connection, sql, io, { format, yes, state, signal }));

  async function take(line: string): Promise<void> {
    const meta = buffer === '' ? metaLine(line) : undefined;
    if (meta !== undefined) return attempt(() => runMeta(meta, { connection, io, state }));
    const { statements, rest } = splitStatements(`${buffer}${line}\n`);
    buffer = rest.trim() === '' ? '' : rest;
    for (const statement of statements) await execute(statement);
  }

  try {
    if (interactive) io.stderr.stream.write('Type \\? for help, \\q to leave.\n');
    prompt();
    for await (const line of reader) {
      await take(line);
      if (state.leaving) break;
      prompt();
    }
    // A script may leave out the last semicolon; a person who presses Ctrl-D means to leave.
    if (!interactive && buffer !== '') await execute(buffer);
    if (interactive && !state.leaving) screen.stream.write('\n');
  } finally {
    releaseInterrupt();
    reader.close();
    if (interactive) await writeHistory(io.stateDirectory, history);
  }
}

interface StatementSettings {
  readonly format: Format;
  readonly yes: boolean;
  readonly state: ShellState;
  readonly signal: AbortSignal;
}

async function runStatement(
  connection: Connection,
  sql: string,
  io: Io,
  settings: StatementSettings,
): Promise<void> {
  const { format, state, signal } = settings;
  await confirmSweep(sql, connection, io, settings);
  await aboutStatement(sql, async () => {
    using progress = startProgress(io.stderr, 'reading');
    await using rows = await connection.stream(sql, [], { signal });
    const count = await printRows(rows, state.expanded ? 'records' : format, io, progress);
    progress.stop();
    if (state.timing) {
      io.stderr.stream.write(`${paint(io.stderr.colors).dim(summaryLine(count, rows.stats))}\n`);
    }
  });
}

function clearLine(reader: Interface): void {
  reader.write(null, { ctrl: true, name: 'e' });
  reader.write(null, { ctrl: true, name: 'u' });
}
