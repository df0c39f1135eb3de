import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DriverError } from '../../src/core/errors.ts';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const local = await startDynamoDbLocal();
const suite = 'skipped' in local ? describe.skip : describe;
const title = 'skipped' in local ? `Transactions (${local.skipped})` : 'Transactions';

/** Enough items that no sample misses an attribute. */
const ACCOUNTS: readonly AttributeMap[] = ['a', 'b', 'c'].map((id, i) => ({
  id: { S: id },
  balance: { N: '100' },
  owner: { S: `owner ${id}` },
  tags: { L: [{ S: `tag ${i}` }] },
}));
const ORDERS: readonly AttributeMap[] = [1, 2, 3].map((line) => ({
  customer: { S: 'c' },
  line: { N: String(line) },
  sku: { S: `s${line}` },
  counts: { SS: ['x'] },
}));

const rowsOf = async (on: Connection, sql: string): Promise<Record<string, unknown>[]> =>
  (await on.query(sql)).rows;

const run = async (on: Connection, ...statements: readonly string[]) => {
  let last;
  for (const sql of statements) last = await on.query(sql);
  return last;
};
const failure = async (work: Promise<unknown>): Promise<DriverError> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof DriverError) return error;
  throw new Error('A DriverError was expected', { cause: error });
};

const values = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `('n${from + i}', 1)`).join();

suite(title, () => {
  let database: TestDatabase;
  let db: Connection;
  let other: Connection;

  beforeAll(async () => {
    if ('skipped' in local) return;
    database = await startTestDatabase(local);
    await database.add({ name: 'accounts', key: ['id:S'], items: ACCOUNTS });
    await database.add({ name: 'orders', key: ['customer:S', 'line:N'], items: ORDERS });
    db = await database.open();
    other = await database.open();
  }, 60_000);
  afterAll(() => database?.close());
  beforeEach(async () => {
    await db.close();
    db = await database.open();
    for (const { id } of await rowsOf(db, 'SELECT id FROM accounts'))
      if (!['a', 'b', 'c'].includes(String(id)))
        await db.query('DELETE FROM accounts WHERE id = $1', [String(id)]);
    await database.client.putItems('accounts', ACCOUNTS);
    await database.client.putItems('orders', ORDERS);
  });

  const balances = async (): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      (await rowsOf(other, 'SELECT id, balance FROM accounts ORDER BY length(id), id')).map(
        ({ id, balance }) => [String(id), balance],
      ),
    );
  describe('with BEGIN and COMMIT', () => {
    it('writes nothing before COMMIT and everything at COMMIT', async () => {
      expect(await run(db, 'BEGIN')).toMatchObject({ command: 'BEGIN', rowCount: 0 });
      expect(await run(db, `INSERT INTO accounts (id, balance) VALUES ('d', 1), ('e', 2)`)).toMatchObject({
        command: 'INSERT',
        rowCount: 2,
      });
      expect(await run(db, `UPDATE accounts SET balance = balance - 30 WHERE id = 'a'`)).toMatchObject({
        rowCount: 1,
      });
      expect(await run(db, `DELETE FROM accounts WHERE id = 'b'`)).toMatchObject({ rowCount: 1 });
      expect(await balances()).toEqual({ a: 100, b: 100, c: 100 });
      expect(await run(db, 'COMMIT')).toMatchObject({ command: 'COMMIT' });
      expect(await balances()).toEqual({ a: 70, c: 100, d: 1, e: 2 });
    });

    it.each(['ROLLBACK', 'ABORT'])('discards everything at %s', async (end) => {
      const result = await run(db, 'START TRANSACTION', `DELETE FROM accounts`, end);
      expect(result).toMatchObject({ command: 'ROLLBACK' });
      expect(await balances()).toEqual({ a: 100, b: 100, c: 100 });
      expect(await run(db, `UPDATE accounts SET balance = 1 WHERE id = 'a'`)).toMatchObject({ rowCount: 1 });
      expect(await balances()).toMatchObject({ a: 1 });
    });

    it('counts the items that UPDATE and DELETE match, and none if none exists', async () => {
      await run(db, 'BEGIN');
      expect(await run(db, `DELETE FROM accounts WHERE id = 'nobody'`)).toMatchObject({ rowCount: 0 });
      expect(await run(db, `UPDATE accounts SET balance = 5 WHERE balance > 1000`)).toMatchObject({
        rowCount: 0,
      });
      expect(
        await run(db, `UPDATE accounts SET balance = 5 WHERE owner LIKE 'owner%' AND id <> 'a'`),
      ).toMatchObject({
        rowCount: 2,
      });
      await run(db, 'END');
      expect(await balances()).toEqual({ a: 100, b: 5, c: 5 });
    });

    it('lets UPDATE and DELETE see earlier writes of the transaction', async () => {
      await run(
        db,
        'BEGIN',
        `INSERT INTO accounts (id, balance) VALUES ('d', 10)`,
        `UPDATE accounts SET balance = balance + 5 WHERE id = 'd'`,
        `UPDATE accounts SET balance = 7 WHERE id = 'a'`,
      );
      expect(await run(db, `UPDATE accounts SET owner = 'new' WHERE balance < 20`)).toMatchObject({
        rowCount: 2,
      });
      expect(await run(db, `DELETE FROM accounts WHERE balance = 7`)).toMatchObject({ rowCount: 1 });
      expect(await run(db, `DELETE FROM accounts WHERE id = 'a'`)).toMatchObject({ rowCount: 0 });
      await run(db, 'COMMIT');
      expect(await balances()).toEqual({ b: 100, c: 100, d: 15 });
      expect(await rowsOf(db, `SELECT owner FROM accounts WHERE id = 'd'`)).toEqual([{ owner: 'new' }]);
    });

    it('combines several writes of one item into one', async () => {
      await run(
        db,
        'BEGIN',
        `INSERT INTO accounts (id, balance) VALUES ('d', 10)`,
        `DELETE FROM accounts WHERE id = 'd'`,
        `INSERT INTO accounts (id, balance) VALUES ('d', 11)`,
        `UPDATE accounts SET balance = 1 WHERE id = 'a'`,
        `UPDATE accounts SET owner = 'x' WHERE id = 'a'`,
        `UPDATE accounts SET balance = 2 WHERE id = 'a'`,
        `DELETE FROM accounts WHERE id = 'b'`,
        `INSERT INTO accounts (id, balance) VALUES ('b', 9)`,
        'COMMIT',
      );
      expect(await balances()).toEqual({ a: 2, b: 9, c: 100, d: 11 });
    });

    it('combines writes whose values DynamoDB would compute, for the item as it was read', async () => {
      await run(
        db,
        'BEGIN',
        `UPDATE accounts SET balance = balance - 1, tags = list_append(tags, ARRAY['x']) WHERE id = 'a'`,
        `UPDATE accounts SET balance = balance - 2 WHERE id = 'a'`,
        `UPDATE orders SET counts = set_add(counts, string_set('y')) WHERE customer = 'c' AND line = 1`,
        `UPDATE orders SET counts = set_remove(counts, string_set('x')) WHERE customer = 'c' AND line = 1`,
        'COMMIT',
      );
      expect(await balances()).toMatchObject({ a: 97 });
      expect(await rowsOf(db, `SELECT tags FROM accounts WHERE id = 'a'`)).toEqual([
        { tags: ['tag 0', 'x'] },
      ]);
      expect(await rowsOf(db, `SELECT counts FROM orders WHERE customer = 'c' AND line = 1`)).toEqual([
        { counts: ['y'] },
      ]);
      await run(
        db,
        'BEGIN',
        `UPDATE accounts SET balance = balance - 1 WHERE id = 'a'`,
        `UPDATE accounts SET balance = balance - 2 WHERE id = 'a'`,
      );
      await other.query(`UPDATE accounts SET balance = 0 WHERE id = 'a'`);
      expect(await failure(db.query('COMMIT'))).toMatchObject({ sqlState: '40001' });
    });

    it('names both statements if the second depends on a write that DynamoDB would refuse', async () => {
      await run(db, 'BEGIN', `UPDATE accounts SET owner = set_add(owner, string_set('x')) WHERE id = 'a'`);
      const error = await failure(db.query(`UPDATE accounts SET balance = balance - 2 WHERE id = 'a'`));
      expect(error).toMatchObject({ code: 'SQL_NOT_SUPPORTED', sqlState: '0A000' });
      expect(error.message).toMatch(/statement 2 .*id = 'a'.*statement 1 /);
      await run(db, 'ROLLBACK');
    });

    it('spans several tables', async () => {
      await run(
        db,
        'BEGIN',
        `UPDATE accounts SET balance = balance - 3 WHERE id = 'a'`,
        `INSERT INTO orders (customer, line, sku) VALUES ('c', 4, 's4')`,
        `UPDATE orders SET sku = sku || '!' WHERE customer = 'c' AND line < 3`,
        'COMMIT',
      );
      expect(await balances()).toMatchObject({ a: 97 });
      expect(await rowsOf(db, `SELECT sku FROM orders WHERE customer = 'c' ORDER BY line`)).toEqual(
        ['s1!', 's2!', 's3', 's4'].map((sku) => ({ sku })),
      );
      await db.query(`DELETE FROM orders WHERE customer = 'c' AND line = 4`);
    });
  });

  describe('at COMMIT', () => {
    it('reports 23505 and the INSERT whose key already exists', async () => {
      await run(
        db,
        'BEGIN',
        `UPDATE accounts SET balance = 0 WHERE id = 'b'`,
        `INSERT INTO accounts (id, balance) VALUES ('a', 1)`,
      );
      const error = await failure(db.query('COMMIT'));
      expect(error).toMatchObject({ code: 'SQL_UNIQUE', sqlState: '23505' });
      expect(error.message).toBe(
        `transaction rolled back: statement 2 (INSERT INTO accounts (id, balance) …): duplicate key value: an item with id = 'a' already exists in "accounts"`,
      );
      expect(await balances()).toEqual({ a: 100, b: 100, c: 100 });
      expect(await run(db, `UPDATE accounts SET balance = 3 WHERE id = 'c'`)).toMatchObject({ rowCount: 1 });
      expect(await balances()).toMatchObject({ c: 3 });
    });

    it('reports 40001 if an item that a statement read was modified concurrently', async () => {
      await run(db, 'BEGIN', `UPDATE accounts SET balance = 0 WHERE id = 'b' AND owner = 'owner b'`);
      await other.query(`UPDATE accounts SET owner = 'thief' WHERE id = 'b'`);
      const error = await failure(db.query('COMMIT'));
      expect(error).toMatchObject({ code: 'EXEC_CONFLICT', sqlState: '40001' });
      expect(error.message).toContain(`statement 1 (UPDATE accounts SET balance = 0 WHERE …)`);
      expect(await balances()).toMatchObject({ b: 100 });
    });

    it('keeps concurrent increments of the same item', async () => {
      await run(db, 'BEGIN', `UPDATE accounts SET balance = balance - 10 WHERE id = 'b'`);
      await other.query(`UPDATE accounts SET balance = balance - 1 WHERE id = 'b'`);
      await run(db, 'COMMIT');
      expect(await balances()).toMatchObject({ b: 89 });
    });

    it('reports 40001 if an item appears after ON CONFLICT DO NOTHING found none', async () => {
      await run(db, 'BEGIN');
      expect(
        await run(db, `INSERT INTO accounts (id) VALUES ('a'), ('d') ON CONFLICT DO NOTHING`),
      ).toMatchObject({ rowCount: 1 });
      await other.query(`INSERT INTO accounts (id, balance) VALUES ('d', 1)`);
      expect(await failure(db.query('COMMIT'))).toMatchObject({ sqlState: '40001' });
    });

    it('updates the existing item on conflict', async () => {
      const sql = `INSERT INTO accounts (id, balance) VALUES ('a', 7), ('d', 8) ON CONFLICT (id) DO UPDATE SET balance = accounts.balance + excluded.balance`;
      await run(db, 'BEGIN');
      expect(await run(db, sql)).toMatchObject({ rowCount: 2 });
      await run(db, 'COMMIT');
      expect(await balances()).toEqual({ a: 107, b: 100, c: 100, d: 8 });
    });
  });

  describe('after a failure', () => {
    it('refuses everything but ROLLBACK with 25P02, and COMMIT rolls back', async () => {
      for (const wrong of [
        'SELECT nonsense FROM accounts',
        'SELEC',
        `INSERT INTO accounts (id) VALUES (NULL)`,
      ]) {
        await run(db, 'BEGIN', `DELETE FROM accounts WHERE id = 'a'`);
        await failure(db.query(wrong));
        const error = await failure(db.query('SELECT 1'));
        expect(error).toMatchObject({ code: 'SQL_FAILED_TRANSACTION', sqlState: '25P02' });
        expect(error.message).toContain(`statement 2 (${wrong}`);
        expect(await failure(db.query('BEGIN'))).toMatchObject({ sqlState: '25P02' });
        expect(await run(db, 'COMMIT')).toMatchObject({ command: 'ROLLBACK' });
      }
      expect(await balances()).toEqual({ a: 100, b: 100, c: 100 });
    });

    it('fails on an error while rows are read', async () => {
      await run(db, 'BEGIN', `DELETE FROM accounts WHERE id = 'a'`);
      await failure(db.query('SELECT 1 / (balance - 100) FROM accounts'));
      expect(await run(db, 'COMMIT')).toMatchObject({ command: 'ROLLBACK' });
      expect(await balances()).toMatchObject({ a: 100 });
    });
  });

  it('warns of a nested BEGIN, of COMMIT and ROLLBACK without a transaction, and of unsupported isolation', async () => {
    const warnings: string[] = [];
    const { connect } = await import('../../src/index.ts');
    await using loud = await connect(database.string(), { onWarning: (message) => warnings.push(message) });
    await run(loud, 'COMMIT', 'ROLLBACK', 'BEGIN ISOLATION LEVEL SERIALIZABLE', 'BEGIN');
    await run(loud, 'ROLLBACK');
    expect(warnings).toEqual([
      'there is no transaction in progress',
      'there is no transaction in progress',
      expect.stringContaining('SERIALIZABLE'),
      'there is already a transaction in progress',
    ]);
  });

  it.each([
    ['COMMIT AND CHAIN', '0A000'],
    [`PREPARE TRANSACTION 'x'`, '0A000'],
    ['CREATE VIEW v AS SELECT 1', '25001'],
    ['DROP VIEW v', '25001'],
    ['DROP TABLE accounts', '25001'],
    ['TRUNCATE accounts', '25001'],
  ])('refuses %s within a transaction', async (sql, sqlState) => {
    await run(db, 'BEGIN');
    expect(await failure(db.query(sql))).toMatchObject({ sqlState });
    await run(db, 'ROLLBACK');
  });

  it('shows and describes tables within a transaction', async () => {
    await run(db, 'BEGIN READ ONLY');
    expect((await db.query('SHOW TABLES')).rows.length).toBeGreaterThan(1);
    expect(await run(db, 'COMMIT')).toMatchObject({ command: 'COMMIT' });
  });

  it('refuses PartiQL within a transaction', async () => {
    await run(db, 'BEGIN');
    expect(await failure(db.query('SELECT * FROM accounts', [], { passthrough: true }))).toMatchObject({
      sqlState: '25001',
    });
    await run(db, 'ROLLBACK');
  });

  describe('reads', () => {
    beforeEach(() =>
      run(
        db,
        'BEGIN',
        `INSERT INTO accounts (id, balance, owner) VALUES ('d', 40, 'owner d')`,
        `UPDATE accounts SET balance = balance - 30 WHERE id = 'a'`,
        `DELETE FROM accounts WHERE id = 'b'`,
      ),
    );
    afterEach(() => run(db, 'ROLLBACK'));

    it.each([
      [`SELECT id, balance FROM accounts WHERE id = 'a'`, [{ id: 'a', balance: 70 }]],
      [`SELECT id FROM accounts WHERE id = 'b'`, []],
      [`SELECT id FROM accounts WHERE id IN ('b', 'c', 'd') ORDER BY id`, [{ id: 'c' }, { id: 'd' }]],
      [`SELECT count(*) AS n, sum(balance) AS sum FROM accounts`, [{ n: 3, sum: 210 }]],
      [`SELECT min(balance) AS least FROM accounts`, [{ least: 40 }]],
      [`SELECT id FROM accounts WHERE balance < 100 ORDER BY balance LIMIT 1`, [{ id: 'd' }]],
      [`SELECT id FROM accounts ORDER BY id LIMIT 2 OFFSET 1`, [{ id: 'c' }, { id: 'd' }]],
      [
        `SELECT x.id FROM accounts AS x JOIN accounts AS y ON x.balance < y.balance ORDER BY x.id, y.id`,
        [{ id: 'a' }, { id: 'd' }, { id: 'd' }],
      ],
      [`SELECT 1 AS one WHERE EXISTS (SELECT FROM accounts WHERE owner = 'owner d')`, [{ one: 1 }]],
      [`SELECT tags->>0 AS tag FROM accounts WHERE id = 'a'`, [{ tag: 'tag 0' }]],
      [`SELECT value FROM "accounts.tags" ORDER BY value`, [{ value: 'tag 0' }, { value: 'tag 2' }]],
    ])('see the writes of the transaction: %s', async (sql, expected) => {
      expect(await rowsOf(db, sql)).toEqual(expected);
    });

    it('see attributes that the transaction adds, until it is rolled back', async () => {
      await run(
        db,
        'BEGIN',
        `INSERT INTO accounts (id, colour) VALUES ('n1', 'red')`,
        `UPDATE accounts SET colour = 'blue' WHERE colour = 'red'`,
        `UPDATE accounts SET size = 5, colour = 'green' WHERE colour = 'blue' RETURNING size`,
      );
      const sql = 'SELECT id, colour, size FROM accounts WHERE size > 4';
      expect(await rowsOf(db, sql)).toEqual([{ id: 'n1', colour: 'green', size: 5 }]);
      expect(await rowsOf(db, `SELECT * FROM accounts WHERE id = 'n1'`)).toMatchObject([{ colour: 'green' }]);
      await run(db, 'ROLLBACK');
      expect(await failure(db.query(sql))).toMatchObject({ sqlState: '42703' });
      await run(
        db,
        'BEGIN',
        `INSERT INTO accounts (id, colour) VALUES ('n1', 'red')`,
        `UPDATE accounts SET size = 5 WHERE colour = 'red'`,
        'COMMIT',
      );
      expect(await rowsOf(db, sql)).toEqual([{ id: 'n1', colour: 'red', size: 5 }]);
    });

    it('include those of statements that write', async () => {
      await run(db, `UPDATE accounts SET balance = (SELECT max(balance) FROM accounts) + 1 WHERE id = 'd'`);
      await run(db, `INSERT INTO orders (customer, line, sku) SELECT id, balance, owner FROM accounts`);
      expect(await rowsOf(db, `SELECT customer, line FROM orders WHERE customer <> 'c' ORDER BY 1`)).toEqual([
        { customer: 'a', line: 70 },
        { customer: 'd', line: 101 },
      ]);
      expect(await failure(db.query(`INSERT INTO accounts (id) VALUES ('d')`))).toMatchObject({
        sqlState: '23505',
      });
    });
  });

  describe('savepoints', () => {
    const CHANGED = `SELECT id, balance FROM accounts WHERE balance <> 100 ORDER BY id`;

    it('are returned to, released and nested', async () => {
      await run(db, 'BEGIN', `UPDATE accounts SET balance = 1 WHERE id = 'a'`, 'SAVEPOINT s');
      await run(db, `UPDATE accounts SET balance = 2 WHERE id = 'a'`, 'SAVEPOINT s');
      await run(
        db,
        `DELETE FROM accounts WHERE id = 'a'`,
        `INSERT INTO accounts (id, balance) VALUES ('d', 4)`,
      );
      expect(await rowsOf(db, CHANGED)).toEqual([{ id: 'd', balance: 4 }]);
      expect(await run(db, 'ROLLBACK TO s')).toMatchObject({ command: 'ROLLBACK' });
      expect(await rowsOf(db, CHANGED)).toEqual([{ id: 'a', balance: 2 }]);
      await run(db, `UPDATE accounts SET balance = 3 WHERE id = 'a'`, 'ROLLBACK TO SAVEPOINT s');
      expect(await rowsOf(db, CHANGED)).toEqual([{ id: 'a', balance: 2 }]);
      expect(await run(db, 'RELEASE s')).toMatchObject({ command: 'RELEASE' });
      await run(db, 'ROLLBACK TO s');
      expect(await rowsOf(db, CHANGED)).toEqual([{ id: 'a', balance: 1 }]);
      await run(db, `INSERT INTO accounts (id, balance) VALUES ('e', 5)`, 'RELEASE SAVEPOINT s', 'COMMIT');
      expect(await balances()).toEqual({ a: 1, b: 100, c: 100, e: 5 });
    });

    it('heal a failed transaction', async () => {
      await run(db, 'BEGIN', `UPDATE accounts SET balance = 1 WHERE id = 'a'`, 'SAVEPOINT s');
      await failure(db.query('SELECT nonsense FROM accounts'));
      expect(await failure(db.query('SAVEPOINT other'))).toMatchObject({ sqlState: '25P02' });
      expect(await failure(db.query('RELEASE s'))).toMatchObject({ sqlState: '25P02' });
      await run(db, 'ROLLBACK TO s');
      expect(await failure(db.query('ROLLBACK TO missing'))).toMatchObject({ sqlState: '3B001' });
      expect(await failure(db.query('SELECT 1'))).toMatchObject({ sqlState: '25P02' });
      await run(db, 'ROLLBACK TO s', 'COMMIT');
      expect(await balances()).toMatchObject({ a: 1 });
    });

    it('do not send an insert that was rolled back, in a transaction function either', async () => {
      await db.transaction(async (tx) => {
        await tx.query('SAVEPOINT s');
        await tx.query(`INSERT INTO accounts (id, balance) VALUES ('d', 1)`);
        await tx.query('ROLLBACK TO s');
        await tx.query(`UPDATE accounts SET balance = 1 WHERE id = 'c'`);
      });
      expect(await balances()).toEqual({ a: 100, b: 100, c: 1 });
    });

    it.each(['SAVEPOINT s', 'RELEASE s', 'ROLLBACK TO s'])('need a transaction: %s', async (sql) => {
      expect(await failure(db.query(sql))).toMatchObject({ sqlState: '25P01' });
    });
  });

  describe('with transaction()', () => {
    it('commits when the function returns, and returns its value', async () => {
      const moved = await db.transaction(async (tx) => {
        await tx.query(`UPDATE accounts SET balance = balance - $1 WHERE id = 'a'`, [30]);
        await tx.query(`UPDATE accounts SET balance = balance + $1 WHERE id = 'b'`, [30]);
        expect(await balances()).toEqual({ a: 100, b: 100, c: 100 });
        return 30;
      });
      expect(moved).toBe(30);
      expect(await balances()).toEqual({ a: 70, b: 130, c: 100 });
    });

    it('rolls back when the function throws, with its own error', async () => {
      const mine = new Error('changed my mind');
      const work = db.transaction(async (tx) => {
        await tx.query(`DELETE FROM accounts WHERE id = 'a'`);
        throw mine;
      });
      await expect(work).rejects.toBe(mine);
      expect(await balances()).toMatchObject({ a: 100 });
    });

    it('is isolated from the statements of its connection and of others', async () => {
      await db.transaction(async (tx) => {
        await tx.query(`UPDATE accounts SET balance = 1 WHERE id = 'a'`);
        await db.query(`UPDATE accounts SET balance = 2 WHERE id = 'b'`);
        expect(await balances()).toMatchObject({ a: 100, b: 2 });
        await db.transaction(async (second) => {
          await second.query(`UPDATE accounts SET balance = 3 WHERE id = 'c'`);
        });
        expect(await balances()).toMatchObject({ a: 100, c: 3 });
      });
      expect(await balances()).toEqual({ a: 1, b: 2, c: 3 });
    });

    it('does not commit after a failure that the function caught', async () => {
      const work = db.transaction(async (tx) => {
        await tx.query(`DELETE FROM accounts WHERE id = 'a'`);
        await tx.query('SELECT nonsense FROM accounts').catch(() => undefined);
      });
      expect(await failure(work)).toMatchObject({ sqlState: '25P02' });
      expect(await balances()).toMatchObject({ a: 100 });
    });

    it('refuses COMMIT, statements that were not awaited, and statements after its end', async () => {
      expect(await failure(db.transaction(async (tx) => void (await tx.query('COMMIT'))))).toMatchObject({
        sqlState: '25001',
      });
      let late: Promise<unknown> = Promise.resolve();
      const hasty = db.transaction(async (tx) => {
        late = failure(tx.query(`UPDATE accounts SET balance = balance * 2 WHERE owner LIKE 'o%'`));
      });
      expect((await failure(hasty)).message).toContain('still running');
      expect(await late).toMatchObject({ sqlState: '25P01' });
      let kept: Parameters<Parameters<Connection['transaction']>[0]>[0] | undefined;
      await db.transaction(async (tx) => {
        kept = tx;
      });
      expect(
        await failure(kept?.query(`DELETE FROM accounts WHERE id = 'a'`) ?? Promise.resolve()),
      ).toMatchObject({
        sqlState: '25P01',
      });
      expect(await balances()).toEqual({ a: 100, b: 100, c: 100 });
    });

    it('prepares and explains statements in a transaction', async () => {
      await db.transaction(async (tx) => {
        await using change = await tx.prepare('UPDATE accounts SET balance = $1 WHERE id = $2');
        for (const id of ['a', 'b']) expect(await change.query([9, id])).toMatchObject({ rowCount: 1 });
        expect((await tx.explain(`SELECT * FROM accounts WHERE id = 'a'`)).text).toContain('GetItem');
      });
      expect(await balances()).toEqual({ a: 9, b: 9, c: 100 });
    });
  });

  describe('FOR UPDATE', () => {
    it('makes COMMIT fail if the rows read were modified', async () => {
      const work = db.transaction(async (tx) => {
        const { rows } = await tx.query(`SELECT balance FROM accounts WHERE id = 'a' FOR UPDATE`);
        expect(rows).toEqual([{ balance: 100 }]);
        await other.query(`UPDATE accounts SET owner = 'somebody' WHERE id = 'a'`);
        await tx.query(`UPDATE accounts SET balance = 0 WHERE id = 'b'`);
      });
      expect(await failure(work)).toMatchObject({ sqlState: '40001' });
      expect(await balances()).toEqual({ a: 100, b: 100, c: 100 });
    });

    it('allows writes to the rows it read, and sees earlier writes', async () => {
      await db.transaction(async (tx) => {
        await tx.query(`SELECT * FROM accounts WHERE id IN ('a', 'b') FOR UPDATE`);
        await tx.query(`UPDATE accounts SET balance = 1 WHERE id = 'a'`);
        const { rows } = await tx.query(
          `SELECT id, balance FROM accounts WHERE balance < 1000 ORDER BY length(id), id DESC FOR SHARE`,
        );
        expect(rows).toEqual([
          { id: 'c', balance: 100 },
          { id: 'b', balance: 100 },
          { id: 'a', balance: 1 },
        ]);
      });
      expect(await balances()).toEqual({ a: 1, b: 100, c: 100 });
    });

    it.each([
      [`SELECT * FROM accounts WHERE id = 'a' FOR UPDATE SKIP LOCKED`],
      [`SELECT * FROM (SELECT * FROM accounts FOR UPDATE) AS s`],
      [`SELECT count(*) FROM accounts GROUP BY owner FOR UPDATE`],
      [`SELECT * FROM accounts, orders FOR UPDATE`],
      [`SELECT * FROM accounts LIMIT 1 FOR UPDATE`],
    ])('refuses %s', async (sql) => {
      const work = db.transaction(async (tx) => void (await tx.query(sql)));
      expect(await failure(work)).toMatchObject({ sqlState: '0A000' });
    });

    it('needs a transaction that is not read-only', async () => {
      const sql = `SELECT * FROM accounts WHERE id = 'a' FOR UPDATE`;
      expect(await failure(db.query(sql))).toMatchObject({ sqlState: '25P01' });
      const work = db.transaction(async (tx) => void (await tx.query(sql)), { readOnly: true });
      expect(await failure(work)).toMatchObject({ sqlState: '25006' });
    });
  });

  describe('RETURNING', () => {
    it('returns the rows that COMMIT will write, and COMMIT verifies them', async () => {
      await run(db, 'BEGIN');
      expect(
        (await db.query(`INSERT INTO accounts (id, balance) VALUES ('d', 4) RETURNING *`)).rows,
      ).toMatchObject([{ id: 'd', balance: 4 }]);
      expect(
        (await db.query(`UPDATE accounts SET balance = balance + 1 WHERE id = 'a' RETURNING id, balance`))
          .rows,
      ).toEqual([{ id: 'a', balance: 101 }]);
      expect((await db.query(`DELETE FROM accounts WHERE id = 'b' RETURNING owner`)).rows).toEqual([
        { owner: 'owner b' },
      ]);
      await other.query(`UPDATE accounts SET owner = 'new' WHERE id = 'b'`);
      expect(await failure(db.query('COMMIT'))).toMatchObject({ sqlState: '40001' });
    });

    it('computes what DynamoDB will compute', async () => {
      await run(db, 'BEGIN');
      const { rows } = await db.query(
        `UPDATE orders SET counts = set_add(counts, string_set('y')) WHERE customer = 'c' AND line = 1 RETURNING *`,
      );
      expect(rows).toMatchObject([{ line: 1, counts: ['x', 'y'] }]);
      await run(db, 'ROLLBACK');
    });
  });

  describe('limits', () => {
    it('refuses the statement that exceeds 100 writes, and sends nothing', async () => {
      await run(db, 'BEGIN', `INSERT INTO accounts (id, balance) VALUES ${values(0, 100)}`);
      const error = await failure(db.query(`INSERT INTO accounts (id, balance) VALUES ${values(100, 101)}`));
      expect(error).toMatchObject({ code: 'DYNAMO_LIMIT', sqlState: '54000' });
      expect(error.message).toContain('statement 2');
      await run(
        db,
        'ROLLBACK',
        'BEGIN',
        `INSERT INTO accounts (id, balance) VALUES ${values(0, 100)}`,
        'COMMIT',
      );
      expect(Object.keys(await balances())).toHaveLength(103);
    });

    it('refuses the statement that exceeds 4 MB', async () => {
      await run(db, 'BEGIN');
      const error = await failure(
        (async () => {
          for (let i = 0; i < 11; i += 1)
            await db.query(`INSERT INTO accounts (id, note) VALUES ($1, $2)`, [
              `big${i}`,
              'x'.repeat(399_000),
            ]);
        })(),
      );
      expect(error).toMatchObject({ code: 'DYNAMO_LIMIT', sqlState: '54000' });
      expect(error.message).toContain('statement 11');
      await run(db, 'ROLLBACK');
    });
  });

  describe('READ ONLY', () => {
    it('refuses writes and allows reads', async () => {
      await run(db, 'BEGIN READ ONLY');
      expect(await rowsOf(db, `SELECT id, balance FROM accounts WHERE id IN ('b', 'a') ORDER BY id`)).toEqual(
        [
          { id: 'a', balance: 100 },
          { id: 'b', balance: 100 },
        ],
      );
      expect(await rowsOf(db, `SELECT balance FROM accounts WHERE id = 'a'`)).toEqual([{ balance: 100 }]);
      expect(await rowsOf(db, `SELECT balance FROM accounts WHERE id = 'nobody'`)).toEqual([]);
      expect(await failure(db.query(`DELETE FROM accounts`))).toMatchObject({ sqlState: '25006' });
      await run(db, 'ROLLBACK');
    });
  });

  describe('UPDATE of a key', () => {
    it('moves the whole item', async () => {
      const { rows, rowCount } = await db.query(
        `UPDATE accounts SET id = 'z' || id, balance = 1 WHERE id IN ('a', 'b') RETURNING id, owner`,
      );
      expect(rowCount).toBe(2);
      expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(['za', 'zb']));
      expect(await balances()).toEqual({ c: 100, za: 1, zb: 1 });
      expect(await rowsOf(db, `SELECT owner, tags FROM accounts WHERE id = 'za'`)).toEqual([
        { owner: 'owner a', tags: ['tag 0'] },
      ]);
    });

    it('is shown by EXPLAIN', async () => {
      const { rows } = await db.query(`EXPLAIN UPDATE accounts SET id = 'y' WHERE id = 'a'`);
      expect(rows[0]?.['QUERY PLAN']).toMatch(/^TransactWriteItems accounts \(Delete, Put\)/);
    });

    it('leaves both items unchanged if the new key exists', async () => {
      expect(await failure(db.query(`UPDATE accounts SET id = 'b' WHERE id = 'a'`))).toMatchObject({
        sqlState: '23505',
      });
      expect(await balances()).toEqual({ a: 100, b: 100, c: 100 });
    });

    it('updates an item in place if its key stays the same', async () => {
      expect(await run(db, `UPDATE accounts SET id = 'a', balance = 4 WHERE id = 'a'`)).toMatchObject({
        rowCount: 1,
      });
      expect(await balances()).toMatchObject({ a: 4 });
    });

    it('joins the open transaction', async () => {
      await run(db, 'BEGIN', `UPDATE orders SET line = line + 10 WHERE customer = 'c' AND line = 1`);
      expect(await rowsOf(other, `SELECT line FROM orders WHERE customer = 'c' ORDER BY line`)).toEqual(
        [1, 2, 3].map((line) => ({ line })),
      );
      await run(db, 'COMMIT');
      expect(
        await rowsOf(other, `SELECT line, sku FROM orders WHERE customer = 'c' ORDER BY line DESC LIMIT 1`),
      ).toEqual([{ line: 11, sku: 's1' }]);
      await run(db, `UPDATE orders SET line = 1 WHERE customer = 'c' AND line = 11`);
    });
  });

  it('keeps the sum of all balances under concurrent transfers', async () => {
    const writers = await Promise.all(Array.from({ length: 4 }, () => database.open()));
    const ids = ['a', 'b', 'c'];
    let conflicts = 0;
    const move = async (on: Connection, round: number, writer: number): Promise<void> => {
      const from = ids[(round + writer) % 3];
      const to = ids[(round * 2 + writer + 1) % 3];
      if (from === undefined || to === undefined || from === to) return;
      const amount = 1 + ((round * 7 + writer * 3) % 20);
      try {
        await on.transaction(async (tx) => {
          if (round % 2 === 0) {
            await tx.query('UPDATE accounts SET balance = balance - $1 WHERE id = $2 AND balance >= $1', [
              amount,
              from,
            ]);
            await tx.query('UPDATE accounts SET balance = balance + $1 WHERE id = $2', [amount, to]);
          } else {
            const { rows } = await tx.query<{ id: string; balance: number }>(
              'SELECT id, balance FROM accounts WHERE id IN ($1, $2) FOR UPDATE',
              [from, to],
            );
            for (const { id, balance } of rows)
              await tx.query('UPDATE accounts SET balance = $1 WHERE id = $2', [
                balance + (id === from ? -amount : amount),
                id,
              ]);
          }
        });
      } catch (error) {
        if (!(error instanceof DriverError) || error.sqlState !== '40001') throw error;
        conflicts += 1;
      }
    };
    await Promise.all(
      writers.map(async (on, writer) => {
        for (let round = 0; round < 12; round += 1) await move(on, round, writer);
      }),
    );
    expect(conflicts).toBeLessThan(48);
    const sum = Object.values(await balances()).reduce<number>(
      (total, balance) => total + Number(balance),
      0,
    );
    expect(sum).toBe(300);
  });
});
