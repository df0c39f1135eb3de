import { readFile } from 'node:fs/promises';
import { getErrorMessage } from '../core/errors.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** The sources of a statement on the command line. */
export interface StatementSource {
  readonly argument: string | undefined;
  readonly file: string | undefined;
}

const STATEMENT_SOURCES = 'Pass it as an argument, with -f FILE, or on standard input.';

/** Reads the statement from the argument, the file of `-f`, or standard input (`-` or piped). */
export async function readStatement(source: StatementSource, io: Io): Promise<string> {
  const text = await readSource(source, io);
  if (text.trim() === '') throw new UsageError('the statement is empty', STATEMENT_SOURCES);
  return text;
}

async function readSource(source: StatementSource, io: Io): Promise<string> {
  if (source.file !== undefined && source.argument !== undefined) {
    throw new UsageError('both a statement and a file were passed', 'Pass only one of them.');
  }
  if (source.file !== undefined && source.file !== '-') return readStatementFile(source.file);
  if (source.argument !== undefined && source.argument !== '-') return source.argument;
  if (source.argument === undefined && source.file === undefined && io.stdinIsTerminal) {
    throw new UsageError('no statement', `${STATEMENT_SOURCES} To type statements, run \`dynadbc shell\`.`);
  }
  return readStandardInput(io);
}

async function readStatementFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    throw new UsageError(
      `cannot read the statement: ${getErrorMessage(failure)}.`,
      'Check the path after -f.',
    );
  }
}

async function readStandardInput(io: Io): Promise<string> {
  io.stdin.setEncoding('utf8');
  let text = '';
  for await (const part of io.stdin) text += String(part);
  return text;
}
