import type { ParsedText } from './parse.ts';

/** A statement that is not ours to understand: it goes to DynamoDB as it is. */
export interface PartiqlStatement extends Pick<ParsedText, 'text' | 'parameterCount' | 'parameterNames'> {
  readonly kind: 'partiql';
  /** `SELECT`, `INSERT`, `UPDATE`, `DELETE` …: its first word. */
  readonly verb: string;
}

/** Texts, quoted names and comments, in which a question mark is none. */
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\//g;

/** Learns of a PartiQL statement what must be known before it is sent. */
export function partiqlStatement(text: string): PartiqlStatement {
  const bare = text.replaceAll(QUOTED, (found) => (/^['"]/.test(found) ? "''" : ' '));
  return {
    kind: 'partiql',
    text,
    verb: (/[a-z]+/i.exec(bare)?.[0] ?? '').toUpperCase(),
    parameterCount: bare.split('?').length - 1,
    parameterNames: [],
  };
}
