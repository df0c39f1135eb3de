import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  bigint,
  blob,
  boolean,
  decimal,
  double,
  EngineFixture,
  json,
  tableDef,
  text,
} from '../engine-fixture.ts';

const customers = tableDef('customers', {
  id: text,
  name: text,
  city: text,
  score: double,
  tags: json,
  $item: json,
});
const orders = tableDef('orders', {
  cid: text,
  sk: text,
  status: text,
  amount: decimal,
  qty: bigint,
  placed: text,
  lines: json,
  paid: boolean,
  raw: blob,
  $item: json,
});
const odd = tableDef('my.odd-table', {
  'a.b': text,
  'sp ace': bigint,
  'quo"te': text,
  select: text,
  qualify: bigint,
  'ünï😀': text,
});
const mixed = tableDef('Mixed', { id: text, Name: text, name: text, NAME: text, orderTotal: bigint });

let engine: EngineFixture;
beforeAll(async () => {
  engine = await EngineFixture.create([
    [
      customers,
      [
        ['c1', 'Ann', 'Oslo', 1.5, '["red","blue"]', '{"id":"c1","extra":{"deep":[1,2]}}'],
        ['c2', 'Bob', 'Rome', 2.5, '{"red":1}', '{"id":"c2"}'],
        ['c3', "O'Neil", null, null, null, '{"id":"c3","extra":null}'],
      ],
    ],
    [
      orders,
      [
        [
          'c1',
          'o1',
          'NEW',
          '10.50',
          1,
          '2024-01-05',
          '[{"sku":"x","qty":1,"price":2.5},{"sku":"y","qty":3,"price":1}]',
          true,
          '\\xAB\\x00',
          '{"k":"v1","a/b":"slash","":"empty","0":"zero","l":["p","q"]}',
        ],
        ['c1', 'o2', 'PAID', '20.00', 4, '2024-02-10', '[]', false, null, '{"k":"v2"}'],
        [
          'c2',
          'o3',
          'PAID',
          '5.25',
          2,
          '2024-02-11',
          '[{"sku":"x","qty":5,"price":2}]',
          null,
          null,
          '{"k":null}',
        ],
        ['c9', 'o4', null, null, 7, null, null, null, null, '{}'],
      ],
    ],
    [odd, [['dot', 1, 'q', 's', 5, 'u']]],
    [mixed, [['m1', 'A', 'b', 'C', 3]]],
  ]);
});
afterAll(() => engine.close());

type Case = readonly [
  sql: string,
  rows: readonly (readonly unknown[])[],
  parameters?: readonly unknown[] | object,
];

const families: Readonly<Record<string, readonly Case[]>> = {
  'selections and expressions': [
    ['select id from customers order by id', [['c1'], ['c2'], ['c3']]],
    ['select * from mixed', [['m1', 'A', 'b', 'C', '3']]],
    ['table mixed', [['m1', 'A', 'b', 'C', '3']]],
    [`values (1, 'a'), (2, 'b') order by 1 desc limit 1`, [[2, 'b']]],
    [`select column2 from (values (1, 'a')) v`, [['a']]],
    [`select x, y from (values (1, 'a')) v(x, y)`, [[1, 'a']]],
    [`with v as (values (1, 2)) select column1 + column2 from v`, [[3]]],
    [
      'select 7 / 2, -7 / 2, 7 % 3, 7 / 2.0, 2 ^ 3, 17 & 5, 17 | 5, 17 # 5, 1 << 4, ~ 5',
      [[3, -3, 1, '3.50000000000000000000', 8, 1, 21, 20, 16, -6]],
    ],
    ['select |/ 16, @ (-5), - (- 3), -2 ^ 2, (-2) ^ 2', [[4, 5, 3, 4, 4]]],
    ['select 2 + 3 * 4, (2 + 3) * 4, 10 - (4 - 3), 2 * (6 / 3)', [[14, 20, 9, 4]]],
    ['select 1_000, 0x1F, 0b11, 1.50, .5', [[1000, 31, 3, '1.50', '0.5']]],
    [
      'select (1 = 1) = true, 1 = 1 is true, not 1 = 2, not (true and false) or false',
      [[true, true, true, true]],
    ],
    [
      'select null is null, 1 is not null, null is unknown, true is not false, 1 is distinct from null, null is not distinct from null',
      [[true, true, true, true, true, true]],
    ],
    [
      `select case qty when 1 then 'one' when 2 then 'two' else 'many' end from orders order by sk`,
      [['one'], ['many'], ['two'], ['many']],
    ],
    [`select case when qty > 3 then 'big' end from orders order by sk`, [[null], ['big'], [null], ['big']]],
    [
      `select coalesce(city, '-'), nullif(name, 'Bob') from customers order by id`,
      [
        ['Oslo', 'Ann'],
        ['Rome', null],
        ['-', "O'Neil"],
      ],
    ],
    ['select greatest(1, 3, 2), least(1, 3, 2)', [[3, 1]]],
    [
      `select 'it''s', E'a\\nb\\t\\\\', 'back\\slash', $$x'y$$, $t$a$$b$t$, U&'d\\0061t', 'a' 
      'b'`,
      [["it's", 'a\nb\t\\', 'back\\slash', "x'y", 'a$$b', 'dat', 'ab']],
    ],
    [`select 'a' || 'b' || null, 'a' || 1, concat('a', null, 1)`, [[null, 'a1', 'a1']]],
    [
      'select array[1, 2], array[[1], [2]], (array[1, 2, 3])[2], (array[1, 2, 3])[2:3], array(select id from customers order by id)',
      [[[1, 2], [[1], [2]], 2, [2, 3], ['c1', 'c2', 'c3']]],
    ],
    [
      'select 2 = any(array[1, 2]), 2 <> all(array[1, 2]), 3 = some(array[1, 2]), 2 in (1, 2), 3 not in (1, 2)',
      [[true, false, false, true, true]],
    ],
    [
      'select (1, 2) = (1, 2), (1, 2) < (1, 3), row(1, 2) in ((1, 2), (3, 4)), (1, 2) in (select 1, 2)',
      [[true, true, true, true]],
    ],
    [
      'select array[1, 2] @> array[1], array[1] <@ array[1, 2], array[1, 2] && array[2, 3], array[1] || array[2]',
      [[true, true, true, [1, 2]]],
    ],
    [`select 'b' < 'a', 'a' = 'A', 'Z' < 'a', 'a' collate "C" < 'b'`, [[false, false, true, true]]],
    [
      'select current_date is not null, current_timestamp is not null, localtimestamp(3) is not null, now() is not null',
      [[true, true, true, true]],
    ],
  ],
  conditions: [
    [`select sk from orders where status = 'PAID' and amount > 10`, [['o2']]],
    [`select sk from orders where status = 'NEW' or qty = 7 order by sk`, [['o1'], ['o4']]],
    [`select sk from orders where not (status = 'PAID') order by sk`, [['o1']]],
    [`select sk from orders where status <> 'PAID'`, [['o1']]],
    [`select sk from orders where amount between 5 and 11 order by sk`, [['o1'], ['o3']]],
    [`select sk from orders where amount not between 5 and 11`, [['o2']]],
    [`select sk from orders where qty between symmetric 4 and 2 order by sk`, [['o2'], ['o3']]],
    [`select sk from orders where qty not between symmetric 4 and 1`, [['o4']]],
    [`select sk from orders where status in ('NEW', 'X')`, [['o1']]],
    [`select sk from orders where status not in ('NEW', 'X') order by sk`, [['o2'], ['o3']]],
    [`select sk from orders where status is null`, [['o4']]],
    [`select sk from orders where paid`, [['o1']]],
    [`select sk from orders where paid is not true order by sk`, [['o2'], ['o3'], ['o4']]],
    [`select sk from orders where raw = '\\xab00'`, [['o1']]],
    [`select sk from orders where qty = '4'`, [['o2']]],
    [`select sk from orders where amount = '10.5'`, [['o1']]],
    [`select sk from orders where (cid, sk) = ('c1', 'o2')`, [['o2']]],
    [`select sk from orders where (cid, sk) in (('c1', 'o2'), ('c2', 'o3')) order by sk`, [['o2'], ['o3']]],
    [
      `select sk from orders where placed >= '2024-02-01' and placed < '2024-03-01' order by sk`,
      [['o2'], ['o3']],
    ],
    [`select sk from orders where (lines->0->>'sku') = 'x' and qty = 1`, [['o1']]],
    [`select sk from orders where lines->0->>'sku' = 'x' order by sk`, [['o1'], ['o3']]],
    [`select id from customers where name = 'O''Neil'`, [['c3']]],
  ],
  patterns: [
    [
      `select 'abc' like 'a%', 'abc' not like 'b%', 'ABC' ilike 'a_c', 'ABC' not ilike 'x'`,
      [[true, true, true, true]],
    ],
    [
      `select 'a%c' like 'a\\%c', 'abc' like 'a\\%c', 'a%c' like 'a!%c' escape '!', 'abc' not like 'a!%c' escape '!', 'A%C' ilike 'a!%c' escape '!'`,
      [[true, false, true, true, true]],
    ],
    [`select 'abc' ~~ 'a%', 'abc' !~~ 'a%', 'ABC' ~~* 'a%', 'ABC' !~~* 'a%'`, [[true, false, true, false]]],
    [`select name from customers where name like city || '%' or name like 'A%'`, [['Ann']]],
    [
      `select 'abc' ~ 'b', 'abc' ~ '^b', 'aBc' ~* 'b', 'abc' !~ 'x', 'aBc' !~* 'B', E'a\\nb' ~ 'a.b'`,
      [[true, false, true, true, false, true]],
    ],
    [
      `select 'abc' similar to 'a(b|x)%', 'abc' similar to 'b', 'abc' not similar to '%z', 'a.c' similar to 'a.c', 'abc' similar to 'a.c', 'abc' similar to '[a-b]_c'`,
      [[true, false, true, true, false, true]],
    ],
    [`select 'a%c' similar to 'a!%c' escape '!'`, [[true]]],
    [
      `select substring('foobar' from 'o(.)b'), substring('foobar' from 'o.b'), substring('foobar' from 'z')`,
      [['o', 'oob', null]],
    ],
    [
      `select regexp_replace('foobarbaz', 'b..', 'X', 'g'), regexp_replace('foobar', '(b)(.)', '\\2\\1')`,
      [['fooXX', 'fooabr']],
    ],
  ],
  'text and dates': [
    [
      `select position('b' in 'abc'), substring('abcdef' from 2 for 3), substring('abcdef' from 3), substring('abcdef', 2, 2), strpos('abc', 'c')`,
      [['2', 'bcd', 'cdef', 'bc', '3']],
    ],
    [
      `select trim(both 'x' from 'xaxx'), trim(leading from '  a'), trim(trailing 'x' from 'axx'), trim('  b '), btrim('xax', 'x')`,
      [['a', 'a', 'a', 'b', 'a']],
    ],
    [
      `select overlay('abcdef' placing 'ZZ' from 2 for 3), overlay('abcdef' placing 'ZZ' from 3)`,
      [['aZZef', 'abZZef']],
    ],
    [
      `select upper('a'), length('héllo'), octet_length('é'), left('abc', 2), right('abc', 2), reverse('abc'), repeat('ab', 2)`,
      [['A', '5', '2', 'ab', 'bc', 'cba', 'abab']],
    ],
    [
      `select split_part('a,b,c', ',', 2), replace('abc', 'b', ''), lpad('5', 3, '0'), string_to_array('a,b', ',')`,
      [['b', 'ac', '005', ['a', 'b']]],
    ],
    [
      `select extract(year from placed::date), extract(month from timestamp '2024-02-03'), date_part('day', date '2024-02-03') from orders where sk = 'o1'`,
      [['2024', '2', 3]],
    ],
    [
      `select date_trunc('month', placed::timestamp)::date::text from orders where sk = 'o2'`,
      [['2024-02-01']],
    ],
    [
      `select (date '2024-01-31' + 5)::text, date '2024-03-01' - date '2024-01-31', (timestamp '2024-01-31' + interval '1 month')::text`,
      [['2024-02-05', '30', '2024-02-29 00:00:00']],
    ],
    [
      `select (date '2024-01-01' + interval '1' year)::date::text, (timestamp '2024-01-01' + interval '36' hour)::text, (interval '1 day 2 hours' * 2)::text`,
      [['2025-01-01', '2024-01-02 12:00:00', '2 days 04:00:00']],
    ],
    [
      `select (timestamp '2024-01-01 12:00' at time zone 'America/New_York')::text, (timestamptz '2024-01-01 12:00:00+00' at time zone 'UTC')::text`,
      [['2024-01-01 17:00:00+00', '2024-01-01 12:00:00']],
    ],
    [
      `select '2024-01-01T00:00:00Z'::timestamptz = timestamptz '2024-01-01 01:00:00+01', cast('12' as int) + 1, '1.5'::float8 * 2, 't'::boolean, true::text`,
      [[true, 13, 3, true, 'true']],
    ],
    [
      `select 'abcdef'::varchar(3), cast('abcdef' as char(2)), 'abc'::text, 12::text`,
      [['abc', 'ab', 'abc', '12']],
    ],
    [
      `select '1.23456'::numeric, 1.50::numeric, cast(2.345 as numeric(10, 2)), 5::numeric, 0::decimal`,
      [['1.23456', '1.50', '2.35', '5', '0']],
    ],
    [
      `select '\\xDEAD'::bytea = 'a'::bytea, E'\\\\x6162'::bytea = 'ab'::bytea, 'a\\\\b\\001'::bytea = '\\x615c6201'::bytea`,
      [[false, true, true]],
    ],
    [
      `select '{"a":1}'::jsonb->>'a', ('{"a":[1,2]}'::json)->'a'->>1, cast('[1]' as jsonb)->>0`,
      [['1', '2', '1']],
    ],
  ],
  joins: [
    [
      'select o.sk, c.name from orders o join customers c on c.id = o.cid order by 1',
      [
        ['o1', 'Ann'],
        ['o2', 'Ann'],
        ['o3', 'Bob'],
      ],
    ],
    [
      'select o.sk, c.name from orders o left join customers c on c.id = o.cid order by 1',
      [
        ['o1', 'Ann'],
        ['o2', 'Ann'],
        ['o3', 'Bob'],
        ['o4', null],
      ],
    ],
    [
      'select o.sk, c.name from orders o right join customers c on c.id = o.cid order by 1 nulls last',
      [
        ['o1', 'Ann'],
        ['o2', 'Ann'],
        ['o3', 'Bob'],
        [null, "O'Neil"],
      ],
    ],
    ['select count(*) from orders o full join customers c on c.id = o.cid', [['5']]],
    ['select count(*) from orders cross join customers', [['12']]],
    ['select count(*) from orders, customers where cid = id', [['3']]],
    ['select a.sk, b.sk from orders a join orders b on a.cid = b.cid and a.sk < b.sk', [['o1', 'o2']]],
    [
      'select sk, a.qty from orders a join orders b using (sk) where a.qty = b.qty order by sk limit 2',
      [
        ['o1', '1'],
        ['o2', '4'],
      ],
    ],
    [
      'select * from (select sk from orders) a natural join (select sk, qty from orders) b order by sk limit 1',
      [['o1', '1']],
    ],
    ['select j.name from (orders o join customers c on c.id = o.cid) as j order by 1 limit 1', [['Ann']]],
    [
      'select count(*) from orders a join (orders b join customers c on c.id = b.cid) on a.sk = b.sk',
      [['3']],
    ],
    ['select orders.sk from orders where orders.qty = 7', [['o4']]],
    ['select dynamodb.orders.sk from dynamodb.orders where public.orders.qty = 7', [['o4']]],
    [
      'select x.sk, l.n from orders x, lateral (select count(*) as n from orders y where y.cid = x.cid) l order by 1',
      [
        ['o1', '2'],
        ['o2', '2'],
        ['o3', '1'],
        ['o4', '1'],
      ],
    ],
    [
      'select c.id, l.sk from customers c left join lateral (select sk from orders o where o.cid = c.id order by qty desc limit 1) l on true order by 1',
      [
        ['c1', 'o2'],
        ['c2', 'o3'],
        ['c3', null],
      ],
    ],
    ['select o.a, o.qty from orders as o(a, b) where b = $1', [['c1', '1']], ['o1']],
  ],
  'subqueries and common tables': [
    ['select sk from orders where qty = (select max(qty) from orders)', [['o4']]],
    ['select id from customers where id in (select cid from orders) order by id', [['c1'], ['c2']]],
    ['select id from customers where id not in (select cid from orders)', [['c3']]],
    [
      'select id from customers c where exists (select 1 from orders o where o.cid = c.id and o.qty > 3)',
      [['c1']],
    ],
    ['select id from customers c where not exists (select from orders where cid = c.id)', [['c3']]],
    ['select sk from orders where qty > all (select qty from orders where cid = $1)', [['o4']], ['c1']],
    [
      'select sk from orders where qty < any (select qty from orders where cid = $1) order by sk',
      [['o1'], ['o3']],
      ['c1'],
    ],
    [
      'select id, (select count(*) from orders where cid = id) as n from customers order by 1',
      [
        ['c1', '2'],
        ['c2', '1'],
        ['c3', '0'],
      ],
    ],
    [
      'select id, (select max(qty) as name from orders where name = $1) as n from customers order by id',
      [
        ['c1', '7'],
        ['c2', null],
        ['c3', null],
      ],
      ['Ann'],
    ],
    [
      'select id, (select count(*) as city from orders o where o.cid = id and city is not null) as n from customers order by id',
      [
        ['c1', '2'],
        ['c2', '1'],
        ['c3', '0'],
      ],
    ],
    ['select t.n from (select count(*) as n from orders) t', [['4']]],
    ['select s.count, s."case" from (select count(*), case when true then 1 end from orders) s', [['4', 1]]],
    ['with orders as (select * from orders where qty > 1) select count(*) from orders', [['3']]],
    [
      'with a as (select sk from orders), b as (select sk as x from a) select count(*) from a join b on a.sk = b.x',
      [['4']],
    ],
    ['with a(s, q) as materialized (select sk, qty from orders) select s from a where q = 7', [['o4']]],
    ['with a as not materialized (select 1 as one) select one from a', [[1]]],
    [
      'with recursive t(n) as (select 1 union all select n + 1 from t where n < 4) select sum(n) from t',
      [['10']],
    ],
    [
      'with recursive up as (select sk, 1 as level from orders where sk = $1 union select o.sk, level + 1 from up join orders o on o.sk > up.sk where level < 3) select max(level) from up',
      [[3]],
      ['o1'],
    ],
    ['select (with w as (select max(qty) as m from orders) select m from w)', [['7']]],
    [
      'with w as (select 1 as x) select (select x from w), (select x from (with w as (select 2 as x) select x from w) s)',
      [[1, 2]],
    ],
    ['select sk from orders union select id from customers order by sk limit 2', [['c1'], ['c2']]],
    [
      'select cid from orders union all select id from customers order by 1 limit 3',
      [['c1'], ['c1'], ['c1']],
    ],
    ['select cid from orders intersect select id from customers order by 1', [['c1'], ['c2']]],
    ['select id from customers except select cid from orders', [['c3']]],
    ['(select 1 order by 1 limit 1) union all (select 2 limit 1) order by 1 desc', [[2], [1]]],
    ['select 1 union (select 2 intersect select 3)', [[1]]],
    ['(select 1 union select 2) intersect select 2', [[2]]],
  ],
  'groups and windows': [
    [
      'select status, count(*), sum(amount) from orders group by status order by status',
      [
        ['NEW', '1', '10.50'],
        ['PAID', '2', '25.25'],
        [null, '1', null],
      ],
    ],
    ['select status s, count(*) from orders group by s having count(*) > 1', [['PAID', '2']]],
    ['select upper(status), count(*) from orders group by 1 order by 2 desc, 1 limit 1', [['PAID', '2']]],
    [
      'select qty % 2 as qty, count(*) from orders group by qty order by 1, 2',
      [
        ['0', '1'],
        ['0', '1'],
        ['1', '1'],
        ['1', '1'],
      ],
    ],
    [
      'select count(*), count(status), count(distinct status), avg(qty), min(placed), max(sk) from orders',
      [['4', '3', '2', '3.50000000000000000000', '2024-01-05', 'o4']],
    ],
    ['select sum(qty) filter (where paid), count(*) filter (where status is null) from orders', [['1', '1']]],
    [
      `select string_agg(sk, ',' order by qty desc), array_agg(qty order by qty), bool_or(paid), every(qty > 0) from orders`,
      [['o4,o2,o3,o1', ['1', '2', '4', '7'], true, true]],
    ],
    [
      'select percentile_cont(0.5) within group (order by qty), mode() within group (order by status) from orders',
      [[3, 'PAID']],
    ],
    [
      'select cid, status, count(*), grouping(status) from orders group by grouping sets ((cid, status), (cid)) order by 1, 2 nulls first limit 3',
      [
        ['c1', null, '2', '1'],
        ['c1', 'NEW', '1', '0'],
        ['c1', 'PAID', '1', '0'],
      ],
    ],
    [
      'select cid, count(*) from orders group by rollup (cid) order by 1 nulls last',
      [
        ['c1', '2'],
        ['c2', '1'],
        ['c9', '1'],
        [null, '4'],
      ],
    ],
    ['select count(*) from (select cid, sk from orders group by cube (cid, sk)) x', [['12']]],
    [
      'select sk, row_number() over (partition by cid order by qty desc) from orders order by 1',
      [
        ['o1', '2'],
        ['o2', '1'],
        ['o3', '1'],
        ['o4', '1'],
      ],
    ],
    [
      'select sk, sum(qty) over (order by sk rows between 1 preceding and current row) from orders order by 1',
      [
        ['o1', '1'],
        ['o2', '5'],
        ['o3', '6'],
        ['o4', '9'],
      ],
    ],
    [
      'select sk, sum(qty) over (order by qty range between 2 preceding and current row) from orders order by 1',
      [
        ['o1', '1'],
        ['o2', '6'],
        ['o3', '3'],
        ['o4', '7'],
      ],
    ],
    [
      'select sk, sum(qty) over (order by sk groups between unbounded preceding and 1 following exclude current row) from orders order by 1',
      [
        ['o1', '4'],
        ['o2', '3'],
        ['o3', '12'],
        ['o4', '7'],
      ],
    ],
    [
      'select sk, lag(qty) over w, first_value(sk) over w, ntile(2) over w from orders window w as (order by sk) order by 1',
      [
        ['o1', null, 'o1', '1'],
        ['o2', '1', 'o1', '1'],
        ['o3', '4', 'o1', '2'],
        ['o4', '2', 'o1', '2'],
      ],
    ],
    [
      'select sk, rank() over (w order by qty) from orders window w as (partition by cid) order by 1',
      [
        ['o1', '1'],
        ['o2', '2'],
        ['o3', '1'],
        ['o4', '1'],
      ],
    ],
    ['select sum(sum(qty)) over () from orders', [['14']]],
    ['select distinct cid from orders order by cid', [['c1'], ['c2'], ['c9']]],
    [
      'select distinct on (cid) cid, sk from orders order by cid, qty desc',
      [
        ['c1', 'o2'],
        ['c2', 'o3'],
        ['c9', 'o4'],
      ],
    ],
  ],
  'order and limit': [
    ['select sk from orders order by amount', [['o3'], ['o1'], ['o2'], ['o4']]],
    ['select sk from orders order by amount desc', [['o4'], ['o2'], ['o1'], ['o3']]],
    ['select sk from orders order by amount desc nulls last limit 1', [['o2']]],
    ['select sk from orders order by qty using > limit 1', [['o4']]],
    ['select sk from orders order by sk limit 1 + 1 offset 1', [['o2'], ['o3']]],
    ['select sk from orders order by sk offset 2 fetch first 1 row only', [['o3']]],
    ['select sk from orders order by sk limit all offset 3', [['o4']]],
    ['select sk from orders order by sk limit (select 1)', [['o1']]],
    ['select -qty as qty from orders order by qty limit 1', [['-7']]],
    ['select -qty as qty from orders order by qty + 0 limit 1', [['-1']]],
    ['select qty::text from orders order by qty', [['1'], ['2'], ['4'], ['7']]],
    ['select count(*) from orders group by cid order by count desc limit 1', [['2']]],
  ],
  names: [
    [
      'select "a.b", "sp ace", "quo""te", "select", qualify, "ünï😀" from "my.odd-table"',
      [['dot', '1', 'q', 's', '5', 'u']],
    ],
    ['select "Üb x"."sp ace" as "out ""put" from "my.odd-table" as "Üb x"', [['1']]],
    ['with "A b" as (select 1 as "x y") select "A b"."x y" from "A b"', [[1]]],
    ['select sum(qty) over "w w" from orders window "w w" as (order by sk) limit 1', [['1']]],
    ['select 1 as qualify, 2 as pivot, 3 as lambda, 4 as "group"', [[1, 2, 3, 4]]],
    ['select "Name", name, "NAME" from "Mixed"', [['A', 'b', 'C']]],
    ['select m."NAME" from "Mixed" m where m."Name" = \'A\' and m.name = \'b\'', [['C']]],
    ['select ORDERTOTAL, OrderTotal from mixed', [['3', '3']]],
    ['select s."NAME", s.name from (select "NAME", name from mixed) s', [['C', 'b']]],
    ['select s."NAME" from (select * from mixed) s order by s."NAME"', [['C']]],
    ['with m as (select * from mixed) select "Name", "NAME" from m', [['A', 'C']]],
    ['select "NAME" from mixed group by "NAME", "Name"', [['C']]],
    ['select "NAME" from mixed union select name from mixed order by "NAME"', [['C'], ['b']]],
  ],
  JSON: [
    [
      `select lines->0, lines->-1->>'sku', lines->5, lines->'sku' from orders where sk = 'o1'`,
      [['{"sku":"x","qty":1,"price":2.5}', 'y', null, null]],
    ],
    [`select lines->0->>'sku' || '!', (lines->0->>'qty')::int + 1 from orders where sk = 'o1'`, [['x!', 2]]],
    [
      `select lines #>> '{0,sku}', lines #> '{1,qty}', lines #>> array['-1', 'sku'] from orders where sk = 'o1'`,
      [['x', '3', 'y']],
    ],
    [
      `select "$item"->>'a/b', "$item"->>'', "$item"->>'0', "$item"#>>'{l,1}', "$item"#>>'{0}' from orders where sk = 'o1'`,
      [['slash', 'empty', 'zero', 'q', 'zero']],
    ],
    [`select '{"a.b":1,"$.x":2,"c\\"d":3,"*":4,"e\\\\f":5}'::json->>$1`, [['1']], ['a.b']],
    [`select '{"a.b":1,"$.x":2,"c\\"d":3,"*":4,"e\\\\f":5}'::json->>$1`, [['2']], ['$.x']],
    [`select '{"a.b":1,"$.x":2,"c\\"d":3,"*":4,"e\\\\f":5}'::json->>$1`, [['3']], ['c"d']],
    [`select '{"a.b":1,"$.x":2,"c\\"d":3,"*":4,"e\\\\f":5}'::json->>$1`, [['4']], ['*']],
    [`select '{"a.b":1,"$.x":2,"c\\"d":3,"*":4,"e\\\\f":5}'::json->>$1`, [['5']], ['e\\f']],
    [`select lines->(qty - 1)->>'sku' from orders where sk = 'o1'`, [['x']]],
    [
      `select "$item"->>k.key from orders, (values ('k')) as k(key) where sk in ('o1', 'o3') order by sk`,
      [['v1'], [null]],
    ],
    [`select "$item"->'k' is null, "$item"->>'k' is null from orders where sk = 'o3'`, [[false, true]]],
    [`select json_array_length(lines), jsonb_array_length(lines) from orders where sk = 'o1'`, [['2', '2']]],
    [
      `select json_typeof(lines), jsonb_typeof(lines->0), json_typeof(lines->0->'sku'), json_typeof(lines->0->'price'), json_typeof('null'::json), json_typeof('true'::json), json_typeof(null) from orders where sk = 'o1'`,
      [['array', 'object', 'string', 'number', 'null', 'boolean', null]],
    ],
    [
      `select json_build_object('a', 1, 'b', 'x'), jsonb_build_array(1, 'x', null), to_jsonb(1)`,
      [['{"a":1,"b":"x"}', '[1,"x",null]', '1']],
    ],
    [
      `select json_agg(sk order by sk), json_object_agg(sk, qty) from orders where cid = 'c1'`,
      [['["o1","o2"]', '{"o1":1,"o2":4}']],
    ],
    [
      `select json_agg(lines->0 order by sk) filter (where status = 'PAID') from orders`,
      [['[null,{"sku":"x","qty":5,"price":2}]']],
    ],
    [
      `select json_extract_path_text(lines, '0', 'sku'), jsonb_extract_path(lines, '1', 'qty') from orders where sk = 'o1'`,
      [['x', '3']],
    ],
    [`select id from customers where tags ? 'red' order by id`, [['c1'], ['c2']]],
    [`select id from customers where tags ? 'green'`, []],
    [`select '{"a":1,"b":2}'::jsonb @> '{"a":1}', '[1]'::jsonb <@ '[1,2]'`, [[true, true]]],
    [`select '[[1,2]]'::jsonb @> '1', '[1,[2]]'::jsonb @> '1', '1'::jsonb @> '[1]'`, [[false, true, false]]],
    [
      `select '{"x":{"a":1}}'::jsonb @> '{"a":1}', '{"x":{"a":1,"b":2}}'::jsonb @> '{"x":{"a":1}}'`,
      [[false, true]],
    ],
    [
      `select '[1,2,2]'::jsonb @> '[2,1,1]', '[1.50]'::jsonb @> '[1.5]', '{"a":1.50}'::jsonb @> '{"a":15e-1}'`,
      [[true, true, true]],
    ],
    [
      `select '["a",["b"]]'::jsonb @> '["b"]', '[{"a":1,"b":2}]'::jsonb @> '[{"b":2}]', '{"a":null}'::jsonb @> '{"b":null}'`,
      [[false, true, false]],
    ],
    [
      `select '[]'::jsonb @> '[]', '{}'::jsonb @> '[]', '[1]'::jsonb @> '{}', null::jsonb @> '1'`,
      [[true, false, false, null]],
    ],
    [
      `select sk, line->>'sku' from orders o, json_array_elements(o.lines) as line order by 1, 2`,
      [
        ['o1', 'x'],
        ['o1', 'y'],
        ['o3', 'x'],
      ],
    ],
    [
      `select sk, value->>'sku' from orders, json_array_elements(lines) order by 1, 2`,
      [
        ['o1', 'x'],
        ['o1', 'y'],
        ['o3', 'x'],
      ],
    ],
    [
      `select o.sk, l.item->>'qty' from orders o cross join lateral jsonb_array_elements(o.lines) as l(item) order by 1, 2`,
      [
        ['o1', '1'],
        ['o1', '3'],
        ['o3', '5'],
      ],
    ],
    [
      `select o.sk, l.value from orders o left join json_array_elements(o.lines) l on true where o.sk in ('o2', 'o4') order by 1`,
      [
        ['o2', null],
        ['o4', null],
      ],
    ],
    [
      `select line, line.value->>'sku' from orders o, json_array_elements(o.lines) line where sk = 'o3'`,
      [['{"sku":"x","qty":5,"price":2}', 'x']],
    ],
    [
      `select o.sk, n, line->>'sku' from orders o, json_array_elements(o.lines) with ordinality as l(line, n) where sk = 'o1' order by n`,
      [
        ['o1', '1', 'x'],
        ['o1', '2', 'y'],
      ],
    ],
    [`select * from json_array_elements_text('["a", 1, null]') order by 1`, [['1'], ['a'], [null]]],
    [`select t from json_array_elements_text('["a"]') t`, [['a']]],
    [
      `select sum((l->>'qty')::int * (l->>'price')::numeric(10,2)) from orders, json_array_elements(lines) l`,
      [['15.50']],
    ],
    [
      `select id, (select count(*) from orders o, json_array_elements(o.lines) l where o.cid = c.id and l->>'sku' = 'x') as n from customers c order by 1`,
      [
        ['c1', '1'],
        ['c2', '1'],
        ['c3', '0'],
      ],
    ],
    [
      `select id from customers c where exists (select 1 from json_array_elements_text(c.tags) t where t = 'blue')`,
      [['c1']],
    ],
    [`select json_array_elements(lines)->>'sku' from orders where sk = 'o1' order by 1`, [['x'], ['y']]],
    [
      `select key, value from json_each('{"a":1,"b":{"c":"x"}}') order by key`,
      [
        ['a', '1'],
        ['b', '{"c":"x"}'],
      ],
    ],
    [
      `select o.sk, e.key, e.value from orders o, jsonb_each_text(o.lines->0) e where o.sk = 'o1' order by 2`,
      [
        ['o1', 'price', '2.5'],
        ['o1', 'qty', '1'],
        ['o1', 'sku', 'x'],
      ],
    ],
    [`select k from json_object_keys('{"a":1,"b":2}') as k order by 1`, [['a'], ['b']]],
    [`select "$item"->'extra'->'deep'->>1 from customers where id = 'c1'`, [['2']]],
  ],
  'hidden columns': [
    [
      "select *, \"$item\"->>'k' from orders where sk = 'o1'",
      [
        [
          'c1',
          'o1',
          'NEW',
          '10.50',
          '1',
          '2024-01-05',
          '[{"sku":"x","qty":1,"price":2.5},{"sku":"y","qty":3,"price":1}]',
          true,
          '\\xAB\\x00',
          'v1',
        ],
      ],
    ],
    ["select c.* from customers c where \"$item\"->>'id' = 'c2'", [['c2', 'Bob', 'Rome', 2.5, '{"red":1}']]],
    [
      'select * from customers c join (select cid from orders where sk = \'o3\') o on o.cid = c.id where c."$item" is not null',
      [['c2', 'Bob', 'Rome', 2.5, '{"red":1}', 'c2']],
    ],
    [
      "select * from (select id, sk from customers join orders on cid = id) x(id, sk) join customers c using (id) where c.\"$item\"->>'id' = 'c2'",
      [['c2', 'o3', 'Bob', 'Rome', 2.5, '{"red":1}']],
    ],
    [
      'select a.id from customers a, customers b where a."$item"->>\'id\' = b.id order by 1',
      [['c1'], ['c2'], ['c3']],
    ],
    ['select count(*) from (select * from orders where "$item"->>\'k\' is not null) s', [['2']]],
  ],
  'rows from functions': [
    ['select n from generate_series(1, 3) as n', [['1'], ['2'], ['3']]],
    ['select s.i * 2 from generate_series(5, 1, -2) as s(i)', [['10'], ['6'], ['2']]],
    ['select generate_series from generate_series(1, 2)', [['1'], ['2']]],
    ['select generate_series(1, 2)', [['1'], ['2']]],
    [
      `select d::date::text from generate_series(date '2024-01-30', date '2024-02-01', interval '1 day') d`,
      [['2024-01-30'], ['2024-01-31'], ['2024-02-01']],
    ],
    [
      'select o.sk, g from orders o, generate_series(1, o.qty) g where o.sk = $1 order by g',
      [
        ['o3', '1'],
        ['o3', '2'],
      ],
      ['o3'],
    ],
    [
      'select * from unnest(array[3, 4]) with ordinality as u(x, n) order by n',
      [
        [3, '1'],
        [4, '2'],
      ],
    ],
    [`select w from regexp_split_to_table('a b', ' ') w`, [['a'], ['b']]],
    [`select w from string_to_table('a,b', ',') w`, [['a'], ['b']]],
  ],
  parameters: [
    ['select sk from orders where cid = ? and qty >= ?', [['o2']], ['c1', 2]],
    ['select sk from orders where cid=? and(qty>=?)', [['o2']], ['c1', 2n]],
    [
      'select sk from orders where cid = :c and (sk = :s or cid <> :c) order by sk',
      [['o1']],
      { c: 'c1', s: 'o1' },
    ],
    ['select $2::text || $1::text', [['ba']], ['a', 'b']],
    ['select ?, ?, ?, ?', [[true, null, '1.5', 'x']], [true, null, 1.5, 'x']],
    ['select -?, 3-?, ?+?', [[-1, 1, 7]], [1, 2, 3, 4]],
    ['select - ?', [[5]], [-5]],
    ['select ? = any(?)', [[true]], ['b', ['a', 'b']]],
    ['select sk from orders where sk = any(?) order by sk', [['o1'], ['o3']], [['o1', 'o3', 'o9']]],
    ['select sk from orders where raw = ?', [['o1']], [Uint8Array.of(0xab, 0)]],
    [
      "select ?::timestamptz = timestamptz '2024-01-01 00:00:00+00', extract(year from ?)",
      [[true, '2023']],
      [new Date('2024-01-01T00:00:00Z'), new Date('2023-06-01T00:00:00Z')],
    ],
    ['select ?', [['it\'s \\ " \n é 😀 ; -- /* $1']], ['it\'s \\ " \n é 😀 ; -- /* $1']],
    [
      'select \'?\', "a?" from (select 1 as "a?") x where $$?$$ = \'?\' /* ? */ -- ?\n and 2 = ?',
      [['?', 1]],
      [2],
    ],
    [`select id from customers where tags ?? ? order by id`, [['c1'], ['c2']], ['red']],
    [`select id from customers where tags ? ? and id = ?`, [['c1']], ['blue', 'c1']],
    ['select (array[1,2,3])[1:2], 1::int, :a::int', [[[1, 2], 1, 4]], { a: 4 }],
    ['select sk from orders order by sk limit ? offset ?', [['o2']], [1, 1]],
    ['select sk from orders where qty between ? and ? order by sk', [['o1'], ['o3']], [1, 3]],
    [
      'select sk from orders where status like ? and cid in (?, ?) order by sk',
      [['o2'], ['o3']],
      ['PA%', 'c1', 'c2'],
    ],
    ['select case when ? then ? else ? end', [['y']], [false, 'x', 'y']],
    [
      'select 123456789012345678901234567890, ?, ?',
      [['123456789012345678901234567890', '12345678901234567890', '9007199254740991']],
      [12345678901234567890n, 9007199254740991],
    ],
    [
      `select 2 = any('{1,2}'), '{3,4}'::int[], '{"a b",null}'::text[], 5 <> all('{}'::int[])`,
      [[true, [3, 4], ['a b', null], true]],
    ],
    [
      'select 1 = any(array[]::int[]), 1 <> all(?), 2 = any(array[1, 2]::int[]), null = any(array[1]), 3 = any(array[1, null])',
      [[false, true, true, null, null]],
      [[]],
    ],
    ['select ? > 1e308', [[true]], [Infinity]],
  ],
  'session and arrays': [
    [
      'select current_date = now()::date, current_schema, current_database(), current_user',
      [[true, 'public', 'dynamodb', 'dynadbc']],
    ],
    [
      'select 1 = any(array[]::int[]), 2 = any(array[1, 2]::int[]), null = any(array[1]), 3 = any(array[1, null])',
      [[false, true, null, null]],
    ],
    ['select 1 <> all(?), 1 = any(?)', [[true, true]], [[], [1, 2]]],
    ['select sk from orders where qty = any($1) order by sk', [['o1'], ['o2']], [['1', '4']]],
    [`select sk from orders where qty <> all('{1,4,2}')`, [['o4']]],
  ],
  'names of outer queries': [
    [
      'select id, (select max(qty) as name from orders where name = $1) as n from customers order by id',
      [
        ['c1', '7'],
        ['c2', null],
        ['c3', null],
      ],
      ['Ann'],
    ],
    [
      'select id, (select count(*) as city from orders o where o.cid = id and city is not null) as n from customers order by id',
      [
        ['c1', '2'],
        ['c2', '1'],
        ['c3', '0'],
      ],
    ],
  ],
  'reports over several tables': [
    [
      `select c.city, count(distinct o.sk) as orders, sum(o.amount * (1 - 0.1)) as net, max(o.placed::date)::text as last
       from customers c join orders o on o.cid = c.id
       where o.placed >= '2024-01-01' and o.status in ('NEW', 'PAID')
       group by c.city having count(*) > 0 order by net desc`,
      [
        ['Oslo', '2', '27.450', '2024-02-10'],
        ['Rome', '1', '4.725', '2024-02-11'],
      ],
    ],
    [
      `with per_sku as (
         select o.cid, line->>'sku' as sku, (line->>'qty')::int as qty
         from orders o, json_array_elements(o.lines) as line
       ), ranked as (
         select *, rank() over (partition by sku order by qty desc) as place, sum(qty) over (partition by sku) as total from per_sku
       )
       select sku, c.name, total from ranked join customers c on c.id = cid where place = 1 order by sku`,
      [
        ['x', 'Bob', '6'],
        ['y', 'Ann', '3'],
      ],
    ],
    [
      `select name, case when total > 20 then 'big' when total > 0 then 'small' else 'none' end as size
       from (select c.name, coalesce((select sum(amount) from orders where cid = c.id), 0) as total from customers c) t
       order by size, name`,
      [
        ['Ann', 'big'],
        ["O'Neil", 'none'],
        ['Bob', 'small'],
      ],
    ],
    [
      `select o.sk from orders o where o.qty > (select avg(qty) from orders i where i.cid = o.cid)
         and not exists (select 1 from orders p where p.cid = o.cid and p.sk > o.sk)
         and o.cid in (select id from customers where score is not null)`,
      [['o2']],
    ],
    [
      `select extract(month from placed::date) as month, sum(case when status = 'PAID' then amount else 0 end) as paid,
         100.0 * count(*) filter (where paid) / count(*) as share
       from orders where placed is not null group by month order by month`,
      [
        ['1', '0.00', '100.00000000000000000000'],
        ['2', '25.25', '0.00000000000000000000'],
      ],
    ],
    [
      `select n, count(*) from (select id, count(sk) from customers left join orders on cid = id and status = 'PAID' group by id) as t (id, n)
       group by n order by 2 desc, n desc`,
      [
        ['1', '2'],
        ['0', '1'],
      ],
    ],
    [
      `select a.sk, b.sk, c.sk from orders a, orders b, orders c where a.qty < b.qty and b.qty < c.qty and a.cid = b.cid and c.status is null`,
      [['o1', 'o2', 'o4']],
    ],
    [
      `(select 'customers' as kind, count(*) from customers union all select 'orders', count(*) from orders)
       except select 'orders', 4 order by kind`,
      [['customers', '3']],
    ],
  ],
};

for (const [family, cases] of Object.entries(families)) {
  describe(`${family} give PostgreSQL's rows in DuckDB`, () => {
    it.each(cases.map(([sql, rows, parameters]) => ({ sql, rows, parameters })))(
      '$sql',
      async ({ sql, rows, parameters }) => {
        expect((await engine.run(sql, parameters)).rows).toEqual(rows);
      },
    );
  });
}
