import { splitStatements } from '../../sql/parse/split.ts';
import { metaLine } from './meta-commands.ts';

/** Lines on their way into statements and commands to the shell. */
export interface StatementBuffer {
  /** What has begun and not ended. */
  readonly text: string;
  /** Takes a line, and runs what ends in it. */
  take(line: string): Promise<void>;
  /** Runs what has begun, as the end of a script does: its last semicolon may be left out. */
  end(): Promise<void>;
  clear(): void;
}

/** What becomes of what the lines make. */
export interface Runner {
  readonly statement: (sql: string) => Promise<void>;
  readonly command: (text: string) => Promise<void>;
}

export function statementBuffer({ statement, command }: Runner): StatementBuffer {
  let text = '';
  return {
    get text() {
      return text;
    },
    async take(line) {
      const meta = text === '' ? metaLine(line) : undefined;
      if (meta !== undefined) return command(meta);
      const split = splitStatements(`${text}${line}\n`);
      text = unended(split.rest);
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

/** What has begun when a line is added to what had begun before it. */
export function begunAfter(begun: string, line: string): string {
  return begun === '' && metaLine(line) !== undefined
    ? ''
    : unended(splitStatements(`${begun}${line}\n`).rest);
}

function unended(rest: string): string {
  return rest.trim() === '' ? '' : rest;
}
