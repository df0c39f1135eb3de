import type { Node, RangeVar, RawStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import type { PreparedText } from './prepared-text.ts';
import { scan, scanWithComments, type Token, type TokenOrComment } from './scan.ts';
import { type StatementHints, parseStatementHints } from './statement-hints.ts';
import { visitNodes } from './tree.ts';

/** What a comment after a table says about its indexes: `INDEX(a, b)`, `NO_INDEX(a)`, or `NO_INDEX` for all. */
export interface ParsedHint {
  readonly kind: 'only' | 'not';
  /** Absent: all of them. */
  readonly names?: readonly string[];
  readonly position: number;
}

const hints = new WeakMap<RangeVar, ParsedHint>();

/** The hint that stands after a table in FROM. */
export function getIndexHint(range: RangeVar): ParsedHint | undefined {
  return hints.get(range);
}

const isHint = (token: TokenOrComment): boolean => token.text.startsWith('/*+');

/** Finds the hints of a statement, which its tree has lost, keeps those for their tables, and gives those of its own. */
export function extractHints(prepared: PreparedText, statements: readonly RawStmt[]): StatementHints {
  if (!prepared.text.includes('/*+')) return {};
  const tokens = scanWithComments(prepared.text) ?? [];
  const left = new Set(tokens.filter(isHint));
  const visit = (node: Node): void => {
    if (!('RangeVar' in node)) return;
    for (const token of findHintComments(node.RangeVar, tokens, prepared)) {
      if (!left.delete(token)) continue;
      const position = prepared.positionOfIndex(token.start);
      if (hints.has(node.RangeVar)) throw invalidIndexHint('A table takes one hint', position);
      hints.set(node.RangeVar, parseIndexHint(token, position));
    }
  };
  for (const { stmt } of statements) if (stmt !== undefined) visitNodes(stmt, visit);
  const [own, second] = left;
  if (own === undefined) return {};
  if (isAfterSelect(own, tokens) && second === undefined)
    return parseStatementHints(own.text, prepared.positionOfIndex(own.start));
  throw invalidIndexHint(
    'A hint stands after the name or the alias of a table in FROM, or once behind SELECT',
    prepared.positionOfIndex((isAfterSelect(own, tokens) ? (second ?? own) : own).start),
  );
}

function isAfterSelect(comment: TokenOrComment, tokens: readonly TokenOrComment[]): boolean {
  const before = tokens.slice(0, tokens.indexOf(comment)).findLast(({ kind }) => kind !== 'comment');
  return before?.text.toLowerCase() === 'select';
}

/** The hints between a table's name and the end of its alias, or right after that. */
function findHintComments(
  range: RangeVar,
  tokens: readonly TokenOrComment[],
  prepared: PreparedText,
): readonly TokenOrComment[] {
  const start = prepared.indexOfByte(range.location ?? 0);
  const found: TokenOrComment[] = [];
  let at = tokens.findIndex((token) => token.start === start);
  if (at < 0) return found;
  const skip = (count: number): void => {
    for (let left = count; left > 0 && at < tokens.length; at++)
      if (tokens[at]?.kind !== 'comment') left -= 1;
    for (let token = tokens[at]; token?.kind === 'comment'; token = tokens[++at])
      if (isHint(token)) found.push(token);
  };
  skip(1);
  while (tokens[at]?.text === '.') skip(2);
  if (tokens[at]?.text === '*') skip(1);
  if (range.alias === undefined) return found;
  if (tokens[at]?.text.toLowerCase() === 'as') skip(1);
  skip(1);
  if (tokens[at]?.text === '(' && range.alias.colnames !== undefined) {
    while (at < tokens.length && tokens[at]?.text !== ')') skip(1);
    skip(1);
  }
  return found;
}

function parseIndexHint({ text }: TokenOrComment, position: number): ParsedHint {
  const [word, open, ...rest] = scan(text.slice(3, -2)) ?? [];
  const kind = HINTS.get(word?.text.toLowerCase() ?? '');
  if (kind === 'not' && open === undefined) return { kind, position };
  const names = rest.filter((_, i) => i % 2 === 0 && i < rest.length - 1);
  const separators = rest.filter((_, i) => i % 2 === 1).map((token) => token.text);
  const isList = open?.text === '(' && names.length > 0 && names.every(isName);
  const isClosed = separators.at(-1) === ')' && separators.slice(0, -1).every((each) => each === ',');
  if (kind === undefined || !isList || !isClosed || rest.length % 2 === 1)
    throw invalidIndexHint(`Found the hint ${text}, which is none`, position);
  return { kind, names: names.map(unquoteName), position };
}

const HINTS: ReadonlyMap<string, ParsedHint['kind']> = new Map([
  ['index', 'only'],
  ['no_index', 'not'],
]);

function isName({ kind }: Token): boolean {
  return kind === 'word' || kind === 'reserved';
}

function unquoteName({ text }: Token): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}

function invalidIndexHint(what: string, position: number): DriverError {
  return new DriverError('SQL_SYNTAX', `${what}.`, {
    position,
    remedy:
      'Write FROM table /*+ INDEX(name) */, /*+ NO_INDEX(name) */ or /*+ NO_INDEX */; names with other characters than letters, digits and _ in double quotes.',
  });
}
