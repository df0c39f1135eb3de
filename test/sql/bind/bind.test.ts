import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DriverError } from '../../../src/core/errors.ts';
import { bindStatement } from '../../../src/sql/bind/bind.ts';
import { toParameterList } from '../../../src/sql/parse/parameter-list.ts';
import { parseQuery } from '../../../src/sql/parse/parse.ts';
import { bigint, catalogOf, EngineFixture, json, tableDef, text } from '../engine-fixture.ts';

const orders = tableDef('orders', { id: text, total: bigint, lines: json, $item: json, $meta: json });
const customers = tableDef('Customers', { id: text, city: text, $item: json });
const mixed = tableDef('mixed', { id: text, Name: text, name: text });

let engine: EngineFixture;
beforeAll(async () => {
  engine = await EngineFixture.create([
    [orders, [['a', 1, null, null, null]]],
    [customers, [['a', 'Oslo', null]]],
    [mixed, [['m', 'N', 'n']]],
  ]);
});
afterAll(() => engine.close());

async function refusal(sql: string): Promise<DriverError> {
  const error: unknown = await engine.run(sql).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DriverError)) throw new Error(`"${sql}" was not refused: ${String(error)}`);
  return error;
}

async function names(sql: string): Promise<string[][]> {
  return (await engine.bind(sql)).relations.map(({ columns }) => columns.map(({ engineName }) => engineName));
}

describe('the relations of a statement', () => {
  it('include one per occurrence of a table', async () => {
    const { relations } = await engine.bind(
      'select * from orders a join orders b using (id) where exists (select 1 from customers c where c.id = a.id)',
    );
    expect(relations.map(({ alias, table }) => [alias, table.name])).toEqual([
      ['r0', 'orders'],
      ['r1', 'orders'],
      ['r2', 'Customers'],
    ]);
  });

  it('do not include a common table expression with the name of a table', async () => {
    expect((await engine.bind('with orders as (select 1 as id) select * from orders')).relations).toEqual([]);
    expect(
      (await engine.bind('with orders as (select id from orders) select * from orders, public.orders o'))
        .relations,
    ).toHaveLength(2);
    expect(
      (
        await engine.bind(
          'with recursive orders as (select 1 as n union select n from orders) select n from orders',
        )
      ).relations,
    ).toEqual([]);
    expect(
      (await engine.bind('select (with orders as (select 1 as x) select x from orders), id from orders'))
        .relations,
    ).toHaveLength(1);
    expect(
      (
        await engine.bind(
          'with a as (select 1 as id), orders as (select id from a) select * from (select * from orders) x',
        )
      ).relations,
    ).toEqual([]);
  });

  it('have hidden columns only if the statement references them', async () => {
    expect(await names('select * from orders')).toEqual([['id', 'total', 'lines']]);
    expect(await names('select 1 from orders where "$item" is null')).toEqual([
      ['id', 'total', 'lines', '$item'],
    ]);
    expect(await names('select o.total from orders o order by o."$meta"->>\'x\'')).toEqual([
      ['id', 'total', 'lines', '$meta'],
    ]);
  });

  it('take one catalog lookup per table', async () => {
    const asked: string[] = [];
    const source = catalogOf([orders, customers]);
    const parsed = await parseQuery('select 1 from orders, orders o, "Customers", (select 1 from orders) x');
    await bindStatement(parsed, [], {
      table: (name) => {
        asked.push(name);
        return source.table(name);
      },
    });
    expect(asked).toEqual(['orders', 'Customers']);
  });

  it('pass the signal to the catalog', async () => {
    const { signal } = new AbortController();
    let received: AbortSignal | undefined;
    await bindStatement(
      await parseQuery('select 1 from orders'),
      [],
      {
        table: async (_, passed) => {
          received = passed;
          return orders;
        },
      },
      signal,
    );
    expect(received).toBe(signal);
  });
});

describe('the column names of a result', () => {
  it.each([
    ['select count(*), sum(total), max(total) + 1 from orders', ['count', 'sum', '?column?']],
    [
      `select 1, 'a', null, true, -total, total::text, cast(1 as int), '1'::numeric(5,2) from orders`,
      ['?column?', '?column?', '?column?', '?column?', '?column?', 'total', 'int4', 'numeric'],
    ],
    [
      'select case when true then 1 end, case when true then 1 else total end, coalesce(id, id), nullif(id, id) from orders',
      ['case', 'total', 'coalesce', 'nullif'],
    ],
    [
      'select greatest(1, 2), least(1, 2), array[1], row(1, 2), exists (select 1), array(select 1)',
      ['greatest', 'least', 'array', 'row', 'exists', 'array'],
    ],
    [
      'select (select max(total) from orders), (select 1), (select id as x from orders), (values (1))',
      ['max', '?column?', 'x', 'column1'],
    ],
    [
      `select upper(id), position('a' in id), extract(year from date '2024-01-01'), substring(id from 1), trim(id) from orders`,
      ['upper', 'position', 'extract', 'substring', 'btrim'],
    ],
    [
      'select current_date, current_timestamp(3), (array[1,2])[1], id collate "C" from orders',
      ['current_date', 'current_timestamp', 'array', 'id'],
    ],
    [
      `select lines->0, lines->>'x', lines::jsonb, now() from orders`,
      ['?column?', '?column?', 'lines', 'now'],
    ],
    [
      'select row_number() over (), json_array_elements(lines), generate_series(1, 2) from orders',
      ['row_number', 'json_array_elements', 'generate_series'],
    ],
    [
      'select ID, o.total, public.o.lines, "total" as "Total" from orders o',
      ['id', 'total', 'lines', 'Total'],
    ],
    ['select "Name", name, * from mixed', ['Name', 'name', 'id', 'Name', 'name']],
    ['select m.* from mixed m', ['id', 'Name', 'name']],
    ['select s.* from (select name, "Name" as other from mixed) s', ['name', 'other']],
    ['select NAME from (select name from mixed) s', ['name']],
    ['values (1, 2)', ['column1', 'column2']],
    ['select 1 as one union select 2 as two', ['one']],
    ['select city as "City", "City".city from customers as "City"', ['City', 'city']],
  ])('%s', async (sql, columns) => {
    expect((await engine.run(sql)).columns).toEqual(columns);
  });
});

describe('an unresolved name', () => {
  it.each<[string, string, number, readonly string[]]>([
    ['select totl from orders', 'SQL_UNKNOWN_COLUMN', 8, ['total']],
    ['select ?::int, é.total from orders é where totel = 1', 'SQL_PARAMETERS', 0, []],
    ['select o.totl from orders o', 'SQL_UNKNOWN_COLUMN', 8, ['total']],
    ['select x.total from orders o', 'SQL_UNKNOWN_COLUMN', 8, ['o']],
    ['select orders.total from orders o', 'SQL_UNKNOWN_COLUMN', 8, ['o']],
    ['select "é", total, zzz from (select 1 as "é", total from orders) s', 'SQL_UNKNOWN_COLUMN', 20, []],
    ['select id from orders, customers', 'SQL_AMBIGUOUS_COLUMN', 8, ['orders.id', 'customers.id']],
    ['select "NAME" from mixed', 'SQL_AMBIGUOUS_COLUMN', 8, ['Name', 'name']],
    ['select 1 from nothing', 'CATALOG_UNKNOWN_TABLE', 15, ['orders', 'Customers', 'mixed']],
    [
      'with a as (select 1 from b), b as (select 1) select 1',
      'CATALOG_UNKNOWN_TABLE',
      26,
      ['orders', 'Customers', 'mixed'],
    ],
    ['select 1 from my.orders', 'CATALOG_UNKNOWN_TABLE', 15, ['orders', 'Customers', 'mixed']],
    ['select 1 from my.public.orders', 'CATALOG_UNKNOWN_TABLE', 15, []],
    ['select 1 from aws.public.orders', 'CATALOG_UNKNOWN_TABLE', 15, []],
    ['select 1 from orders where missing = 1', 'SQL_UNKNOWN_COLUMN', 28, []],
    ['select total as t from orders where t = 1', 'SQL_UNKNOWN_COLUMN', 37, []],
    ['select total as t, t + 1 from orders', 'SQL_UNKNOWN_COLUMN', 20, []],
    ['select total from orders order by nope', 'SQL_UNKNOWN_COLUMN', 35, []],
    ['select total from orders union select 1 order by nope', 'SQL_UNKNOWN_COLUMN', 50, []],
    ['select rowid from orders', 'SQL_UNKNOWN_COLUMN', 8, []],
    ['select a.id from orders a, (select a.id) b', 'SQL_UNKNOWN_COLUMN', 36, []],
    ['select (select x.id from orders y) from orders z', 'SQL_UNKNOWN_COLUMN', 16, ['y']],
    ['select a from orders as o(a, b, c, d)', 'SQL_SYNTAX', 15, []],
    ['select * from orders a natural join orders b where a."$item" is null', 'SQL_NOT_SUPPORTED', 0, []],
    [`select * from read_csv('x')`, 'SQL_UNKNOWN_FUNCTION', 15, []],
    ['select * from orders tablesample system (10) repeatable (1)', 'SQL_NOT_SUPPORTED', 34, []],
    ['select * from json_populate_recordset(null, null) as x(a int)', 'SQL_NOT_SUPPORTED', 15, []],
    ['select * from rows from (generate_series(1, 2), generate_series(1, 3)) x', 'SQL_NOT_SUPPORTED', 0, []],
    [`select json_value('{}', '$.a')`, 'SQL_NOT_SUPPORTED', 0, []],
    [`select b'101'`, 'SQL_NOT_SUPPORTED', 8, []],
    ['select main.lower(id) from orders', 'SQL_NOT_SUPPORTED', 8, []],
    ['select id !! total from orders', 'SQL_NOT_SUPPORTED', 11, []],
    ['select id collate "de_DE" from orders', 'SQL_NOT_SUPPORTED', 11, []],
    ['select id similar to id from orders', 'SQL_NOT_SUPPORTED', 11, []],
    [`select interval '1-2' year to month`, 'SQL_NOT_SUPPORTED', 17, []],
    [`select '\\xABC'::bytea`, 'SQL_BAD_VALUE', 15, []],
    ['select id from orders fetch first 1 row with ties', 'SQL_SYNTAX', 41, []],
  ])('%s', async (sql, code, position, candidates) => {
    const error = await refusal(sql);
    expect({ code: error.code, position: error.position ?? 0, candidates: error.candidates }).toEqual({
      code,
      position,
      candidates,
    });
  });

  it.each<[string, string, string]>([
    [
      'select totl from orders o',
      'column "totl" does not exist',
      'Perhaps you meant to reference the column "o.total".',
    ],
    [
      'select o.totl from orders o',
      'column o.totl does not exist',
      'Perhaps you meant to reference the column "o.total".',
    ],
    [
      'select zzz from orders',
      'column "zzz" does not exist',
      'If items have an attribute that sampling did not see',
    ],
    [
      'select id from orders, customers',
      'column reference "id" is ambiguous',
      'Qualify the column: orders.id or customers.id.',
    ],
    [
      'select "NAME" from mixed',
      'column reference "NAME" is ambiguous',
      'Write "Name" or "name", in double quotes.',
    ],
    [
      'select x.total from orders o',
      'missing FROM-clause entry for table "x"',
      'Qualify the column with a table or alias of the FROM clause: o.',
    ],
    [
      'select orders.total from orders o',
      'invalid reference to FROM-clause entry for table "orders"',
      'Perhaps you meant to reference the table alias "o".',
    ],
    [
      'select 1 from my.public.orders',
      'schema "my" does not exist (tables are in "public")',
      'put a table name that contains a dot in double quotes: "public.orders".',
    ],
    [
      'select a from orders as o(a, b, c, d)',
      'table "o" has 3 columns available but 4 columns specified',
      'Correct the statement',
    ],
    ['select ctid from orders', 'system column "ctid" is not supported', 'Rewrite the statement'],
    [
      'select 1 from orders where id = 5',
      'operator does not exist: text = integer',
      "Write the number in single quotes ('5')",
    ],
    [
      'select 1 from orders where 1.5 < id',
      'operator does not exist: numeric < text',
      'or cast the column (column::numeric).',
    ],
    [
      'select 1 from orders where id between 1 and 2',
      'operator does not exist: text >= integer',
      'cast the column',
    ],
    [
      'select 1 from orders /*+ INDEX(nope) */',
      'index "nope" for table "orders" does not exist',
      'Omit the index: the table has none.',
    ],
  ])('%s: %s', async (sql, message, remedy) => {
    expect(await refusal(sql)).toMatchObject({ message, remedy: expect.stringContaining(remedy) });
  });

  it('keeps the code, message and candidates of a catalog error', async () => {
    const thrown = new DriverError('AUTH_DENIED', 'You may not describe it.', {
      candidates: ['x'],
      remedy: 'Ask.',
    });
    const bound = bindStatement(await parseQuery('select 1 from t'), [], {
      table: () => Promise.reject(thrown),
    });
    await expect(bound).rejects.toMatchObject({
      code: 'AUTH_DENIED',
      message: thrown.message,
      position: 15,
      candidates: ['x'],
      remedy: 'Ask.',
      cause: thrown,
    });
  });

  it('rethrows errors that are not a DriverError', async () => {
    const thrown = new TypeError('x');
    await expect(
      bindStatement(await parseQuery('select 1 from t'), [], { table: () => Promise.reject(thrown) }),
    ).rejects.toBe(thrown);
  });
});

describe('a bound statement', () => {
  it('takes other parameter values without being resolved again', async () => {
    const parsed = await parseQuery('select id from orders where id = ? and total in (?, 2)');
    const bound = await bindStatement(parsed, toParameterList(parsed, ["it's", 1]), catalogOf([orders]));
    const other = bound.withParameters(toParameterList(parsed, ['b', -3n]));
    expect(bound.engineSql('s')).toBe(
      `SELECT "id" FROM "s"."r0" AS "orders" WHERE (("id" = CAST('it''s' AS text)) AND ("total" IN (1, 2)))`,
    );
    expect(other.engineSql('s')).toBe(
      `SELECT "id" FROM "s"."r0" AS "orders" WHERE (("id" = CAST('b' AS text)) AND ("total" IN ((-3), 2)))`,
    );
    expect(other.engineSql('a"b')).toContain('"a""b"."r0"');
    expect(other.relations).toBe(bound.relations);
  });

  it('needs a value for each parameter', async () => {
    await expect(bindStatement(await parseQuery('select ?'), [], catalogOf([]))).rejects.toMatchObject({
      code: 'SQL_PARAMETERS',
    });
  });

  it('translates names made distinct for DuckDB back, and no others', async () => {
    const { relations, unmangle } = await engine.bind('select * from mixed');
    const engineNames = relations.flatMap(({ columns }) => columns.map(({ engineName }) => engineName));
    expect(new Set(engineNames.map((name) => name.toLowerCase())).size).toBe(3);
    expect(engineNames.map(unmangle)).toEqual(['id', 'Name', 'name']);
    expect(unmangle('other\ue000')).toBe('other\ue000');
    expect(unmangle('')).toBe('');
  });
});
