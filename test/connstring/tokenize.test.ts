import { describe, expect, it } from '@jest/globals';
import { MAX_CONNECTION_STRING_LENGTH, tokenize } from '../../src/connstring/tokenize.ts';
import { Secret } from '../../src/core/secret.ts';
import { thrownBy } from '../support/thrown.ts';

const everythingIsPublic = (): boolean => true;
const pairs = (text: string): unknown[] =>
  tokenize(text, everythingIsPublic).map(({ key, value }) => [key, value]);

describe('tokenize', () => {
  it.each([
    ['', []],
    ['   ', []],
    [';; ;', []],
    ['A=1', [['A', '1']]],
    ['A=1;', [['A', '1']]],
    [
      ' A = 1 ; B = 2 ',
      [
        ['A', '1'],
        ['B', '2'],
      ],
    ],
    ['A=', [['A', '']]],
    [
      'A=;B=2',
      [
        ['A', ''],
        ['B', '2'],
      ],
    ],
    ['Url=https://x/?a=b&c=d', [['Url', 'https://x/?a=b&c=d']]],
    [
      "A='x;y';B=2",
      [
        ['A', 'x;y'],
        ['B', '2'],
      ],
    ],
    [
      'A="x;y" ; B=2',
      [
        ['A', 'x;y'],
        ['B', '2'],
      ],
    ],
    ["A='it''s'", [['A', "it's"]]],
    ['A="say ""hi"""', [['A', 'say "hi"']]],
    [`A='"'`, [['A', '"']]],
    [
      'A={x;y};B=2',
      [
        ['A', 'x;y'],
        ['B', '2'],
      ],
    ],
    ['A={x}}y}', [['A', 'x}y']]],
    ["A=''", [['A', '']]],
    ["A=' x '", [['A', ' x ']]],
    ["A=it's", [['A', "it's"]]],
    ['AWS Region=x', [['AWS Region', 'x']]],
    ['A=1\nB', [['A', '1\nB']]],
    [
      "A='1\n2';\r\nB=3",
      [
        ['A', '1\n2'],
        ['B', '3'],
      ],
    ],
  ])('reads %j', (text, expected) => {
    expect(pairs(text)).toEqual(expected);
  });

  it.each([
    ['A', 1],
    ['A=1;B', 5],
    ['A=1; B;C=2', 6],
    ['=1', 1],
    ['A=1; =2', 6],
    ["A='1", 3],
    ['A="1""', 3],
    ['A={1', 3],
    ["A='1' 2;B=3", 7],
  ])('reports the position of the error in %j', async (text, position) => {
    const error = await thrownBy(() => pairs(text));
    expect(error.code).toBe('CONN_SYNTAX');
    expect(error.position).toBe(position);
    expect(error.message).toContain(`at character ${position}:`);
  });

  it('counts positions from the start of the string, including its prefix', () => {
    const tokens = tokenize('jdbc:x:A=1; B=2', everythingIsPublic, 7);
    expect(tokens.map((token) => token.position)).toEqual([8, 13]);
  });

  it('wraps every value in a Secret unless its key is known to be public', () => {
    const [user, password] = tokenize('User=ana;Pass=word', (key) => key === 'User');
    expect(user?.value).toBe('ana');
    expect(password?.value).toEqual(new Secret('word'));
  });

  it('never quotes misplaced input', async () => {
    const texts = ["Password='CANARY", 'Password=a;CANARY', "Password='a'CANARY;User=b", 'CANARY'];
    const errors = await Promise.all(texts.map((text) => thrownBy(() => tokenize(text, () => false))));
    expect(errors.map((error) => error.message).join('\n')).not.toContain('CANARY');
  });

  it('suggests quoting if the input may be the rest of a secret', async () => {
    const error = await thrownBy(() => tokenize('Password=a;b', () => false));
    expect(error.message).toMatch(/value of Password.*quoted/);
  });

  it('refuses a string of more than 2^20 characters', async () => {
    const error = await thrownBy(() => pairs(`A=${'x'.repeat(MAX_CONNECTION_STRING_LENGTH)}`));
    expect(error.code).toBe('CONN_SYNTAX');
  });

  it('parses a long string of many quotes', () => {
    const value = "''".repeat(200_000);
    expect(pairs(`A='${value}'`)).toEqual([['A', "'".repeat(200_000)]]);
  });
});
