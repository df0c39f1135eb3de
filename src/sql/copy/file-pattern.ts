import { join, sep } from 'node:path';
import type { DataFiles } from '../../core/ports.ts';

/** A path with wildcards: the directory before the first of them, and the remaining segments. */
export interface FilePattern {
  /** Ends with a separator, unless it is empty. */
  readonly base: string;
  readonly segments: readonly string[];
}

const SEPARATOR = sep === '/' ? /\// : /[\\/]/;
const WILDCARD = /[*?[{]/;
const ANY_DEPTH = '**';

/** Parses a path with `*`, `?`, `[a-z]`, `{a,b}` and `**`; undefined if it has none of them. */
export function parseFilePattern(path: string): FilePattern | undefined {
  const first = path.search(WILDCARD);
  if (first < 0) return undefined;
  let start = first;
  while (start > 0 && !SEPARATOR.test(path[start - 1] ?? '')) start -= 1;
  return { base: path.slice(0, start), segments: splitSegments(path.slice(start)) };
}

/** Splits at the separators outside of braces. */
function splitSegments(path: string): string[] {
  const segments: string[] = [''];
  let depth = 0;
  for (const character of path) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth <= 0 && SEPARATOR.test(character)) segments.push('');
    else segments.push(`${segments.pop() ?? ''}${character}`);
  }
  return segments.filter((segment) => segment !== '');
}

/** The files that match a pattern, in the order of their paths, which begin as the pattern does. */
export async function matchFiles(
  { base, segments }: FilePattern,
  disk: Pick<DataFiles, 'entries'>,
): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (folder: string, [segment, ...rest]: readonly string[]): Promise<void> => {
    if (segment === undefined) return;
    const entries = (await disk.entries(folder === '' ? '.' : folder)) ?? [];
    const isMatch = compileSegment(segment);
    if (segment === ANY_DEPTH) await visit(folder, rest);
    for (const { name, kind } of entries) {
      const path = join(folder, name);
      const isHidden = name.startsWith('.') && !segment.startsWith('.');
      if (isHidden || !isMatch(name)) continue;
      if (kind === 'directory') await visit(path, segment === ANY_DEPTH ? [segment, ...rest] : rest);
      else if (kind === 'file' && rest.length === 0) found.push(path);
    }
  };
  for (const alternative of expandBraces(segments.join('/'))) await visit(base, splitSegments(alternative));
  return [...new Set(found)].toSorted();
}

/** The patterns that `{a,b}` stands for; they may be nested. */
export function expandBraces(pattern: string): readonly string[] {
  const open = pattern.indexOf('{');
  if (open < 0) return [pattern];
  let depth = 0;
  const commas: number[] = [];
  for (let at = open; at < pattern.length; at += 1) {
    const character = pattern[at];
    if (character === '{') depth += 1;
    else if (character === ',' && depth === 1) commas.push(at);
    else if (character === '}' && --depth === 0) {
      if (commas.length === 0) break;
      const cuts = [open, ...commas, at];
      const before = pattern.slice(0, open);
      const after = expandBraces(pattern.slice(at + 1));
      return cuts
        .slice(1)
        .flatMap((cut, i) => expandBraces(pattern.slice((cuts[i] ?? 0) + 1, cut)))
        .flatMap((choice) => after.map((rest) => `${before}${choice}${rest}`));
    }
  }
  // Braces without a comma or an end are characters.
  return expandBraces(pattern.slice(open + 1)).map((rest) => `${pattern.slice(0, open + 1)}${rest}`);
}

function compileSegment(segment: string): (name: string) => boolean {
  let source = '';
  for (let at = 0; at < segment.length; at += 1) {
    const character = segment[at] ?? '';
    const set = character === '[' ? /^\[(!|\^)?(\]?[^\]]*)\]/.exec(segment.slice(at)) : null;
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (set !== null && set[2] !== '') {
      source += `[${set[1] === undefined ? '' : '^'}${(set[2] ?? '').replace(/[\\\]^[]/g, '\\$&')}]`;
      at += set[0].length - 1;
    } else source += character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }
  try {
    const expression = new RegExp(`^${source}$`, 'su');
    return (name) => expression.test(name);
  } catch (error) {
    // A set such as [z-a] matches only itself.
    if (error instanceof SyntaxError) return (name) => name === segment;
    throw error;
  }
}
