import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DriverError } from '../../../src/core/errors.ts';
import { toParameterList } from '../../../src/sql/parse/parameter-list.ts';
import { numberParameters } from '../../../src/sql/parse/parameters.ts';
import { parseQuery } from '../../../src/sql/parse/parse.ts';
import { loadParser } from '../../../src/sql/parse/parser.ts';
import { toOriginalIndex } from '../../../src/sql/parse/positions.ts';

beforeAll(() => loadParser());

/** The rewritten statement with single spaces. */
const rewrite = (sql: string): string => numberParameters(sql).text.replace(/ +/g, ' ').trim();

describe('numberParameters', () => {
  it.each([
    ['select ?', 'select $1'],
    ['select ?,?', 'select $1 , $2'],
    ['x=?', 'x= $1'],
    ['x>=?and y<>?', 'x>= $1 and y<> $2'],
    ['x=-?', 'x=- $1'],
    ['(?+?)', '( $1 + $2 )'],
    ['?||?', '$1 || $2'],
    ['?-1', '$1 -1'],
    ['?::int', '$1 ::int'],
    ["doc ? 'a'", "doc ? 'a'"],
    ["doc ?| array['a']", "doc ?| array['a']"],
    ["doc ?& array['a']", "doc ?& array['a']"],
    ["doc @? '$.a'", "doc @? '$.a'"],
    ["doc ?? 'a'", "doc ? 'a'"],
    ["doc ??| array['a']", "doc ?| array['a']"],
    ['doc ? ?', 'doc ? $1'],
    ['doc ?? ?', 'doc ? $1'],
    ['(doc ???)', '(doc ? $1 )'],
    ["(doc) ? 'a' and ? = 1", "(doc) ? 'a' and $1 = 1"],
    ["'{}'::jsonb ? 'a'", "'{}'::jsonb ? 'a'"],
    ['between ? and ?', 'between $1 and $2'],
    ['between ?-1 and ?', 'between $1 -1 and $2'],
    ['like ? escape ?', 'like $1 escape $2'],
    ['limit ? offset ?', 'limit $1 offset $2'],
    ['fetch first ? rows only', 'fetch first $1 rows only'],
    ['rows ? preceding', 'rows $1 preceding'],
    ["zone ? 'x'", "zone ? 'x'"],
    ['at time zone ?', 'at time zone $1'],
    ['array[?, ?]', 'array[ $1 , $2 ]'],
    ['case when ? then ? else ? end', 'case when $1 then $2 else $3 end'],
    ['null ? 1', 'null ? 1'],
    [':a', '$1'],
    [':a+:b*:a', '$1 + $2 * $1'],
    ['x=:a', 'x= $1'],
    [':order, :Order', '$1 , $2'],
    [':é', '$1'],
    ['a::int, :a::int', 'a::int, $1 ::int'],
    ['a[1:n], a[:n], a[n:], a[1: :n]', 'a[1:n], a[:n], a[n:], a[1: $1 ]'],
    ['array[:a, :b]', 'array[ $1 , $2 ]'],
    ['f(a := 1)', 'f(a := 1)'],
    [
      `'?' "?" $$ ? :a $$ $q$?$q$ E'\\'?' /* ? :a */ -- ? :a`,
      `'?' "?" $$ ? :a $$ $q$?$q$ E'\\'?' /* ? :a */ -- ? :a`,
    ],
    ['$2, $1', '$2, $1'],
  ])('rewrites %s as %s', (sql, expected) => {
    expect(rewrite(sql)).toBe(expected);
  });

  it('counts $n by the highest number and :name by distinct names', () => {
    expect(numberParameters('select $3, $1').parameterCount).toBe(3);
    expect(numberParameters('select :b, :a, :b')).toMatchObject({
      parameterCount: 2,
      parameterNames: ['b', 'a'],
    });
  });

  it.each([
    ['select ?, $1', 11],
    ['select $1, :a', 12],
    ['select :é, ?', 12],
  ])('rejects mixed styles: %s', (sql, position) => {
    expect(() => numberParameters(sql)).toThrow(
      expect.objectContaining({ code: 'SQL_PARAMETERS', position }),
    );
  });

  it.each(['$0', '$65536'])('rejects %s', (parameter) => {
    expect(() => numberParameters(`select ${parameter}`)).toThrow(
      expect.objectContaining({
        code: 'SQL_PARAMETERS',
        position: 8,
        message: `there is no parameter ${parameter}`,
      }),
    );
  });

  it('does not change strings, names and comments', () => {
    const inside = fc.string({ unit: 'grapheme' }).map((s) => s.replace(/[\0$\\]|\p{Surrogate}/gu, '?'));
    const opaque = fc.oneof(
      inside.map((s) => `'${s.replaceAll("'", "''")}'`),
      inside.filter((s) => s.length > 0).map((s) => `"${s.replaceAll('"', '""')}"`),
      inside.map((s) => `$q$${s}$q$`),
      inside.map((s) => `/* ${s.replace(/\*\/|\/\*/g, '')} */`.replace(/[*/]+ \*\/$/, ' */')),
    );
    fc.assert(
      fc.property(fc.array(opaque, { minLength: 1, maxLength: 6 }), (parts) => {
        const { text, parameterCount } = numberParameters(`select ${parts.join(' , ? , ')}`);
        expect(text).toBe(
          `select ${parts.reduce((joined, part, i) => (i === 0 ? part : `${joined} ,  $${i}  , ${part}`), '')}`,
        );
        expect(parameterCount).toBe(parts.length - 1);
      }),
    );
  });

  it('maps every index of the rewritten statement back', () => {
    const pieces = fc.array(fc.constantFrom('a', ' ', '?', ' = ', 'é', '😀', "'?'"), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(pieces, (parts) => {
        const sql = parts.join(',');
        const { text, edits } = numberParameters(sql);
        let last = 0;
        for (let index = 0; index < text.length; index++) {
          const original = toOriginalIndex(edits, index);
          expect(original).toBeGreaterThanOrEqual(last);
          const edited = edits.some((edit) => index >= edit.start && index < edit.start + edit.length);
          expect(edited ? '?' : text[index]).toBe(sql[original]);
          last = original;
        }
        expect(toOriginalIndex(edits, text.length)).toBe(sql.length);
      }),
    );
  });
});

async function list(sql: string, parameters: readonly unknown[] | object | undefined): Promise<unknown> {
  return toParameterList(await parseQuery(sql), parameters);
}

describe('toParameterList', () => {
  it('takes values by position or by name', async () => {
    expect(await list('select ?, ?', ['a', 1])).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'number', text: '1' },
    ]);
    expect(await list('select :x, :y, :x', { y: true, x: null })).toEqual([
      { kind: 'null' },
      { kind: 'boolean', value: true },
    ]);
    expect(await list('select :x, :y', [1, 2])).toHaveLength(2);
    expect(await list('select 1', undefined)).toEqual([]);
    expect(await list('select 1', {})).toEqual([]);
  });

  it('keeps digits, bytes and instants', async () => {
    expect(
      await list('select ?,?,?,?,?,?', [
        10n ** 30n,
        0.1,
        Number.NaN,
        new Date(0),
        Uint8Array.of(1),
        [1, ['x']],
      ]),
    ).toEqual([
      { kind: 'number', text: `1${'0'.repeat(30)}` },
      { kind: 'number', text: '0.1' },
      { kind: 'number', text: 'NaN' },
      { kind: 'timestamp', text: '1970-01-01T00:00:00.000Z' },
      { kind: 'bytes', bytes: Uint8Array.of(1) },
      {
        kind: 'array',
        items: [
          { kind: 'number', text: '1' },
          { kind: 'array', items: [{ kind: 'text', text: 'x' }] },
        ],
      },
    ]);
  });

  it.each<[string, readonly unknown[] | object | undefined, string]>([
    ['select ?', undefined, 'the statement has 1 parameter, but no values were supplied'],
    ['select ?', [1, 2], 'the statement has 1 parameter, but 2 values were supplied'],
    ['select 1', [1], 'the statement has no parameters, but 1 value was supplied'],
    ['select :a, :b', { a: 1 }, 'no value was supplied for :b'],
    ['select :a', { a: 1, A: 2 }, 'the statement has no parameter named A (found :a)'],
    ['select ?', { a: 1 }, 'the statement has no named parameters, but values were supplied by name: a'],
  ])('rejects for %s the values %j', async (sql, parameters, message) => {
    const error: unknown = await list(sql, parameters).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DriverError);
    expect(error).toMatchObject({ code: 'SQL_PARAMETERS', message });
  });

  it.each<[unknown, string]>([
    ['a\0b', 'NUL'],
    [new Date(Number.NaN), 'invalid Date'],
    [new Date(Date.UTC(20_000, 1)), 'year 20000'],
    [Symbol('x'), 'symbol'],
    [() => 1, 'function'],
  ])('rejects %p', async (value, part) => {
    await expect(list('select :v', { v: value })).rejects.toMatchObject({
      code: 'SQL_BAD_VALUE',
      message: expect.stringContaining(part),
    });
  });
});
