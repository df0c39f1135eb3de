import type { ParsedText } from './parse.ts';

/** A statement that goes to DynamoDB unchanged. */
export interface ParsedPartiql extends Pick<ParsedText, 'text' | 'parameterCount' | 'parameterNames'> {
  readonly kind: 'partiql';
  /** Its first keyword: `SELECT`, `INSERT`, `UPDATE`, `DELETE` … */
  readonly verb: string;
}

/** String literals, quoted names and comments, in which a question mark is not a parameter. */
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\//g;

/** Finds the first keyword and counts the parameters of a PartiQL statement. */
export function parsePartiql(text: string): ParsedPartiql {
  const bare = text.replaceAll(QUOTED, (found) => (/^['"]/.test(found) ? "''" : ' '));
  return {
    kind: 'partiql',
    text,
    verb: (/[a-z]+/i.exec(bare)?.[0] ?? '').toUpperCase(),
    parameterCount: bare.split('?').length - 1,
    parameterNames: [],
  };
}
