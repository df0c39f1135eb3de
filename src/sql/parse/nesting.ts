import { DriverError } from '../../core/errors.ts';
import { scan } from './scan.ts';

const MAX_DEPTH = 1000;
const OPENING: ReadonlySet<string> = new Set(['(', '[', 'case']);
const CLOSING: ReadonlySet<string> = new Set([')', ']', 'end']);
// Operators do not nest across these: lists are flat, and so are chains of AND and OR.
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
// Each of these hangs what stands to its left one level lower, as an operator does.
const CHAINING: ReadonlySet<string> = new Set(['not', '::', 'is', 'isnull', 'notnull', 'collate', 'at']);
const LINKING: ReadonlySet<string> = new Set(['union', 'except', 'intersect', 'join']);

/**
 * Refuses a statement whose tree might be too deep. The parser must not meet it: when its stack overflows, the memory
 * that it held is lost, and after some such statements it parses nothing any more (libpg-query 18.1.5).
 */
export function checkNesting(text: string, position: (index: number) => number): void {
  // No shorter text can be so deep.
  if (text.length <= MAX_DEPTH) return;
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
        `The statement is nested more than ${MAX_DEPTH} levels deep.`,
        {
          position: position(token.start),
        },
      );
  }
}
