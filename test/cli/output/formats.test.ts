import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import type { TerminalLook } from '../../../src/cli/output/printer.ts';
import { type Layout, rowPrinter } from '../../../src/cli/output/row-printer.ts';
import type { OutputColumn } from '../../../src/session/connection.ts';
import type { Value } from '../../../src/sql/types/value.ts';
import { readCsv } from '../../support/read-csv.ts';

const PIPE: TerminalLook = { isTerminal: false, colors: false, columns: 80 };
const TERMINAL: TerminalLook = { isTerminal: true, colors: false, columns: 40 };

function print(
  layout: Layout,
  columns: readonly OutputColumn[],
  batches: readonly (readonly (readonly Value[])[])[],
  look: TerminalLook = PIPE,
): string {
  const printer = rowPrinter(layout, columns, look);
  return batches.map((batch) => printer.rows(batch)).join('') + printer.end();
}

const text = (...names: string[]): OutputColumn[] => names.map((name) => ({ name, type: 'text', oid: 25 }));
const digits = fc
  .tuple(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.integer({ min: 0, max: 30 }))
  .map(([whole, scale]) => (scale === 0 ? String(whole) : `${whole}.${'7'.repeat(scale)}`));
const cells = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'a,b', '"', '\r\n', ' x '),
);

describe('json', () => {
  it('keeps every digit of a numeric column as a bare number', () => {
    fc.assert(
      fc.property(digits, (number) => {
        expect(print('json', [{ name: 'n', type: 'numeric', oid: 1700 }], [[[number]]])).toBe(
          `[{"n":${number}}]\n`,
        );
      }),
    );
  });

  it('leaves digits in a text column in quotes', () => {
    expect(print('json', text('n'), [[['12']]])).toBe('[{"n":"12"}]\n');
  });

  it('is read back by JSON.parse as the texts that went in', () => {
    fc.assert(
      fc.property(fc.array(fc.array(cells, { minLength: 2, maxLength: 2 })), (rows) => {
        const expected = rows.map(([a, b]) => ({ a, b }));
        expect(JSON.parse(print('json', text('a', 'b'), [rows.slice(0, 1), rows.slice(1)]))).toEqual(
          expected,
        );
        const lines = print('ndjson', text('a', 'b'), [rows]).split('\n').slice(0, -1);
        expect(lines.map((line): unknown => JSON.parse(line))).toEqual(expected);
      }),
    );
  });

  it('writes dates, bytes, bigints, lists and documents', () => {
    const columns = [
      { name: 'at', type: 'timestamp with time zone', oid: 1184 },
      { name: 'bytes', type: 'bytea', oid: 17 },
      { name: 'big', type: 'bigint', oid: 20 },
      { name: 'list', type: 'numeric[]', oid: 1231 },
      { name: 'doc', type: 'json', oid: 114 },
      { name: 'odd', type: 'double precision', oid: 701 },
    ];
    const row = [
      new Date(0),
      new Uint8Array([1, 2, 255]),
      2n ** 70n,
      ['1.50', null],
      { a: [1, { b: '2' }] },
      NaN,
    ];
    expect(print('ndjson', columns, [[row]])).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","bytes":"AQL/","big":1180591620717411303424,"list":[1.50,null],' +
        '"doc":{"a":[1,{"b":"2"}]},"odd":"NaN"}\n',
    );
  });

  it('tells columns of one name apart without taking a name that is there', () => {
    expect(print('ndjson', text('a', 'a', 'a_2', 'a'), [[['1', '2', '3', '4']]])).toBe(
      '{"a":"1","a_3":"2","a_2":"3","a_4":"4"}\n',
    );
  });

  it('is an empty array when there is no row', () => {
    expect(print('json', text('a'), [[], []])).toBe('[]\n');
  });

  it('escapes what a terminal would obey', () => {
    expect(print('ndjson', text('a'), [[['\u001b[2J\u009b\u202e']]])).toBe(
      '{"a":"\\u001b[2J\\u009b\\u202e"}\n',
    );
  });
});

describe('csv', () => {
  it('is read back by an independent reader as what went in, NULL and empty text apart', () => {
    fc.assert(
      fc.property(fc.array(fc.array(cells, { minLength: 3, maxLength: 3 })), (rows) => {
        expect(readCsv(print('csv', text('a', 'b,"', 'c'), [rows]))).toEqual([['a', 'b,"', 'c'], ...rows]);
      }),
    );
  });

  it('has a header even without rows, and ends lines as RFC 4180 says', () => {
    expect(print('csv', text('a', 'b'), [])).toBe('a,b\r\n');
  });

  it('writes documents as compact JSON', () => {
    expect(print('csv', [{ name: 'doc', type: 'json', oid: 114 }], [[[{ a: [1, 'x'] }]]])).toBe(
      'doc\r\n"{""a"":[1,""x""]}"\r\n',
    );
  });

  it('shows control characters on a terminal and keeps them in a file', () => {
    expect(print('csv', text('a'), [[['\u001b[2J']]], TERMINAL)).toBe('a\r\n\\x1b[2J\r\n');
    expect(print('csv', text('a'), [[['\u001b[2J']]])).toBe('a\r\n\u001b[2J\r\n');
  });
});

describe('table', () => {
  it('aligns text to the left and numbers to the right, and counts the rows', () => {
    const columns = [
      { name: 'name', type: 'text', oid: 25 },
      { name: 'n', type: 'bigint', oid: 20 },
    ];
    expect(
      print('table', columns, [
        [
          ['Ana', 1],
          [null, 1000],
        ],
      ]),
    ).toBe([' name |    n', '------+------', ' Ana  |    1', ' NULL | 1000', '(2 rows)', ''].join('\n'));
  });

  it('puts decimal points below each other', () => {
    const rows = [['1.5'], ['-20'], ['300.25'], [null]];
    expect(print('table', [{ name: 'n', type: 'numeric', oid: 1700 }], [rows])).toBe(
      [' n', '--------', '   1.5', ' -20', ' 300.25', '   NULL', '(4 rows)', '']
        .join('\n')
        .replace(' n\n', '      n\n'),
    );
  });

  it('aligns wide characters by the columns that they take', () => {
    expect(
      print('table', text('a', 'b'), [
        [
          ['京都', 'x'],
          ['👩‍👩‍👧', 'x'],
          ['abcd', 'x'],
        ],
      ]),
    ).toBe([' a    | b', '------+---', ' 京都 | x', ' 👩‍👩‍👧   | x', ' abcd | x', '(3 rows)', ''].join('\n'));
  });

  it('writes control characters as escapes', () => {
    expect(print('table', text('a'), [[['x\n\u001b[31m\u202e']]])).toContain(' x\\n\\x1b[31m\\u202e\n');
  });

  it('never prints a line wider than the terminal', () => {
    const wide = fc.string({ unit: fc.constantFrom('a', 'é', '京', '👍🏽', '\u001b', ' '), maxLength: 200 });
    fc.assert(
      fc.property(fc.array(fc.tuple(wide, wide, wide), { minLength: 1, maxLength: 5 }), (rows) => {
        const lines = print('table', text('a', 'b', 'c'), [rows], TERMINAL).split('\n');
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(40);
      }),
    );
  });

  it('cuts long text with an ellipsis on a terminal only', () => {
    const long = 'x'.repeat(100);
    expect(print('table', text('a'), [[[long]]], TERMINAL)).toContain(` ${'x'.repeat(37)}…\n`);
    expect(print('table', text('a'), [[[long]]])).toContain(long);
  });

  it('never cuts a number: rows too wide for the terminal become records', () => {
    const columns = [
      { name: 'a', type: 'numeric', oid: 1700 },
      { name: 'bb', type: 'numeric', oid: 1700 },
    ];
    const number = '12345678901234567890123456789012345678';
    expect(print('table', columns, [[[number, null]]], TERMINAL)).toBe(
      ['-[ record 1 ]', `a  | ${number}`, 'bb | NULL', '(1 row)', ''].join('\n'),
    );
  });

  it('prints what follows the measured rows as it comes', () => {
    const rows = Array.from({ length: 1001 }, (_, index) => [String(index)]);
    const printer = rowPrinter('table', text('n'), PIPE);
    expect(printer.rows(rows.slice(0, 999))).toBe('');
    expect(printer.rows(rows.slice(999)).split('\n')).toHaveLength(1001 + 2 + 1);
    expect(printer.rows([['last']])).toBe(' last\n');
    expect(printer.end()).toBe('(1,002 rows)\n');
  });

  it('shows the header of an empty result', () => {
    expect(print('table', text('a'), [])).toBe(' a\n---\n(0 rows)\n');
  });
});
