import { DriverError } from '../../core/errors.ts';
import { scan } from './scan.ts';

const MAX_DEPTH = 500;
const OPENING: ReadonlySet<string> = new Set(['(', '[', 'case']);
const CLOSING: ReadonlySet<string> = new Set([')', ']', 'end']);
// What starts the next of a flat list: AND and OR are chained flat by the parser.
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
const DEEPENING: ReadonlySet<string> = new Set(['not', 'union', 'except', 'intersect', 'join', '::']);

/** Refuses a statement whose tree would be too deep to walk; the parser itself would run out of stack far later. */
export function checkNesting(text: string, position: (index: number) => number): void {
  // No shorter text can be so deep.
  if (text.length < MAX_DEPTH) return;
  const levels = [0];
  let depth = 0;
  for (const token of scan(text) ?? []) {
    const word = token.text.toLowerCase();
    const level = levels.length - 1;
    if (OPENING.has(word)) {
      levels.push(1);
      depth++;
    } else if (CLOSING.has(word) && level > 0) {
      depth -= levels.pop() ?? 0;
      // A subscript or call hangs below what it follows.
      if (word === ']') deepen(1);
    } else if (FLAT.has(word)) {
      depth -= (levels[level] ?? 0) - (level > 0 ? 1 : 0);
      levels[level] = level > 0 ? 1 : 0;
    } else if (token.kind === 'operator' || DEEPENING.has(word)) deepen(1);
    if (depth > MAX_DEPTH)
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        `The statement is nested more than ${MAX_DEPTH} levels deep.`,
        { position: position(token.start) },
      );
  }

  function deepen(by: number): void {
    levels[levels.length - 1] = (levels.at(-1) ?? 0) + by;
    depth += by;
  }
}
