import { describe, expect, it } from '@jest/globals';
import { findDuplicates } from '../../tools/names/duplicates.ts';
import { checkIdentifiers } from '../../tools/names/identifiers.ts';
import { checkText } from '../../tools/names/prose.ts';
import { parseSource } from '../../tools/names/source.ts';

describe('the check of names', () => {
  it('finds a name that two files declare and export, but not a type with its value or a re-export', () => {
    const sources = [
      parseSource('src/a.ts', 'export const Row = 1;\nexport type Row = number;\nexport function print() {}'),
      parseSource('src/b.ts', "export { Row } from './a.ts';\n\nexport interface print {}"),
    ];
    expect(findDuplicates(sources)).toEqual(['src/a.ts:3, src/b.ts:3: print is exported by 2 files']);
  });

  it.each([
    ['export function columnOf() {}', 'columnOf is a function: name it with a verb'],
    ['export const columnOf = () => 1;', 'columnOf is a function: name it with a verb'],
    ['const MOST_ROWS = 1;', 'MOST_ROWS: name a limit MAX_… or MIN_…'],
    ['const f = (given: string) => given;', 'given: name what it is'],
    ['interface Options {\n  readonly way: string;\n}', 'way: name what it is'],
  ])('reports %j', (text, problem) => {
    const [found] = checkIdentifiers(parseSource('src/a.ts', text));
    expect(found).toContain(problem);
  });

  it.each([
    'function columnOf() {}',
    'export const columnOf = 1;',
    'export function typeOffset() {}',
    'x.given()',
  ])('accepts %j', (text) => {
    expect(checkIdentifiers(parseSource('src/a.ts', text))).toEqual([]);
  });
});

describe('the check of comments and strings', () => {
  it.each([
    ['// Nobody reads it.', 'src/a.ts:1: "Nobody": name the user, process or server'],
    ['/** Reads so\n * many rows. */\nconst a = 1;', 'src/a.ts:1: "so many": say "this number of"'],
    ['// So\n// many rows.', 'src/a.ts:1: "So many": say "this number of"'],
    ['f(`${a} is no file`);', 'src/a.ts:1: "is no file": say "is not a"'],
    ["const a = {\n  b: 'taken for a key',\n};", 'src/a.ts:2: "taken for": say "treated as"'],
  ])('reports %j', (text, problem) => {
    expect(checkText(parseSource('src/a.ts', text))).toEqual([problem]);
  });

  it.each([
    '// It is no longer used.',
    "throw new Error('there is no unique constraint');",
    'const nobody = 1;',
    '// See\n\nf();\n// many rows.',
  ])('accepts %j', (text) => {
    expect(checkText(parseSource('src/a.ts', text))).toEqual([]);
  });
});
