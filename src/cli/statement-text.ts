import { readFile } from 'node:fs/promises';
import { messageOf } from '../core/errors.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** Where a statement may come from. */
export interface StatementSource {
  readonly argument: string | undefined;
  readonly file: string | undefined;
}

const WAYS = 'Give it as an argument, with -f FILE, or on standard input.';

/** The statement: the argument, the file of `-f`, or standard input when it is `-` or piped. */
export async function statementText(source: StatementSource, io: Io): Promise<string> {
  const text = await givenText(source, io);
  if (text.trim() === '') throw new UsageError('The statement is empty.', WAYS);
  return text;
}

async function givenText(source: StatementSource, io: Io): Promise<string> {
  if (source.file !== undefined && source.argument !== undefined) {
    throw new UsageError('There is a statement and a file.', 'Give one of them.');
  }
  if (source.file !== undefined && source.file !== '-') return fileText(source.file);
  if (source.argument !== undefined && source.argument !== '-') return source.argument;
  if (source.argument === undefined && source.file === undefined && io.stdinIsTerminal) {
    throw new UsageError('There is no statement.', `${WAYS} \`dynadbc shell\` is for typing.`);
  }
  return inputText(io);
}

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    throw new UsageError(`The statement cannot be read: ${messageOf(failure)}.`, 'Check the path after -f.');
  }
}

async function inputText(io: Io): Promise<string> {
  io.stdin.setEncoding('utf8');
  let text = '';
  for await (const part of io.stdin) text += String(part);
  return text;
}
