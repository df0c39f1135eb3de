import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import { newReadStats } from '../../src/dynamo/read/read-stats.ts';
import { readPages } from '../../src/dynamo/read/reader.ts';
import type { Connection } from '../../src/session/connection.ts';
import { findUnfilteredWrite } from '../../src/sql/statement/unfiltered-write.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { thrownBy } from '../support/thrown.ts';

const local = await startDynamoDbLocal();

/** With values of each type, which a statement must not change by passing them on. */
const OPEN: readonly AttributeMap[] = ['a', 'b', 'c'].map((id, i) => ({
  id: { S: id },
  n: { N: String(i + 1) },
  tags: { SS: ['x', 'y'] },
  digits: { N: '12345678901234567890.123456789012345678' },
  doc: { M: { bytes: { B: 'AQI=' }, set: { NS: ['0.5', '7'] }, list: { L: [{ NULL: true }] } } },
}));
const MANY = Array.from({ length: 130 }, (_, i) => ({ id: { S: `m${i}` }, n: { N: '1' } }));

/** Emulators return the members of a set in any order. */
const sorted = (item: AttributeMap): AttributeMap => ({ ...item, tags: { SS: ['x', 'y'] } });

const endpoints = [
  ['an endpoint without transactions', undefined],
  ...('skipped' in local ? [] : [['DynamoDB Local', local] as const]),
] as const;

describe.each(endpoints)('CTEs that write, on %s', (_, endpoint) => {
  let database: TestDatabase;
  let db: Connection;
  beforeAll(async () => {
    database = await startTestDatabase(endpoint);
    await database.add({ name: 'open', key: ['id:S'], items: OPEN });
    await database.add({ name: 'closed', key: ['id:S'], items: [] });
    await database.add({ name: 'many', key: ['id:S'], items: MANY });
    db = await database.open();
  }, 60_000);
  afterAll(() => database.close());
  beforeEach(async () => {
    for (const [table, items] of [
      ['open', OPEN],
      ['closed', []],
      ['many', MANY],
    ] as const) {
      await db.query(`DELETE FROM ${table}`);
      await database.client.putItems(table, items);
    }
  });

  /** As DynamoDB has them. */
  const itemsOf = async (table: string): Promise<readonly AttributeMap[]> => {
    const items: AttributeMap[] = [];
    const read = { table, access: { kind: 'Scan', segments: 1 }, filter: [], consistent: true } as const;
    for await (const page of readPages(database.client, read, { stats: newReadStats(), concurrency: 1 }))
      items.push(...JSON.parse(page.items.toString()));
    return items.toSorted((a, b) => (JSON.stringify(a['id']) < JSON.stringify(b['id']) ? -1 : 1));
  };

  it('move whole items, with attributes that no sample has', async () => {
    const unseen = { id: { S: 'd' }, n: { N: '9' }, only: { BS: ['AQI='] } };
    await database.client.putItems('open', [unseen]);
    const sql =
      'WITH moved AS (DELETE FROM open WHERE n <> 2 RETURNING *) INSERT INTO closed SELECT * FROM moved';
    expect(await db.query(sql)).toMatchObject({ command: 'INSERT', rowCount: 3 });
    const [a, b, c] = OPEN;
    const moved = (await itemsOf('closed')).map((item) => ('tags' in item ? sorted(item) : item));
    expect(moved).toEqual([a, c, unseen]);
    expect((await itemsOf('open')).map(sorted)).toEqual([b]);
  });

  it('pass on columns with their DynamoDB types', async () => {
    const sql = `WITH old AS (UPDATE open SET n = 0 WHERE id = 'a' RETURNING id, tags, digits, doc, old.n AS was)
      INSERT INTO closed (id, tags, digits, doc, n) SELECT id || '!', tags, digits, doc, was FROM old`;
    expect(await db.query(sql)).toMatchObject({ command: 'INSERT', rowCount: 1 });
    expect((await itemsOf('closed')).map(sorted)).toEqual([{ ...OPEN[0], id: { S: 'a!' } }]);
  });

  it('write nothing if another part fails', async () => {
    await database.client.putItems('closed', [{ id: { S: 'b' } }]);
    for (const [sql, sqlState] of [
      ['WITH moved AS (DELETE FROM open RETURNING *) INSERT INTO closed SELECT * FROM moved', '23505'],
      ['WITH d AS (DELETE FROM open RETURNING n) SELECT 1 / (n - 2) AS x FROM d', '22012'],
      ['WITH d AS (DELETE FROM open RETURNING n) SELECT nope FROM d', '42703'],
      [
        'WITH d AS (DELETE FROM open RETURNING n), e AS (UPDATE closed SET nope = nope + 1) SELECT 1',
        '42703',
      ],
      ['WITH d AS (DELETE FROM open) SELECT * FROM d', '0A000'],
      ["WITH u AS (UPDATE open SET n = 1 WHERE id = 'a') UPDATE open SET n = 2 WHERE id = 'a'", '0A000'],
    ] as const) {
      // Without transactions, the items are inserted one by one before the others are deleted.
      if (sqlState === '23505' && endpoint === undefined) continue;
      expect([sql, (await thrownBy(() => db.query(sql))).sqlState]).toEqual([sql, sqlState]);
      expect((await itemsOf('open')).length).toBe(3);
      expect(await itemsOf('closed')).toEqual([{ id: { S: 'b' } }]);
    }
  });

  it('delete nothing before the items are inserted', async () => {
    await database.client.putItems('closed', [{ id: { S: 'b' } }]);
    const sql = 'WITH moved AS (DELETE FROM open RETURNING *) INSERT INTO closed SELECT * FROM moved';
    expect(await thrownBy(() => db.query(sql))).toMatchObject({ sqlState: '23505' });
    expect((await itemsOf('open')).length).toBe(3);
  });

  it('do not see what the others write', async () => {
    const sql = `WITH i AS (INSERT INTO open (id, n) VALUES ('new', 5) RETURNING *), u AS (UPDATE open SET n = n * 10 RETURNING n)
      SELECT (SELECT count(*) FROM i) AS inserted, (SELECT sum(n) FROM u) AS updated, (SELECT sum(n) FROM open) AS before`;
    expect((await db.query(sql)).rows).toEqual([{ inserted: 1, updated: 60, before: 6 }]);
    expect((await db.query('SELECT sum(n) AS sum FROM open')).rows).toEqual([{ sum: 65 }]);
  });

  it('may write any number of items if nothing else depends on them', async () => {
    const counted = await db.query(
      'WITH u AS (UPDATE many SET n = n + 1 RETURNING n) SELECT count(*), sum(n) FROM u',
    );
    expect(counted).toMatchObject({ command: 'SELECT', rowCount: 1, rows: [{ count: 130, sum: 260 }] });
    expect(counted.stats.itemsWritten).toBe(130);
    for (const sql of [
      'WITH d AS (DELETE FROM many RETURNING *) INSERT INTO closed SELECT * FROM d',
      'WITH d AS (DELETE FROM many RETURNING *) SELECT count(*) FROM many',
    ])
      expect(await thrownBy(() => db.query(sql))).toMatchObject({
        sqlState: '54000',
        message: 'the statement exceeds the limit of 100 writes in a transaction',
        remedy: expect.stringContaining('WHERE'),
      });
    expect((await itemsOf('many')).length).toBe(130);
  });

  it('are prepared, streamed and explained', async () => {
    const sql =
      'WITH d AS (DELETE FROM open WHERE n >= $1 RETURNING id, n) SELECT id, n + $2 AS m FROM d ORDER BY id';
    const statement = await db.prepare(sql);
    expect(statement.parameterTypes.map(({ type }) => type)).toEqual(['bigint', 'bigint']);
    expect(statement.columns.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'text'],
      ['m', 'bigint'],
    ]);
    const { rows: lines } = await db.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, [2, 1]);
    const plan = lines.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('WITH d:\n  DeleteItem open');
    expect(plan).toContain('Rows that d returns');
    expect((await itemsOf('open')).length).toBe(3);
    const rows: unknown[] = [];
    const stream = await db.stream(sql, [2, 1]);
    for await (const batch of stream.textBatches()) rows.push(...batch);
    expect(rows).toEqual([
      ['b', '3'],
      ['c', '4'],
    ]);
    expect((await itemsOf('open')).length).toBe(1);
  });

  it('are refused on a read-only connection, and in views and subqueries', async () => {
    const reader = await database.open('ReadOnly=true');
    const sql = 'WITH d AS (DELETE FROM open RETURNING *) SELECT * FROM d';
    for (const each of [sql, `EXPLAIN ${sql}`, `EXPLAIN ANALYZE ${sql}`])
      expect(await thrownBy(() => reader.query(each))).toMatchObject({ sqlState: '25006' });
    for (const [each, message] of [
      [`CREATE VIEW v AS ${sql}`, 'views must not contain data-modifying statements in WITH'],
      [
        `SELECT * FROM (${sql}) AS s`,
        'WITH clause containing a data-modifying statement must be at the top level',
      ],
      [`COPY (${sql}) TO '/dev/null'`, 'COPY of a query that writes is not supported'],
    ] as const)
      expect(await thrownBy(() => db.query(each))).toMatchObject({ sqlState: '0A000', message });
    expect((await itemsOf('open')).length).toBe(3);
  });
});

it('finds a write without WHERE in a CTE', async () => {
  const sql = 'WITH d AS (DELETE FROM open RETURNING *) SELECT count(*) FROM d';
  expect(await findUnfilteredWrite(sql)).toEqual({
    what: 'DELETE without WHERE',
    tables: ['open'],
    writes: true,
  });
});
