import { DriverError } from '../../core/errors.ts';
import { scan } from './scan.ts';

const MAX_DEPTH = 1000;
const OPENING: ReadonlySet<string> = new Set(['(', '[', 'case']);
const CLOSING: ReadonlySet<string> = new Set([')', ']', 'end']);
// These end a chain of operators: lists and chains of AND and OR have flat trees.
const FLAT: ReadonlySet<string> = new Set([
  ',',
  'and',
  'or',
  'select',
  'from',
  'where',
  'when',
  'then',
  'else',
  'on',
]);
// Like an operator, each of these adds a level to the expression on its left.
const CHAINING: ReadonlySet<string> = new Set(['not', '::', 'is', 'isnull', 'notnull', 'collate', 'at']);
const LINKING: ReadonlySet<string> = new Set(['union', 'except', 'intersect', 'join']);

/** Comments, quotes other than '…' and "…", and keywords that nest without brackets: these need the scanner. */
const NEEDS_SCAN = /\\|--|\/\*|\$(?!\d)|\b(?:case|union|except|intersect|join)\b/i;

/**
 * A cheap upper bound of the depth, counted by character instead of by token. It recognizes long lists of rows, on which
 * the scanner takes longer than the parser.
 */
function isClearlyShallow(text: string): boolean {
  if (NEEDS_SCAN.test(text)) return false;
  const outer: number[] = [];
  let outerDepth = 0;
  let chain = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "'" || character === '"') {
      at = text.indexOf(character, at + 1);
      if (at < 0) return false;
    } else if (character === '(' || character === '[') {
      outer.push(chain);
      outerDepth += chain + 1;
      chain = 0;
    } else if (character === ')' || character === ']') {
      chain = outer.pop() ?? 0;
      outerDepth = Math.max(0, outerDepth - (chain + 1));
      if (character === ']') chain += 1;
    } else if (character === ',') chain = 0;
    else if (character > '9' || !' \n.0123456789'.includes(character)) chain += 1;
    if (outerDepth + chain > MAX_DEPTH) return false;
  }
  return true;
}

/**
 * Rejects a statement whose tree might be too deep, before the parser sees it: a stack overflow leaks the parser's
 * memory, and after a few of them every statement fails (libpg-query 18.1.5).
 */
export function checkNesting(text: string, position: (index: number) => number): void {
  if (text.length <= MAX_DEPTH || isClearlyShallow(text)) return;
  const outer: { readonly chain: number; readonly links: number }[] = [];
  let outerDepth = 0;
  let [chain, links] = [0, 0];
  for (const token of scan(text) ?? []) {
    const word = token.text.toLowerCase();
    if (OPENING.has(word)) {
      outer.push({ chain, links });
      outerDepth += chain + links + 1;
      [chain, links] = [0, 0];
    } else if (CLOSING.has(word)) {
      ({ chain, links } = outer.pop() ?? { chain: 0, links: 0 });
      outerDepth = Math.max(0, outerDepth - (chain + links + 1));
      if (word === ']') chain++;
    } else if (LINKING.has(word)) links++;
    else if (FLAT.has(word)) chain = 0;
    else if (token.kind === 'operator' || CHAINING.has(word)) chain++;
    if (outerDepth + chain + links > MAX_DEPTH)
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        `the statement is nested more than ${MAX_DEPTH} levels deep`,
        {
          position: position(token.start),
        },
      );
  }
}
