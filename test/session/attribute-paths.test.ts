import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const ANN: AttributeMap = {
  pk: { S: 'a' },
  sk: { S: '1' },
  name: { S: 'Ann' },
  address: {
    M: {
      city: { S: 'Rome' },
      zip: { N: '100' },
      order: { S: 'o1' },
      'a.b': { S: 'dot' },
      geo: { M: { lat: { N: '1.5' } } },
    },
  },
  lines: { L: [{ M: { sku: { S: 'x' }, qty: { N: '2' } } }, { M: { sku: { S: 'y' } } }] },
  tags: { SS: ['red', 'blue'] },
};
const BOB: AttributeMap = {
  pk: { S: 'a' },
  sk: { S: '2' },
  name: { S: 'Bob' },
  address: { M: { city: { S: 'Oslo' }, zip: { N: '50' } } },
  lines: { L: [] },
};
const CYD: AttributeMap = {
  pk: { S: 'b' },
  sk: { S: '1' },
  name: { S: 'Cyd' },
  lines: { L: [{ M: { sku: { S: 'x' } } }] },
};

describe('paths into documents', () => {
  let database: TestDatabase;
  let connection: Connection;
  beforeAll(async () => {
    database = await startTestDatabase();
    await database.add({ name: 'people', key: ['pk:S', 'sk:S'], items: [ANN, BOB, CYD] });
    // Where a table has the name of a column, the table is meant.
    await database.add({
      name: 'address',
      key: ['city:S'],
      items: [{ city: { S: 'Rome' }, pop: { N: '100' } }],
    });
    connection = await database.open();
  });
  beforeEach(() => database.client.putItems('people', [ANN, BOB, CYD]));
  afterAll(() => database.close());

  const query = async (sql: string): Promise<unknown[]> => {
    const { rows } = await connection.query(sql);
    return rows.map((row) => Object.values(row));
  };

  it.each([
    [
      'in the SELECT list',
      'select sk, address.city as c, lines[0].sku as s from people order by pk, sk',
      [
        ['1', 'Rome', 'x'],
        ['2', 'Oslo', null],
        ['1', null, 'x'],
      ],
    ],
    [
      'with keywords and quoted parts',
      `select address.order as a, "address"."a.b" as b, ADDRESS.City as c from people where address.order is not null`,
      [['o1', 'dot', 'Rome']],
    ],
    ['after an alias', `select p.lines[1].sku as s from people p where p.address.city = 'Rome'`, [['y']]],
    [
      'after the name of the table',
      'select people.address.city as c from people where people.address.zip > 60',
      [['Rome']],
    ],
    [
      'in GROUP BY and ORDER BY',
      'select address.city as c, count(*) as n from people group by address.city order by address.city nulls last',
      [
        ['Oslo', 1],
        ['Rome', 1],
        [null, 1],
      ],
    ],
    [
      'in windows',
      'select name, rank() over (order by address.zip nulls last) as r from people order by name',
      [
        ['Ann', 2],
        ['Bob', 1],
        ['Cyd', 3],
      ],
    ],
    [
      'in joins',
      'select a.city as c, p.address.zip as z from people p join address a on a.city = p.address.city',
      [['Rome', 100]],
    ],
    ['beside a table of that name', 'select distinct address.city as c from people, address', [['Rome']]],
    [
      'in subqueries',
      'select x.address.city as c from (select * from people) as x order by 1',
      [['Oslo'], ['Rome'], [null]],
    ],
    ['of computed documents', `select a.b.c as v from (select '{"b":{"c":5}}'::json as a) as x`, [[5]]],
    [
      'as text',
      `select name || address.city as a, concat(address.city, '-', address.zip) as b, format('%s', address.city) as c, address.city::text as d from people where address.zip > 60`,
      [['AnnRome', 'Rome-100', 'Rome', 'Rome']],
    ],
    [
      'compared with text that is computed',
      `select name from people where address.city || '!' = 'Rome!'`,
      [['Ann']],
    ],
    [
      'as numbers',
      'select address.zip * 2 as a, address.zip::int + 1 as b, address.geo.lat + 0.5 as c from people where address.zip = 100',
      [[200, 101, 2]],
    ],
    [
      'in aggregates',
      'select max(address.zip) as a, min(address.city) as b, avg(address.zip) as c from people',
      [[100, 'Oslo', 75]],
    ],
    [
      'in IN with a subquery',
      'select p.name from people p where p.address.city in (select city from address)',
      [['Ann']],
    ],
    [
      'in IN with a subquery of numbers',
      'select p.name from people p where p.address.zip in (select pop from address union all select 7)',
      [['Ann']],
    ],
    [
      'in NOT IN with a subquery',
      'select p.name from people p where p.address.city not in (select city from address)',
      [['Bob']],
    ],
    [
      'as rows of a subquery',
      `select p.name from people p where 'y' in (select l->>'sku' from unnest(p.lines) as l)`,
      [['Ann']],
    ],
    [
      'as the output of a subquery',
      'select a.city from address a where a.city in (select p.address.city from people p)',
      [['Rome']],
    ],
    [
      'of the hidden column of whole items',
      'select "$item".address.city as c from people where pk = \'a\' order by 1',
      [['Oslo'], ['Rome']],
    ],
  ])('are resolved %s', async (_, sql, expected) => {
    expect(await query(sql)).toEqual(expected);
  });

  it('are changed and returned by UPDATE, with the values before and after', async () => {
    const sql = `update people p set address.city = 'Paris', lines[0].qty = 9 where p.address.city = 'Rome'
      returning name, address.city as now, old.address.city as was, new.lines[0].qty as qty, old.lines[0].qty as q`;
    expect(await query(sql)).toEqual([['Ann', 'Paris', 'Rome', 9, 2]]);
    expect(await query(`select address.geo.lat as l from people where address.city = 'Paris'`)).toEqual([
      [1.5],
    ]);
  });

  it('select the items that DELETE removes', async () => {
    expect(
      await query(
        `delete from people where lines[1].sku is missing and address is not missing returning address.city as c`,
      ),
    ).toEqual([['Oslo']]);
  });

  it.each([
    [
      `select name from people where address.zip > 60 and begins_with(address.city, 'R')`,
      ['address.zip > 60', "address.city LIKE 'R%'"],
    ],
    [
      `select name from people where lines[0].sku = 'x' and lines[0].qty is missing`,
      ["lines[0].sku = 'x'", 'attribute_not_exists(lines[0].qty)'],
    ],
    [`select name from people where address.city in ('Rome', 'Oslo')`, ["address.city IN ('Rome', 'Oslo')"]],
    [
      `update people set name = 'x' where contains(tags, 'red') and address.city = 'Rome'`,
      ["contains(tags, 'red')", "address.city = 'Rome'"],
    ],
    ['delete from people where address.geo.lat is not missing', ['attribute_exists(address.geo.lat)']],
  ])('are filtered by DynamoDB in "%s"', async (sql, filters) => {
    const { rows } = await connection.query(`explain ${sql}`);
    const text = JSON.stringify(rows);
    for (const filter of filters) expect(text).toContain(filter);
    expect(text).toContain('filter in DynamoDB');
    expect(text).not.toContain('residual');
  });
});
