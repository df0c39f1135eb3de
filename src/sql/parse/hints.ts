import type { Node, RangeVar, RawStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import type { PreparedText } from './prepared-text.ts';
import { scan, scanWithComments, type Token, type TokenOrComment, unquoteIdentifier } from './scan.ts';
import { type StatementHints, parseStatementHints } from './statement-hints.ts';
import { visitNodes } from './tree.ts';

/** A hint about the indexes of a table: `INDEX(a, b)`, `NO_INDEX(a)`, or `NO_INDEX` for all of them. */
export interface ParsedHint {
  readonly kind: 'only' | 'not';
  /** Absent: all of them. */
  readonly names?: readonly string[];
  readonly position: number;
}

const hints = new WeakMap<RangeVar, ParsedHint>();

/** The hint in the comment after a table in FROM. */
export function getIndexHint(range: RangeVar): ParsedHint | undefined {
  return hints.get(range);
}

const isHint = (token: TokenOrComment): boolean => token.text.startsWith('/*+');

/**
 * Finds the hints of a statement, which the parse tree does not contain. Index hints are kept for `getIndexHint`; those
 * after SELECT are returned.
 */
export function extractHints(prepared: PreparedText, statements: readonly RawStmt[]): StatementHints {
  if (!prepared.text.includes('/*+')) return {};
  const tokens = scanWithComments(prepared.text) ?? [];
  const unused = new Set(tokens.filter(isHint));
  const visit = (node: Node): void => {
    if (!('RangeVar' in node)) return;
    for (const token of findHintComments(node.RangeVar, tokens, prepared)) {
      if (!unused.delete(token)) continue;
      const position = prepared.positionOfIndex(token.start);
      if (hints.has(node.RangeVar)) throw invalidIndexHint('a table can have only one hint', position);
      hints.set(node.RangeVar, parseIndexHint(token, position));
    }
  };
  for (const { stmt } of statements) if (stmt !== undefined) visitNodes(stmt, visit);
  const [first, second] = unused;
  if (first === undefined) return {};
  if (isAfterSelect(first, tokens) && second === undefined)
    return parseStatementHints(first.text, prepared.positionOfIndex(first.start));
  throw invalidIndexHint(
    'a hint must follow the name or alias of a table in FROM, or the first SELECT',
    prepared.positionOfIndex((isAfterSelect(first, tokens) ? (second ?? first) : first).start),
  );
}

function isAfterSelect(comment: TokenOrComment, tokens: readonly TokenOrComment[]): boolean {
  const before = tokens.slice(0, tokens.indexOf(comment)).findLast(({ kind }) => kind !== 'comment');
  return before?.text.toLowerCase() === 'select';
}

/** The hints between the name of a table and the end of its alias, or directly after the alias. */
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
    throw invalidIndexHint(`unrecognized hint: ${text}`, position);
  return { kind, names: names.map((name) => unquoteIdentifier(name.text)), position };
}

const HINTS: ReadonlyMap<string, ParsedHint['kind']> = new Map([
  ['index', 'only'],
  ['no_index', 'not'],
]);

function isName({ kind }: Token): boolean {
  return kind === 'word' || kind === 'reserved';
}

function invalidIndexHint(message: string, position: number): DriverError {
  return new DriverError('SQL_SYNTAX', message, {
    position,
    remedy:
      'Write FROM table /*+ INDEX(name) */, /*+ NO_INDEX(name) */ or /*+ NO_INDEX */, and quote names that contain other characters than letters, digits and _.',
  });
}
