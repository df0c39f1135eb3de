import { createInterface, type Interface } from 'node:readline/promises';
import { DriverError } from '../../core/errors.ts';
import type { Connection } from '../../session/connection.ts';
import { confirmDestructive } from '../confirm-destructive.ts';
import { aboutStatement, formatFailure, unwrapFailure } from '../failure.ts';
import type { Io } from '../io.ts';
import { paint } from '../output/paint.ts';
import { printRows, formatSummary } from '../output/print-rows.ts';
import { startProgress } from '../output/progress.ts';
import type { Format } from '../output/row-printer.ts';
import { isBrokenPipe } from '../output/writer.ts';
import { complete, cachedNames } from './completer.ts';
import { MAX_HISTORY_LINES, readHistory, writeHistory } from './history.ts';
import { readScriptLines } from './shell-files.ts';
import { runMetaCommand, type ShellState } from './meta-commands.ts';
import { multilineHistory } from './multiline-history.ts';
import { type StatementHandlers, statementBuffer } from './statement-buffer.ts';

const PROMPT = 'dynadbc=> ';
const CONTINUATION_PROMPT = 'dynadbc-> ';

/**
 * Runs statements until the input ends or the user quits. On a terminal it prompts, completes and keeps a history, and
 * continues after a failure; a script stops at its first failure.
 */
export async function runShell(
  connection: Connection,
  io: Io,
  { format, yes }: { readonly format: Format; readonly yes: boolean },
): Promise<void> {
  const screen = io.stdout.isTerminal ? io.stdout : io.stderr;
  const interactive = io.stdinIsTerminal && screen.isTerminal;
  const state: ShellState = { expanded: false, timing: interactive, leaving: false, output: undefined };
  const names = cachedNames(connection);
  let running: AbortController | undefined;
  const typed = statementBuffer({
    statement: (sql) => attempt((signal) => execute(sql, signal)),
    command: (text) => attempt((signal) => createRunner(signal).command(text)),
  });

  const history = interactive ? await readHistory(io.stateDirectory) : [];
  const reader = createInterface({
    input: io.stdin,
    ...(interactive && { output: screen.stream }),
    terminal: interactive,
    history,
    historySize: MAX_HISTORY_LINES,
    removeHistoryDuplicates: true,
    completer: (line: string) => complete(line, typed.text, names),
  });
  const prompt = (): void => {
    if (!interactive) return;
    reader.setPrompt(paint(screen.colors).bold(typed.text === '' ? PROMPT : CONTINUATION_PROMPT));
    reader.prompt();
  };
  const cancel = (): void => running?.abort(new DriverError('EXEC_CANCELLED', 'Cancelled by Ctrl-C'));
  const releaseInterrupt = io.onInterrupt(cancel);
  const memory = multilineHistory();
  reader.on('SIGINT', () => {
    if (running !== undefined) return cancel();
    typed.clear();
    memory.reset();
    clearLine(reader);
    screen.stream.write('^C\n');
    prompt();
  });
  reader.on('history', (lines: string[]) => {
    memory.onHistory(lines);
    history.splice(0, history.length, ...lines);
  });
  reader.on('line', (line: string) => memory.onLine(line));

  /** Runs one command or statement; on a terminal a failure is printed and the shell continues. */
  async function attempt(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    running = new AbortController();
    try {
      await work(running.signal);
    } catch (failure) {
      if (!interactive || isBrokenPipe(unwrapFailure(failure))) throw failure;
      io.stderr.stream.write(
        formatFailure(failure, { colors: io.stderr.colors, columns: io.stderr.columns() }),
      );
    } finally {
      running = undefined;
    }
  }

  const execute = (sql: string, signal: AbortSignal): Promise<void> =>
    runStatement(connection, sql, state.output ? { ...io, stdout: state.output.screen } : io, {
      format,
      yes,
      state,
      signal,
    });

  /** Runs statements of a file: a failure ends the file. */
  function createRunner(signal: AbortSignal, depth = 0): StatementHandlers {
    const statement = (sql: string): Promise<void> => execute(sql, signal);
    const include = async (path: string): Promise<void> => {
      const script = statementBuffer(createRunner(signal, depth + 1));
      for (const line of await readScriptLines(path, depth)) {
        await script.take(line);
        if (state.leaving) return;
      }
      await script.end();
    };
    return {
      statement,
      command: (text) => runMetaCommand(text, { connection, io, state, execute: statement, include }),
    };
  }

  try {
    if (interactive) io.stderr.stream.write('Type \\? for help, \\q to quit.\n');
    prompt();
    for await (const line of reader) {
      await typed.take(line);
      if (state.leaving) break;
      prompt();
    }
    // A script may omit the last semicolon; Ctrl-D on a terminal discards an incomplete statement.
    if (!interactive && !state.leaving) await typed.end();
    if (interactive && !state.leaving) screen.stream.write('\n');
  } finally {
    releaseInterrupt();
    reader.close();
    await state.output?.close();
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
  await confirmDestructive(sql, connection, io, settings);
  await aboutStatement(sql, async () => {
    using progress = startProgress(io.stderr, 'reading');
    await using rows = await connection.stream(sql, [], { signal });
    const count = await printRows(rows, state.expanded ? 'records' : format, io, progress);
    progress.stop();
    if (state.timing) {
      io.stderr.stream.write(`${paint(io.stderr.colors).dim(formatSummary(count, rows.stats))}\n`);
    }
  });
}

function clearLine(reader: Interface): void {
  reader.write(null, { ctrl: true, name: 'e' });
  reader.write(null, { ctrl: true, name: 'u' });
}
