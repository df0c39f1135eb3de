import { describe, expect, it } from '@jest/globals';
import type { ValueType } from '../../src/connstring/property-spec.ts';
import {
  boolean,
  integer,
  list,
  oneOf,
  path,
  pathOrMemory,
  region,
  seconds,
  size,
  url,
} from '../../src/connstring/value-types.ts';
import { Secret } from '../../src/core/secret.ts';

const context = {
  home: '/home/ana',
  env: (name: string) =>
    new Map([
      ['APPDATA', 'C:\\Ana'],
      ['SECRET', 's'],
    ]).get(name),
};
const word = oneOf('Never', 'OnUse');

describe('value types', () => {
  it.each<[ValueType<unknown>, string, unknown]>([
    [boolean, 'TRUE', true],
    [boolean, ' off ', false],
    [boolean, '1', true],
    [integer(-1, 10), '-1', -1],
    [integer(0), '+7', 7],
    [seconds(0, 60), ' 60 ', 60],
    [word, 'onuse', 'OnUse'],
    [region, 'Ireland', 'eu-west-1'],
    [path, '~/x', '/home/ana/x'],
    [path, '~', '/home/ana'],
    [path, '~ana/x', '~ana/x'],
    [path, '/a/~/b', '/a/~/b'],
    [path, '%AppData%/x', 'C:\\Ana/x'],
    [path, 'C://x', 'C://x'],
    [path, '../../x', '../../x'],
    [path, 'a%APPDATA%', 'a%APPDATA%'],
    [pathOrMemory, 'Memory://name', 'Memory://name'],
    [pathOrMemory, '~/x', '/home/ana/x'],
    [url, 'http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
    [list, 'a, b ,,c', ['a', 'b', 'c']],
    [size, '2 GiB', '2 GiB'],
  ])('%# parse valid input', (type, text, value) => {
    expect(type.read(text, context)).toEqual({ value });
  });

  it.each<[ValueType<unknown>, string]>([
    [boolean, 'maybe'],
    [boolean, ''],
    [integer(0, 10), '11'],
    [integer(0), '1.5'],
    [integer(0), '0x10'],
    [integer(0), '1e3'],
    [integer(0), '99999999999999999999'],
    [seconds(1, 60), '0'],
    [word, 'constructor'],
    [region, 'Narnia'],
    [path, 'a\0b'],
    [path, 'memory://name'],
    [path, '%SECRET%/x'],
    [path, '%LOCALAPPDATA%/x'],
    [pathOrMemory, 's3://bucket/x'],
    [pathOrMemory, 'file:///x'],
    [pathOrMemory, 'a\0b'],
    [url, 'localhost:8000'],
    [url, 'ftp://host'],
    [url, 'https://user:word@host'],
    [size, 'lots'],
  ])('%# refuse invalid input and describe what they expect', (type, text) => {
    expect(type.read(text, context)).toMatchObject({ expected: expect.stringMatching(/\w/) });
  });

  it('refuse a Secret unless they are secret', () => {
    expect(word.read(new Secret('Never'), context)).toMatchObject({ expected: expect.any(String) });
    expect(integer(1).read(new Secret('1'), context)).toMatchObject({ expected: expect.any(String) });
  });

  it('suggest similar values and Regions', () => {
    expect(word.read('OnUsed', context)).toMatchObject({ candidates: ['OnUse'] });
    expect(region.read('Irland', context)).toMatchObject({ candidates: ['IRELAND'] });
    expect(region.read('eu-west', context)).toMatchObject({
      candidates: expect.arrayContaining(['eu-west-1']),
    });
  });
});
