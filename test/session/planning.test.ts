import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const CUSTOMERS = 40;
const PER_CUSTOMER = 6;
const customerId = (i: number): string => `c${String(i).padStart(3, '0')}`;

const customers: AttributeMap[] = Array.from({ length: CUSTOMERS }, (_, i) => ({
  id: { S: customerId(i) },
  name: { S: `Customer ${i}` },
  region: { S: i % 4 === 0 ? 'north' : 'south' },
}));
const orders: AttributeMap[] = Array.from({ length: CUSTOMERS * PER_CUSTOMER }, (_, i) => ({
  customer: { S: customerId(i % CUSTOMERS) },
  number: { N: String(i) },
  status: { S: i % 30 === 0 ? 'open' : 'done' },
  total: { N: String(i % 17) },
  half: { S: i % 2 === 0 ? 'even' : 'odd' },
  ...(i % 5 === 0 ? { coupon: { S: `k${i}` } } : {}),
}));
const units: AttributeMap[] = Array.from({ length: 30 }, (_, i) => ({
  id: { N: String(i) },
  label: { S: `unit ${i}` },
}));
const tickets: AttributeMap[] = Array.from({ length: 400 }, (_, i) => ({
  team: { S: `t${i % 2}` },
  id: { N: String(i) },
  state: { S: i % 40 === 0 ? 'broken' : i % 40 === 2 ? 'open' : 'done' },
  text: { S: 'x'.repeat(1000) },
}));

let database: TestDatabase;
let db: Connection;
let scanning: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({ name: 'customers', key: ['id:S'], items: customers });
  await database.add({
    name: 'orders',
    key: ['customer:S', 'number:N'],
    indexes: [
      { name: 'by_status', key: ['status:S', 'number:N'] },
      { name: 'by_coupon', key: ['coupon:S'], projection: 'KEYS_ONLY' },
      { name: 'by_total', key: ['total:N'], projection: 'KEYS_ONLY' },
      { name: 'by_half', key: ['half:S'], projection: 'KEYS_ONLY' },
    ],
    items: orders,
  });
  await database.add({ name: 'units', key: ['id:N'], items: units });
  await database.add({
    name: 'tickets',
    key: ['team:S', 'id:N'],
    indexes: [{ name: 'by_state', key: ['team:S', 'state:S'] }],
    items: tickets,
  });
  await database.add({
    name: 'single',
    key: ['pk:S', 'sk:S'],
    items: ['A_1', 'A_2', 'AB1', 'B_1', 'A%', String.raw`A\1`].map((sk) => ({
      pk: { S: 'p' },
      sk: { S: sk },
    })),
  });
  db = await database.open();
  scanning = database.withRules([]);
});
afterAll(() => database.close());

/** Returns the plan, after comparing the rows with those of a full Scan. */
async function getPlan(
  sql: string,
  parameters: readonly (string | number)[] = [],
): Promise<readonly string[]> {
  const { rows, stats } = await db.query(sql, parameters);
  const all = await scanning.query(sql, parameters);
  expect(rows).toEqual(all.rows);
  return stats.plan;
}

describe('patterns', () => {
  it.each<[string, string, readonly string[]]>([
    ['a prefix with an escape', String.raw`customer = 'c001' AND half LIKE 'ev\e%'`, []],
    ['an escaped string without wildcards', String.raw`customer LIKE 'c\001'`, []],
    ['a prefix concatenated with its wildcard', "status LIKE $1 || '%' AND customer = 'c001'", ['do']],
    ['a prefix with an ESCAPE clause', "coupon LIKE 'k!1%' ESCAPE '!' AND customer = 'c010'", []],
    [
      'a part that is escaped and must not be there',
      String.raw`half NOT LIKE '%\dd%' AND customer = 'c002'`,
      [],
    ],
  ])('%s is left to DynamoDB', async (_, where, parameters) => {
    const sql = `SELECT number FROM orders WHERE ${where} ORDER BY 1`;
    expect(await getPlan(sql, parameters)).toEqual(['Query orders(customer)']);
    expect((await db.explain(sql, parameters)).text).not.toContain('left to DuckDB');
  });

  it('an escape does not turn a number into a string', async () => {
    const sql = String.raw`SELECT customer FROM orders WHERE total LIKE '1\1'`;
    await expect(db.query(sql)).rejects.toMatchObject({ sqlState: '42883' });
  });

  it.each([
    [String.raw`'A\_%'`, ['A_1', 'A_2']],
    [String.raw`'A\__'`, ['A_1', 'A_2']],
    [String.raw`'A\%'`, ['A%']],
    [String.raw`'A\\%'`, [String.raw`A\1`]],
    [`'A!_%1' ESCAPE '!'`, ['A_1']],
    [`'A%' ESCAPE ''`, ['A%', 'AB1', String.raw`A\1`, 'A_1', 'A_2']],
  ])('LIKE %s is a key condition', async (pattern, found) => {
    const sql = `SELECT sk FROM single WHERE pk = 'p' AND sk LIKE ${pattern} ORDER BY sk`;
    expect(await getPlan(sql)).toEqual([expect.stringMatching(/^(Query|GetItem) single\(pk, sk\)$/)]);
    expect((await db.query(sql)).rows.map((row) => row['sk'])).toEqual(found);
  });
});

describe('joins', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'the keys of the narrow side become a BatchGetItem of the other',
      `SELECT o.number, c.name FROM orders o JOIN customers c ON c.id = o.customer WHERE o.status = 'open' ORDER BY 1`,
      ['Query orders.by_status(status)', 'BatchGetItem customers(id) of 4 keys'],
    ],
    [
      'or a Query of each',
      `SELECT c.id, o.number FROM customers c JOIN orders o ON o.customer = c.id WHERE c.id IN ('c001', 'c002') ORDER BY 1, 2`,
      ['BatchGetItem customers(id) of 2 keys', 'Query orders(customer) of 2 ranges'],
    ],
    [
      'IN (subquery)',
      `SELECT name FROM customers WHERE id IN (SELECT customer FROM orders WHERE status = 'open') ORDER BY 1`,
      ['BatchGetItem customers(id) of 4 keys', 'Query orders.by_status(status)'],
    ],
    [
      'EXISTS, correlated',
      `SELECT name FROM customers c WHERE c.id = 'c001' AND EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id AND o.total > 3)`,
      ['GetItem customers(id)', 'Query orders(customer)'],
    ],
    [
      'a scalar subquery with an aggregate',
      `SELECT c.name, (SELECT max(total) FROM orders o WHERE o.customer = c.id) m FROM customers c WHERE c.id IN ('c003', 'c004') ORDER BY 1`,
      ['BatchGetItem customers(id) of 2 keys', 'Query orders(customer) of 2 ranges'],
    ],
    [
      'the right side of a LEFT JOIN',
      `SELECT c.id, o.number FROM customers c LEFT JOIN orders o ON o.customer = c.id AND o.total = 99 WHERE c.id = 'c001'`,
      ['GetItem customers(id)', 'Query orders(customer)'],
    ],
    [
      'NOT EXISTS',
      `SELECT c.id FROM customers c WHERE c.id IN ('c001', 'c002') AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id AND o.total > 3) ORDER BY 1`,
      ['BatchGetItem customers(id) of 2 keys', 'Query orders(customer) of 2 ranges'],
    ],
    [
      'a grouped CTE, by its group',
      `WITH s AS (SELECT customer, sum(total) t FROM orders GROUP BY customer) SELECT c.id, s.t FROM customers c JOIN s ON s.customer = c.id WHERE c.id = 'c005'`,
      ['Query orders(customer)', 'GetItem customers(id)'],
    ],
    [
      'a source without rows needs nothing of the other',
      `SELECT c.name FROM customers c WHERE c.id = 'missing' AND EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id AND o.total > 3)`,
      ['GetItem customers(id)', 'No request for orders: no item can match'],
    ],
    [
      'numbers are keys too',
      `SELECT o.number, u.label FROM orders o JOIN units u ON u.id = o.total WHERE o.customer = 'c001' AND o.number < 80 ORDER BY 1`,
      ['Query orders(customer, number)', 'BatchGetItem units(id) of 2 keys'],
    ],
  ])('are planned by keys: %s', async (_, sql, plan) => {
    expect((await getPlan(sql)).toSorted()).toEqual(plan.toSorted());
  });

  it.each<[string, string]>([
    [
      'the kept side of a LEFT JOIN',
      `SELECT c.id, o.number FROM customers c LEFT JOIN orders o ON c.id = o.customer AND o.customer = 'c001' ORDER BY 1, 2`,
    ],
    [
      'both sides of a FULL JOIN',
      `SELECT c.id, o.number FROM customers c FULL JOIN (SELECT * FROM orders WHERE customer = 'c001') o ON c.id = o.customer ORDER BY 1, 2`,
    ],
    [
      'NOT IN, which NULLs decide',
      `SELECT count(*) n FROM customers WHERE id NOT IN (SELECT customer FROM orders WHERE status = 'open')`,
    ],
    [
      'what LIMIT has cut',
      `SELECT c.id FROM (SELECT id FROM customers ORDER BY id LIMIT 5) c JOIN orders o ON o.customer = c.id AND o.customer = 'c001'`,
    ],
    [
      'a sparse index',
      `SELECT count(*) n FROM orders a LEFT JOIN orders b ON b.coupon = a.coupon WHERE a.customer = 'c000'`,
    ],
  ])('return all rows if one side must be read completely: %s', async (_, sql) => {
    expect((await getPlan(sql)).length).toBeGreaterThan(0);
  });

  it('EXPLAIN shows possible sources of keys', async () => {
    const explanation = await db.explain(
      `SELECT c.name FROM orders o JOIN customers c ON c.id = o.customer WHERE o.status = 'open'`,
    );
    expect(explanation.reads.map(({ keysFrom }) => keysFrom)).toEqual([undefined, 'id = orders.customer']);
    expect(explanation.text).toContain('read by keys instead if there are few: id = orders.customer');
  });
});

describe('an index with projection KEYS_ONLY', () => {
  it('finds the keys, by which items are fetched', async () => {
    expect(await getPlan(`SELECT number, status, coupon FROM orders WHERE coupon = 'k35'`)).toEqual([
      'Query orders.by_coupon(coupon), then BatchGetItem orders',
    ]);
    const { stats } = await db.query(`SELECT * FROM orders WHERE coupon IN ('k35', 'k40')`);
    expect(stats.itemsReturned).toBe(2 * 2);
  });

  it('is enough if only keys are selected', async () => {
    expect(await getPlan('SELECT customer, number FROM orders WHERE total = 16 ORDER BY 1, 2')).toEqual([
      'Query orders.by_total(total)',
    ]);
  });

  it('is not used if it would find too many', async () => {
    const { rowCount, stats } = await db.query(`SELECT * FROM orders WHERE half = 'even'`);
    expect(rowCount).toBe(120);
    expect(stats.plan).toEqual(['Scan orders']);
  });

  it('is replaced by a Scan if it turns out to find too many', async () => {
    const blind = await database.open('TypeDetectionScheme=None');
    const { rowCount, stats } = await blind.query(`SELECT * FROM orders WHERE half = 'even'`);
    expect(rowCount).toBe(120);
    expect(stats.requests).toBe(2);
  });
});

describe('aggregates', () => {
  it.each<[string, string]>([
    ['SELECT count(*) FROM orders', 'Scan orders'],
    [`SELECT count(*) FROM orders WHERE status = 'open' AND total > 5`, 'Query orders.by_status(status)'],
    [`SELECT count(*) AS n FROM orders WHERE customer = 'missing'`, 'Query orders(customer)'],
    [`SELECT max(number) FROM orders WHERE customer = 'c001'`, 'Query orders(customer) descending'],
    [
      `SELECT min(number) AS first FROM orders WHERE customer = 'c001' AND total > 10`,
      'Query orders(customer)',
    ],
    [`SELECT max(number) FROM orders WHERE customer = 'missing'`, 'Query orders(customer) descending'],
    [`SELECT max(total) FROM orders WHERE customer = 'c001'`, 'Query orders(customer)'],
    [
      `SELECT count(*) FILTER (WHERE total > 5) FROM orders WHERE customer = 'c001'`,
      'Query orders(customer)',
    ],
    [`SELECT count(DISTINCT status) FROM orders WHERE customer = 'c001'`, 'Query orders(customer)'],
    [
      `SELECT count(*) FROM (SELECT 1 FROM orders WHERE customer = 'c001' LIMIT 2) x`,
      'Query orders(customer)',
    ],
    [
      `SELECT max(number) FROM (SELECT number FROM orders WHERE customer = 'c001' ORDER BY number LIMIT 2) x`,
      'Query orders(customer)',
    ],
  ])('are planned as %s', async (sql, plan) => {
    expect(await getPlan(sql)).toEqual([plan]);
  });

  it('count(*) reads no items, max of the sort key one', async () => {
    const count = await db.explain(`SELECT count(*) FROM orders`);
    expect(count.reads[0]?.request?.input).toMatchObject({ Select: 'COUNT' });
    const { stats } = await db.query(`SELECT max(number) FROM orders WHERE customer = 'c001'`);
    expect(stats.itemsRead).toBe(1);
  });
});

describe('guards', () => {
  it('FullScan=Deny refuses a Scan, names what is missing, and allows key conditions and LIMIT', async () => {
    const strict = await database.open('FullScan=Deny');
    await expect(
      strict.query(`SELECT * FROM customers WHERE region = 'north' AND name <> 'x'`),
    ).rejects.toMatchObject({
      code: 'EXEC_FULL_SCAN',
      sqlState: '53400',
      message: expect.stringContaining('no key or index begins with region'),
    });
    await expect(strict.query('SELECT o.total FROM orders o ORDER BY total')).rejects.toMatchObject({
      code: 'EXEC_FULL_SCAN',
    });
    expect((await strict.query(`SELECT * FROM orders WHERE customer = 'c001'`)).rowCount).toBe(PER_CUSTOMER);
    expect((await strict.query('SELECT * FROM orders LIMIT 3')).rowCount).toBe(3);
    expect(
      (
        await strict.query(
          `SELECT c.name FROM orders o JOIN customers c ON c.id = o.customer WHERE o.status = 'open'`,
        )
      ).rowCount,
    ).toBe(8);
  });

  it('MaxRCU stops a statement soon after it is reached', async () => {
    const cheap = await database.open('MaxRCU=1');
    await expect(cheap.query('SELECT sum(total) FROM orders')).rejects.toMatchObject({
      code: 'EXEC_CAPACITY',
    });
    expect((await cheap.query(`SELECT * FROM customers WHERE id = 'c001'`)).rowCount).toBe(1);
  });
});

describe('keys that are consecutive numbers', () => {
  it('are read by key, although DuckDB turns them into a range', async () => {
    expect(await getPlan('SELECT label FROM units WHERE id IN (3, 4, 5) ORDER BY 1')).toEqual([
      'BatchGetItem units(id) of 3 keys',
    ]);
    expect(await getPlan('SELECT label FROM units WHERE id = ANY(ARRAY[7, 8]) ORDER BY 1')).toEqual([
      'BatchGetItem units(id) of 2 keys',
    ]);
    expect(await getPlan('SELECT label FROM units WHERE id BETWEEN 3 AND 5 ORDER BY 1')).toEqual([
      'Scan units',
    ]);
  });
});

describe('a condition that excludes a sort key value', () => {
  it('becomes two Queries if many items have the value', async () => {
    expect(
      await getPlan("SELECT id, state FROM tickets WHERE team = 't0' AND state <> 'done' ORDER BY id"),
    ).toEqual(['Query tickets.by_state(team, state) of 2 ranges']);
    const { stats } = await db.query("SELECT text FROM tickets WHERE team = 't0' AND state <> 'done'");
    expect(stats).toMatchObject({ itemsRead: 20, itemsReturned: 20 });
  });

  it('is left to DuckDB if few have it', async () => {
    expect(await getPlan("SELECT id, state FROM tickets WHERE team = 't0' AND id <> 2 ORDER BY id")).toEqual([
      'Query tickets(team)',
    ]);
  });

  it('can be one of several', async () => {
    expect(
      await getPlan("SELECT id FROM tickets WHERE team = 't0' AND state NOT IN ('done', 'open') ORDER BY id"),
    ).toEqual(['Query tickets.by_state(team, state) of 2 ranges']);
  });
});

describe('a condition that NULL makes unknown', () => {
  it.each([
    ['total = NULL OR total IN (NULL)', 'No request for orders: no item can match'],
    ['NOT (total = 3 OR NULL)', 'No request for orders: no item can match'],
    ["customer = 'c001' AND (total = 3 OR total = NULL)", 'Query orders(customer)'],
    ['total = 3 OR true', 'Scan orders'],
  ])('sends no request for it: %s', async (condition, plan) => {
    expect(await getPlan(`SELECT number FROM orders WHERE ${condition} ORDER BY number`)).toEqual([plan]);
  });
});
