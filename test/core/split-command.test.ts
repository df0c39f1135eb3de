import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitCommand } from '../../src/core/split-command.ts';

describe('splitCommand', () => {
  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    ['', []],
    ["a '' b", ['a', '', 'b']],
    [`'a b'"c d"e`, ['a bc de']],
    [String.raw`a\ b`, ['a b']],
    [String.raw`"a\"b\\c\d"`, [String.raw`a"b\c\d`]],
    [String.raw`'a\b'`, [String.raw`a\b`]],
    ['echo $HOME; ls | cat `x` > y', ['echo', '$HOME;', 'ls', '|', 'cat', '`x`', '>', 'y']],
    ['a\n --b', ['a', '--b']],
    ['"open', undefined],
    ["'open", undefined],
    ['end\\', undefined],
  ])('splits %j as shlex does', (command, words) => {
    expect(splitCommand(command, 'linux')).toEqual(words);
  });

  it.each([
    [String.raw`C:\bin\a.exe -x`, [String.raw`C:\bin\a.exe`, '-x']],
    [String.raw`"C:\Program Files\a.exe" "" b`, [String.raw`C:\Program Files\a.exe`, '', 'b']],
    [String.raw`a\\\"b`, [String.raw`a\"b`]],
    [String.raw`"a\\" b`, ['a\\', 'b']],
    ["'a b'", ["'a", "b'"]],
    ['a\\', ['a\\']],
    ['"open', undefined],
  ])('splits %j as Windows does', (command, words) => {
    expect(splitCommand(command, 'win32')).toEqual(words);
  });

  it('undoes the quoting of any arguments', () => {
    const words = fc.array(
      fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\t', '\\', '"', "'", '$', ';') }),
    );
    fc.assert(
      fc.property(words, (given) => {
        const posix = given.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
        expect(splitCommand(posix, undefined)).toEqual(given);
      }),
    );
  });
});
