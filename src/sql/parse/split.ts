// Strings and names, in which a ";" does not end a statement. Unterminated ones extend to the end of the input.
const QUOTED: readonly RegExp[] = [
  /(?<![\w$\u0080-\uffff])[eE]'(?:[^'\\]|\\[^]|'')*(?:'|\\?$)/y,
  /'(?:[^']|'')*(?:'|$)/y,
  /"(?:[^"]|"")*(?:"|$)/y,
  /(?<![\w$\u0080-\uffff])\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[^]*?(?:\$\1\$|$)/y,
];
const LINE_COMMENT = /--[^\n\r]*/y;
const COMMENT_EDGE = /\/\*|\*\//g;

/** The statements that are terminated by a ";", without it, and the rest of the input. */
export function splitStatements(text: string): {
  readonly statements: readonly string[];
  readonly rest: string;
} {
  const statements: string[] = [];
  let start = 0;
  let empty = true;
  for (let at = 0; at < text.length;) {
    const comment = commentLength(text, at);
    const quoted = comment > 0 ? 0 : lengthAt(QUOTED, text, at);
    if (comment + quoted > 0) {
      empty &&= quoted === 0;
      at += comment + quoted;
    } else if (text[at] === ';') {
      if (!empty) statements.push(text.slice(start, at).trim());
      at++;
      start = at;
      empty = true;
    } else {
      empty &&= /\s/.test(text[at] ?? '');
      at++;
    }
  }
  return { statements, rest: text.slice(start) };
}

/** Block comments nest, as in PostgreSQL. */
function commentLength(text: string, at: number): number {
  if (!text.startsWith('/*', at)) return lengthAt([LINE_COMMENT], text, at);
  COMMENT_EDGE.lastIndex = at;
  for (let depth = 0; ;) {
    const edge = COMMENT_EDGE.exec(text);
    if (edge === null) return text.length - at;
    depth += edge[0] === '/*' ? 1 : -1;
    if (depth === 0) return COMMENT_EDGE.lastIndex - at;
  }
}

function lengthAt(patterns: readonly RegExp[], text: string, at: number): number {
  for (const pattern of patterns) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) return found[0].length;
  }
  return 0;
}
