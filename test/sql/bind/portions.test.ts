import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bigint, EngineFixture, json, tableDef, text } from '../engine-fixture.ts';

const orders = tableDef('orders', { id: text, city: text, total: bigint, note: text, lines: json });
const ROWS = Array.from({ length: 40 }, (_, i) => [
  `order ${i}`,
  i % 7 === 0 ? null : `city ${i % 11}`,
  i % 5,
  i % 6 === 0 ? null : `note ${(i * 37) % 40}`,
  `[${i}]`,
]);

let engine: EngineFixture;
beforeAll(async () => {
  engine = await EngineFixture.create([[orders, ROWS]]);
});
afterAll(() => engine.close());

const THREE = new Map([['r0', 3]]);

async function findGroups(sql: string): Promise<readonly unknown[]> {
  return (await engine.bind(sql)).textGroups();
}

describe('groupings with min or max of a text', () => {
  it.each([
    ['select city, max(note) from orders group by city', ['city'], ['note']],
    [
      'select max(o.note), total, min(o.id) from orders o group by 2, o.city',
      ['total', 'city'],
      ['note', 'id'],
    ],
    ['select city from orders group by city having max(note) > $1', ['city'], ['note']],
    ['select * from (select city as c, min(note) from orders group by city) x', ['city'], ['note']],
    ['with g as (select city, min(note) m from orders group by 1) select m from g', ['city'], ['note']],
  ])('are found in "%s"', async (sql, keys, texts) => {
    const bound = await engine.bind(sql, sql.includes('$1') ? ['a'] : []);
    expect(bound.textGroups()).toEqual([{ alias: 'r0', keys, texts }]);
  });

  it.each([
    ['numbers need no extra memory', 'select city, max(total) from orders group by city'],
    ['all rows form one group', 'select max(note) from orders'],
    ['keys are computed', 'select upper(city), max(note) from orders group by upper(city)'],
    ['a key may be any column after a star', 'select o.*, max(note) from orders o group by 1, 2, 3, 4, 5'],
    ['columns have other names', 'select a, max(b) from orders o(b, a) group by a'],
    ['several tables are joined', 'select a.city, max(b.note) from orders a, orders b group by a.city'],
    ['a window goes over all groups', 'select city, max(note), count(*) over () from orders group by city'],
    ['rows are distinct over all groups', 'select distinct max(note) from orders group by city'],
    ['there are several groupings', 'select city, max(note) from orders group by rollup (city)'],
    [
      'a subquery would run again',
      'select city, max(note) from orders where total > (select 1) group by city',
    ],
    ['it runs once per row', 'select (select max(note) from orders b group by city limit 1) from orders a'],
    ['the order is not a column of the result', 'select max(note) from orders group by city order by city'],
  ])('are not split if %s', async (_, sql) => {
    expect(await findGroups(sql)).toEqual([]);
  });
});

const portion = (n: number): string =>
  `SELECT "city", "max"("note") AS "max" FROM "s"."r0" AS "orders" WHERE (("total" > 1) AND (("hash"("city") % 3) = ${n})) GROUP BY "city"`;

describe('groups computed in portions', () => {
  it('are the groups whose keys have the same hash, ordered together', async () => {
    const bound = await engine.bind(
      'select city, max(note) from orders where total > 1 group by city order by 2 limit 3',
    );
    expect(bound.engineSql('s', THREE)).toBe(
      `((${portion(0)}) UNION ALL (${portion(1)})) UNION ALL (${portion(2)}) ORDER BY 2 LIMIT 3`,
    );
    expect(bound.engineSql('s', new Map())).toBe(bound.engineSql('s'));
  });

  it('are the same groups', async () => {
    const lists = fc.constantFrom(
      'city, total, max(note) AS most, count(*)',
      'total, city, min(lines::text), max(note), sum(total)',
    );
    const conditions = fc.constantFrom('', 'WHERE total > 2', "WHERE city = 'city 3' OR note IS NULL");
    const having = fc.constantFrom('', 'HAVING count(*) > 1', "HAVING max(note) > 'note 3'");
    const keys = fc.constantFrom('city, total', '1, 2', 'orders.total, 2, 1, city');
    const order = fc.constantFrom('', ' ORDER BY city, total', ' ORDER BY 2 DESC, 1 LIMIT 4 OFFSET 1');
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(lists, conditions, keys, having, order),
        fc.integer({ min: 1, max: 9 }),
        async ([list, where, by, least, last], count) => {
          const sql = `SELECT ${list} FROM orders ${where} GROUP BY ${by} ${least}${last}`;
          expect(await findGroups(sql)).toHaveLength(1);
          const whole = await engine.run(sql);
          const parts = await engine.run(sql, [], new Map([['r0', count]]));
          const sorted = (rows: readonly unknown[]): unknown =>
            last === '' ? rows.map((row) => JSON.stringify(row)).toSorted() : rows;
          expect(parts.columns).toEqual(whole.columns);
          expect(sorted(parts.rows)).toEqual(sorted(whole.rows));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('replace a subquery that the statement reads from', async () => {
    const sql =
      'with g as (select city, max(note) m from orders group by 1) select count(*), max(m), (select min(total) from orders) from g';
    const bound = await engine.bind(sql);
    expect(bound.engineSql('s', THREE)).toContain('UNION ALL');
    expect((await engine.run(sql, [], THREE)).rows).toEqual((await engine.run(sql)).rows);
  });
});
