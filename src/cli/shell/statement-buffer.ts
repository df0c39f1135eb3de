import { splitStatements } from '../../sql/parse/split.ts';
import { parseMetaCommand } from './meta-commands.ts';

/** Collects lines into statements and commands to the shell. */
export interface StatementBuffer {
  /** The incomplete statement. */
  readonly text: string;
  /** Adds a line and runs the statements it completes. */
  take(line: string): Promise<void>;
  /** Runs the incomplete statement: a script may omit its last semicolon. */
  end(): Promise<void>;
  clear(): void;
}

/** Runs what the buffer completes. */
export interface StatementHandlers {
  readonly statement: (sql: string) => Promise<void>;
  readonly command: (text: string) => Promise<void>;
}

export function statementBuffer({ statement, command }: StatementHandlers): StatementBuffer {
  let text = '';
  return {
    get text() {
      return text;
    },
    async take(line) {
      const meta = text === '' ? parseMetaCommand(line) : undefined;
      if (meta !== undefined) return command(meta);
      const split = splitStatements(`${text}${line}\n`);
      text = trimIncomplete(split.rest);
      for (const sql of split.statements) await statement(sql);
    },
    async end() {
      const last = text;
      text = '';
      if (last !== '') await statement(last);
    },
    clear() {
      text = '';
    },
  };
}

/** The incomplete statement after a line is added to it. */
export function appendLine(pending: string, line: string): string {
  return pending === '' && parseMetaCommand(line) !== undefined
    ? ''
    : trimIncomplete(splitStatements(`${pending}${line}\n`).rest);
}

function trimIncomplete(rest: string): string {
  return rest.trim() === '' ? '' : rest;
}
