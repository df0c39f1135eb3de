/** A text cut at its semicolons: the statements that are complete, and what follows the last of them. */
export interface SplitText {
  /** Without their semicolons; empty ones are left out. */
  readonly statements: string[];
  readonly rest: string;
}

const BLANK = /\s+|--[^\n]*/y;
const WORD = /[\p{L}\p{N}_$]+/uy;
const DOLLAR_TAG = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

/**
 * Cuts at semicolons outside quotes, comments and dollar quotes. PostgreSQL's own scanner refuses a text whose last
 * quote is still open, as it is while somebody types, so this reads the little of the grammar that hides a semicolon.
 */
export function splitStatements(text: string): SplitText {
  const statements: string[] = [];
  let start = 0;
  let isEmpty = true;
  let at = 0;
  while (at < text.length) {
    const blankEnd = endOfBlank(text, at);
    if (blankEnd > at) {
      at = blankEnd;
    } else if (text[at] === ';') {
      if (!isEmpty) statements.push(text.slice(start, at).trim());
      at = start = at + 1;
      isEmpty = true;
    } else {
      isEmpty = false;
      at = endOfPiece(text, at);
    }
  }
  return { statements, rest: isEmpty && !/\/\*/.test(text.slice(start)) ? '' : text.slice(start) };
}

/** Where white space or a comment that begins here ends; comments of the second kind nest. */
function endOfBlank(text: string, at: number): number {
  const end = endOfMatch(BLANK, text, at);
  if (end > at || !text.startsWith('/*', at)) return end;
  let depth = 0;
  for (let next = at; next < text.length; next++) {
    const pair = text.slice(next, next + 2);
    if (pair === '/*') depth++;
    else if (pair === '*/') depth--;
    else continue;
    next++;
    if (depth === 0) return next + 1;
  }
  return text.length;
}

/** Where the quoted text, word or character that begins here ends; an open quote ends with the text. */
function endOfPiece(text: string, at: number): number {
  if (text[at] === "'" || text[at] === '"') return endOfQuote(text, at, false);
  const tagEnd = endOfMatch(DOLLAR_TAG, text, at);
  if (tagEnd > at) {
    const tag = text.slice(at, tagEnd);
    const close = text.indexOf(tag, tagEnd);
    return close < 0 ? text.length : close + tag.length;
  }
  const wordEnd = endOfMatch(WORD, text, at);
  const isEscapeString = wordEnd === at + 1 && /e/i.test(text.slice(at, wordEnd)) && text[wordEnd] === "'";
  return isEscapeString ? endOfQuote(text, wordEnd, true) : Math.max(wordEnd, at + 1);
}

function endOfQuote(text: string, at: number, backslashEscapes: boolean): number {
  const quote = text[at];
  for (let next = at + 1; next < text.length; next++) {
    if (backslashEscapes && text[next] === '\\') next++;
    else if (text[next] === quote) {
      if (text[next + 1] !== quote) return next + 1;
      next++;
    }
  }
  return text.length;
}

function endOfMatch(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
