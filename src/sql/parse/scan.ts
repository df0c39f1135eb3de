import { getRecent, setRecent } from '../../core/async/lru.ts';
import { scanTokens } from './parser.ts';
import { createByteIndexer } from './positions.ts';

/** A token of a statement. `start` and `end` are indexes of the JavaScript string. */
export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly kind: TokenKind;
}

export type TokenKind = 'word' | 'reserved' | 'constant' | 'parameter' | 'operator' | 'punctuation';

/** A token, or a comment between tokens. */
export interface TokenOrComment extends Omit<Token, 'kind'> {
  readonly kind: TokenKind | 'comment';
}

// Token numbers of PostgreSQL's grammar, as libpg-query 18 returns them.
const KINDS: ReadonlyMap<number, TokenKind> = new Map([
  [258, 'word'],
  [259, 'word'],
  [260, 'constant'],
  [261, 'constant'],
  [262, 'constant'],
  [263, 'constant'],
  [264, 'constant'],
  [265, 'operator'],
  [266, 'constant'],
  [267, 'parameter'],
  [272, 'operator'],
  [273, 'operator'],
  [274, 'operator'],
]);
const COMMENTS: ReadonlySet<number> = new Set([275, 276]);

/** The tokens of a statement as PostgreSQL scans it, without comments; undefined if its end cannot be scanned. */
export function scan(text: string): readonly Token[] | undefined {
  return scanWithComments(text)?.filter(isToken);
}

/** All tokens of a statement, including comments. */
export function scanWithComments(text: string): readonly TokenOrComment[] | undefined {
  const cached = getRecent(scanned, text);
  if (cached !== undefined) return cached.tokens;
  const tokens = scanText(text);
  setRecent(scanned, text, { tokens }, { entries: 2 });
  return tokens;
}

/** Parsing scans a statement several times, both as it was written and with numbered parameters. */
const scanned = new Map<string, { readonly tokens: readonly TokenOrComment[] | undefined }>();

function scanText(text: string): readonly TokenOrComment[] | undefined {
  // libpg-query 18.1.5 does not escape these in its JSON, which then cannot be parsed; only offsets matter here.
  // oxlint-disable-next-line no-control-regex
  const tokens = scanTokens(text.replace(/[\x01-\x08\x0b\x0c\x0e-\x1f]/g, ' '));
  if (tokens === undefined) return undefined;
  const toIndex = createByteIndexer(text);
  return tokens.map((token) => {
    const [start, end] = [toIndex(token.start), toIndex(token.end)];
    return {
      text: text.slice(start, end),
      start,
      end,
      kind: classifyToken(token.tokenType, token.keywordName),
    };
  });
}

/** The name that an identifier stands for: as spelled in double quotes, otherwise in lower case. */
export function parseIdentifier(text: string): string {
  return text.startsWith('"')
    ? unquoteIdentifier(text)
    : text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
}

/** An identifier without its double quotes, if it has them. */
export function unquoteIdentifier(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}

function isToken(token: TokenOrComment): token is Token {
  return token.kind !== 'comment';
}

function classifyToken(tokenType: number, keywordName: string): TokenOrComment['kind'] {
  if (COMMENTS.has(tokenType)) return 'comment';
  if (keywordName === 'RESERVED_KEYWORD') return 'reserved';
  if (keywordName !== 'NO_KEYWORD') return 'word';
  return (
    KINDS.get(tokenType) ??
    (tokenType < 256 && '+-*/%^<>='.includes(String.fromCharCode(tokenType)) ? 'operator' : 'punctuation')
  );
}
