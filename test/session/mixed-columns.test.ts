import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection, ParameterValue } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;
let scanning: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'Mixed',
    key: ['id:S'],
    items: [
      { id: { S: 'n5' }, v: { N: '5' }, w: { N: '5' } },
      { id: { S: 'n40' }, v: { N: '40' }, w: { S: 'a' } },
      { id: { S: 'n300' }, v: { N: '300' }, w: { N: '1000' } },
      { id: { S: 'n1000' }, v: { N: '1000' }, w: { BOOL: false } },
      { id: { S: 'n-2' }, v: { N: '-2.50' }, w: { N: '-3' } },
      {
        id: { S: 'big' },
        v: { N: '12345678901234567890123456789' },
        w: { N: '12345678901234567890123456788' },
      },
      { id: { S: 's' }, v: { S: 'n/a' }, w: { S: 'n/b' } },
      { id: { S: 's10' }, v: { S: '10' }, w: { N: '10' } },
      { id: { S: 'bool' }, v: { BOOL: true }, w: { BOOL: false } },
      { id: { S: 'list' }, v: { L: [{ N: '1' }] }, w: { L: [{ N: '2' }] } },
      { id: { S: 'none' } },
    ],
  });
  await database.add({
    name: 'Dirty',
    key: ['id:S'],
    items: ['5', 'n/a', '12', '', '7x'].map((s, i) => ({
      id: { S: String(i) },
      s: { S: s },
      n: { N: String(i) },
    })),
  });
  db = await database.open();
  scanning = database.withRules([]);
});
afterAll(() => database.close());

async function column(sql: string, connection = db): Promise<unknown[]> {
  return (await connection.query<[unknown]>(sql, [], { rowMode: 'array' })).rows.map(([value]) => value);
}

async function value(expression: string, from: string): Promise<unknown> {
  return (await column(`SELECT ${expression} FROM ${from}`))[0];
}

/** The ids that match a condition, with DynamoDB's filter and without it. */
async function findIds(condition: string, parameters: readonly ParameterValue[] = []): Promise<unknown[]> {
  const ids = async (connection: Connection): Promise<unknown[]> =>
    (
      await connection.query<[string]>(`SELECT id FROM "Mixed" WHERE ${condition}`, parameters, {
        rowMode: 'array',
      })
    ).rows
      .flat()
      .toSorted();
  const pushed = await ids(db);
  expect(pushed).toEqual(await ids(scanning));
  return pushed;
}

const ORDER = ['s10', 's', 'n-2', 'n5', 'n40', 'n300', 'n1000', 'big', 'bool', 'list'];

/** The value of an expression for one item. */
async function inMixed(expression: string, id: string): Promise<unknown> {
  return value(expression, `"Mixed" WHERE id = '${id}'`);
}

describe('the order of a column of several types', () => {
  it.each([
    'SELECT id FROM "Mixed" WHERE v IS NOT NULL ORDER BY v',
    'SELECT id, v AS x FROM "Mixed" WHERE v IS NOT NULL ORDER BY x',
    'SELECT id, v FROM "Mixed" WHERE v IS NOT NULL ORDER BY 2',
    'SELECT DISTINCT id, v FROM "Mixed" WHERE v IS NOT NULL ORDER BY v',
    'SELECT id FROM (SELECT id, v AS id2 FROM "Mixed") s WHERE id2 IS NOT NULL ORDER BY id2',
    'SELECT id FROM "Mixed" WHERE v IS NOT NULL ORDER BY rank() OVER (ORDER BY v)',
    'SELECT id FROM "Mixed" WHERE v IS NOT NULL WINDOW w AS (ORDER BY v) ORDER BY row_number() OVER w',
    `SELECT unnest(array_agg(id ORDER BY v)) FROM "Mixed" WHERE v IS NOT NULL`,
    `SELECT id, v FROM "Mixed" WHERE v IS NOT NULL UNION ALL SELECT id, v FROM "Mixed" WHERE false ORDER BY v`,
    `SELECT id, v->0 AS v FROM (SELECT id, json_build_array(v) AS v FROM "Mixed" WHERE v IS NOT NULL) s ORDER BY v`,
  ])('is that of jsonb: %s', async (sql) => {
    expect(await column(sql)).toEqual(ORDER);
  });

  it('has extremes', async () => {
    expect(
      await value("max(v) FILTER (WHERE id <> 'list' AND id <> 'bool' AND id <> 'big')", '"Mixed"'),
    ).toBe(1000);
    expect(await value('min(v)', '"Mixed"')).toBe('10');
    expect(await value('max(v)', '"Mixed"')).toEqual([1]);
    expect(await value('greatest(v, w)', `"Mixed" WHERE id = 's10'`)).toBe(10);
    expect(await value('least(v, 7)', `"Mixed" WHERE id = 'n40'`)).toBe(7);
    expect(await value('percentile_disc(0.4) WITHIN GROUP (ORDER BY v)', '"Mixed"')).toBe(5);
    expect(await value('mode() WITHIN GROUP (ORDER BY v)', `"Mixed" WHERE id = 'n40'`)).toBe(40);
    expect(await column(`SELECT DISTINCT ON (w) id FROM "Mixed" WHERE w = false ORDER BY w, v DESC`)).toEqual(
      ['bool'],
    );
  });
});

describe('a column of several types compared by its order', () => {
  it.each([
    ['v > 30', ['big', 'n1000', 'n300', 'n40']],
    ['30 < v', ['big', 'n1000', 'n300', 'n40']],
    ['v <= 5.0', ['n-2', 'n5']],
    ['NOT v > 30', ['n-2', 'n5']],
    ['v BETWEEN 5 AND 300', ['n300', 'n40', 'n5']],
    ['v NOT BETWEEN 5 AND 300', ['big', 'n-2', 'n1000']],
    ['v > 12345678901234567890123456788', ['big']],
    ['v > 1e300', []],
    ['v < ANY(ARRAY[0, 6])', ['n-2', 'n5']],
    ['v > 10 + 30', ['big', 'n1000', 'n300']],
    ["v >= 'a'", ['s']],
    ["v < 'a'", ['s10']],
    ["v BETWEEN '0' AND 'z'", ['s', 's10']],
    [`v > '"a"'`, ['s']],
    ['v > false', ['bool']],
    ["v > '[0]'", ['list']],
    ["v BETWEEN 5 AND 'x'", []],
  ])('with a value, as in DynamoDB, which compares only values of one type: %s', async (condition, ids) => {
    expect(await findIds(condition)).toEqual(ids);
  });

  it('with a parameter', async () => {
    expect(await findIds('v > $1', [30])).toEqual(['big', 'n1000', 'n300', 'n40']);
    expect(await findIds('v > $1', ['a'])).toEqual(['s']);
  });

  it.each([
    ['v > w', ['big', 'bool', 'n-2', 'n40']],
    ['v < w', ['list', 'n1000', 'n300', 's', 's10']],
    ['v >= w', ['big', 'bool', 'n-2', 'n40', 'n5']],
    ["v::jsonb > '1000'", ['big', 'bool', 'list']],
  ])('with another document, as jsonb: %s', async (condition, ids) => {
    expect(await findIds(condition)).toEqual(ids);
  });

  it('lets DynamoDB filter', async () => {
    const { reads } = await db.explain('SELECT id FROM "Mixed" WHERE v > 30');
    expect(reads).toEqual([expect.objectContaining({ residual: [] })]);
  });
});

describe('FILTER', () => {
  it('computes no argument for the rows that it leaves out', async () => {
    expect(await value("sum(s::int) FILTER (WHERE s ~ '^\\d+$')", '"Dirty"')).toBe(17);
    expect(await value("max(s::numeric) FILTER (WHERE s ~ '^\\d+$')", '"Dirty"')).toBe(12);
    expect(await value('sum(12 / n) FILTER (WHERE n > 0)', '"Dirty"')).toBe(25);
    expect(
      await value("array_agg(s::int ORDER BY s::int DESC) FILTER (WHERE s ~ '^\\d+$')", '"Dirty"'),
    ).toEqual([12, 5]);
    expect(await value("count(DISTINCT s::int) FILTER (WHERE s ~ '^\\d+$')", '"Dirty"')).toBe(2);
    expect(await value("count(*) FILTER (WHERE s ~ '^\\d+$')", '"Dirty"')).toBe(2);
    expect(await value("sum(s::int) FILTER (WHERE s ~ '^\\d+$') OVER ()", '"Dirty"')).toBe(17);
  });
});

describe('a later condition of FILTER', () => {
  it('is tested only where the ones before hold', async () => {
    expect(
      await value(`count(*) FILTER (WHERE json_typeof(v) = 'number' AND v::numeric > 5)`, '"Mixed"'),
    ).toBe(4);
    expect(await value(`count(*) FILTER (WHERE json_typeof(v) = 'number' AND v + 1 > 6)`, '"Mixed"')).toBe(4);
    expect(await value(`count(*) FILTER (WHERE s ~ '^\\d+$' AND s::int > 3)`, '"Dirty"')).toBe(2);
    expect(await value(`sum(1) FILTER (WHERE n > 0 AND 4 / n > 1)`, '"Dirty"')).toBe(2);
  });
});

describe('computing with a column of several types', () => {
  const NUMBERS = `"Mixed" WHERE json_typeof(v) = 'number' AND id <> 'big'`;

  it('uses the numbers', async () => {
    expect(await value('sum(v)', NUMBERS)).toBe(1342.5);
    expect(await value('avg(v)', NUMBERS)).toBe(268.5);
    expect(await value('sum(v * 2 + 1)', NUMBERS)).toBe(2690);
    expect(await value('max(abs(v))', NUMBERS)).toBe(1000);
    expect(await value('round(v)', `"Mixed" WHERE id = 'n-2'`)).toBe(-3);
    expect(await value('-v', `"Mixed" WHERE id = 'n-2'`)).toBe(2.5);
    expect(await value('v + w', `"Mixed" WHERE id = 'n5'`)).toBe(10);
    expect(await value('v * 10', `"Mixed" WHERE id = 'big'`)).toBe(123456789012345678901234567890n);
    expect(await value('coalesce(v, 0) + 1', `"Mixed" WHERE id = 'none'`)).toBe(1);
    expect(
      await value(`CASE WHEN json_typeof(v) = 'number' THEN v END + 1`, `"Mixed" WHERE id = 's'`),
    ).toBeNull();
    expect(await value(`sum(v) FILTER (WHERE json_typeof(v) = 'number' AND id <> 'big')`, '"Mixed"')).toBe(
      1342.5,
    );
    expect(await value('max(v) + 1', NUMBERS)).toBe(1001);
    expect(await value('sum(x)', `(SELECT v AS x FROM "Mixed" WHERE id LIKE 'n_') s`)).toBe(5);
    expect(await value('percentile_cont(0.5) WITHIN GROUP (ORDER BY v)', NUMBERS)).toBe(40);
  });

  it('keeps other values where nothing is computed', async () => {
    expect(await value('coalesce(v, 0)', `"Mixed" WHERE id = 's'`)).toBe('n/a');
    expect(await value('coalesce(v, 0)', `"Mixed" WHERE id = 'none'`)).toBe(0);
    expect(await value("coalesce(v, 'none')", `"Mixed" WHERE id = 'none'`)).toBe('none');
    expect(await value("NULLIF(v, 'n/a')", `"Mixed" WHERE id = 's'`)).toBeNull();
    expect(await value("sum(NULLIF(v, 'n/a'))", `"Mixed" WHERE id IN ('s', 'n5')`)).toBe(5);
  });

  it.each(['sum(v)', 'avg(v)', 'v * 2', 'abs(v)', 'sum(coalesce(v, 0))'])(
    'names the item of another value: %s',
    async (expression) => {
      await expect(column(`SELECT ${expression} FROM "Mixed" WHERE id IN ('n5', 's')`)).rejects.toMatchObject(
        {
          code: 'SQL_BAD_VALUE',
          message: expect.stringMatching(
            /^cannot compute with "n\/a"( in column "v")?, which is not a number \(item id = 's' in "Mixed"\)$/,
          ),
          remedy: expect.stringMatching(/json_typeof\((v|x)\) = 'number'.*TRY_CAST/),
        },
      );
    },
  );

  it('uses the text of each value in functions and operators of text', async () => {
    expect(await inMixed("v || '!'", 's')).toBe('n/a!');
    expect(await inMixed("'<' || v || '>'", 'n-2')).toBe('<-2.5>');
    expect(await inMixed('v::text', 's')).toBe('n/a');
    expect(await inMixed('v::varchar(2)', 's')).toBe('n/');
    expect(await inMixed("concat('<', v, '>')", 's')).toBe('<n/a>');
    expect(await inMixed("format('<%s>', v)", 's')).toBe('<n/a>');
    expect(await inMixed('upper(v)', 's')).toBe('N/A');
    expect(await inMixed('length(v)', 's')).toBe(3);
    expect(await inMixed('substring(v from 2)', 's')).toBe('/a');
    expect(await inMixed("string_agg(v, ',')", 's')).toBe('n/a');
    expect(await inMixed("v LIKE 'n%'", 's')).toBe(true);
    expect(await inMixed('v::text', 'list')).toBe('[1]');
    expect(await inMixed('v::text', 'big')).toBe('12345678901234567890123456789');
  });

  it('does not stop an update of an item with a number', async () => {
    await database.add({
      name: 'Counters',
      key: ['id:S'],
      items: [
        ...Array.from({ length: 5 }, (_, i) => ({ id: { S: `k${i}` }, v: { N: String(i) } })),
        { id: { S: 'bad' }, v: { S: 'n/a' } },
        { id: { S: 'new' } },
      ],
    });
    await db.query(`UPDATE "Counters" SET v = v + 1 WHERE id = 'k1'`);
    await db.query(`UPDATE "Counters" SET v = if_not_exists(v, 0) + 1 WHERE id IN ('k2', 'new')`);
    await db.query(`UPDATE "Counters" SET v = coalesce(v, 0) + 1 WHERE id = 'k3'`);
    await db.query(`UPDATE "Counters" SET v = v * 2 WHERE id = 'k4'`);
    expect([
      await value('v', `"Counters" WHERE id = 'k1'`),
      await value('v', `"Counters" WHERE id = 'k2'`),
      await value('v', `"Counters" WHERE id = 'k3'`),
      await value('v', `"Counters" WHERE id = 'k4'`),
      await value('v', `"Counters" WHERE id = 'new'`),
    ]).toEqual([2, 3, 4, 8, 1]);
    for (const set of ['v + 1', 'if_not_exists(v, 0) + 1', 'coalesce(v, 0) + 1'])
      await expect(db.query(`UPDATE "Counters" SET v = ${set} WHERE id = 'bad'`)).rejects.toMatchObject({
        code: 'SQL_BAD_VALUE',
        message: expect.stringContaining(`(item id = 'bad' in "Counters")`),
      });
    expect(await value('v', `"Counters" WHERE id = 'bad'`)).toBe('n/a');
  });
});

describe('TRY_CAST', () => {
  it('keeps all digits of numbers, and is NULL for other values', async () => {
    expect(await value('TRY_CAST(v AS numeric)', `"Mixed" WHERE id = 'big'`)).toBe(
      12345678901234567890123456789n,
    );
    expect(await value('TRY_CAST(v AS numeric)', `"Mixed" WHERE id = 's10'`)).toBe(10);
    expect(await value('TRY_CAST(v AS numeric)', `"Mixed" WHERE id = 's'`)).toBeNull();
    expect(await value('TRY_CAST(v AS numeric)', `"Mixed" WHERE id = 'bool'`)).toBeNull();
    expect(await value('TRY_CAST(v AS numeric)', `"Mixed" WHERE id = 'list'`)).toBeNull();
    expect(await value('TRY_CAST(v AS numeric(3,1))', `"Mixed" WHERE id = 'n300'`)).toBeNull();
    expect(await value('sum(TRY_CAST(v AS numeric))', `"Mixed" WHERE id <> 'big'`)).toBe(1352.5);
    expect(await value('count(*)', '"Mixed" WHERE TRY_CAST(v AS numeric) > 30')).toBe(4);
    expect(await value('TRY_CAST(s AS integer)', `"Dirty" WHERE id = '1'`)).toBeNull();
  });

  it('of a literal is the value or NULL', async () => {
    const row = await db.query(
      `SELECT TRY_CAST('x' AS timestamptz) AS a, TRY_CAST('1 parsec' AS interval) AS b, TRY_CAST('{1,x}' AS int[]) AS c,
        TRY_CAST('zz' AS uuid) AS d, TRY_CAST('300000' AS smallint) AS e, TRY_CAST('5' AS smallint) AS f, TRY_CAST('[1,]' AS json) AS g`,
    );
    expect(row.rows).toEqual([{ a: null, b: null, c: null, d: null, e: null, f: 5, g: null }]);
  });

  it('of a number tests its range after rounding', async () => {
    const row = await db.query(
      `SELECT TRY_CAST(32767.5 AS smallint) AS a, TRY_CAST(32767.49 AS smallint) AS b, TRY_CAST(-32768.5 AS smallint) AS c,
        TRY_CAST(1e30 AS bigint) AS d, TRY_CAST('NaN'::float8 AS int) AS e, TRY_CAST(123.45 AS numeric(4,2)) AS f, TRY_CAST(123.45 AS numeric(4,1)) AS g`,
    );
    expect(row.rows).toEqual([{ a: null, b: 32767, c: null, d: null, e: null, f: null, g: 123.5 }]);
  });
});

describe('IS JSON', () => {
  it.each([
    ['', null],
    [' 1 ', 'SCALAR'],
    ['01', null],
    ['"a', null],
    ['{"a":1}', 'OBJECT'],
    ['{"a":1} x', null],
    ['[1,]', null],
    ['{"a":1,}', null],
    ['[1, NaN]', null],
    ['Infinity', null],
    ['/**/1', null],
    ['[1, "nan"]', 'ARRAY'],
    ['"\\u0000"', 'SCALAR'],
    ['1e999', 'SCALAR'],
    ['+1', null],
    ['null', 'SCALAR'],
  ])('of %j finds %s', async (text, type) => {
    const literal = `'${text}'`;
    const row = await db.query(
      `SELECT x IS JSON AS "JSON", x IS JSON VALUE AS "VALUE", x IS JSON OBJECT AS "OBJECT", x IS JSON ARRAY AS "ARRAY", x IS JSON SCALAR AS "SCALAR",
        x IS NOT JSON AS "NOT", pg_input_is_valid(x, 'json') AS valid FROM (SELECT ${literal} || '' AS x) s`,
    );
    const is = (...types: readonly (string | null)[]): boolean => types.includes(type);
    expect(row.rows).toEqual([
      {
        JSON: type !== null,
        VALUE: type !== null,
        OBJECT: is('OBJECT'),
        ARRAY: is('ARRAY'),
        SCALAR: is('SCALAR'),
        NOT: type === null,
        valid: type !== null,
      },
    ]);
  });
});
