import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';
import { type FaultingProxy, startFaultingProxy } from '../doubles/faulting-proxy.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const local = await startDynamoDbLocal();
const suite = 'skipped' in local ? describe.skip : describe;
const title =
  'skipped' in local ? `Transactions under faults (${local.skipped})` : 'Transactions under faults';

const ITEMS = ['a', 'b'].map((id) => ({ id: { S: id }, n: { N: '10' } }));

suite(title, () => {
  let proxy: FaultingProxy;
  let database: TestDatabase;
  let db: Connection;
  let direct: TestDatabase;
  let tokens: unknown[];

  beforeAll(async () => {
    if ('skipped' in local) return;
    direct = await startTestDatabase(local);
    await direct.add({ name: 'tab', key: ['id:S'], items: ITEMS });
    const operations = new Set(['TransactWriteItems', 'TransactGetItems', 'GetItem', 'BatchGetItem']);
    proxy = await startFaultingProxy(local.endpoint, operations);
    database = await startTestDatabase(proxy);
  }, 60_000);
  afterAll(async () => {
    await database?.close();
    await direct?.close();
  });
  beforeEach(async () => {
    tokens = [];
    await direct.client.putItems('tab', ITEMS);
    proxy.plan(() => undefined);
    db = await database.open('MaximumRequestRetries=3;RetryWaitTime=5');
  });

  const values = async (): Promise<unknown> => {
    const connection = await direct.open();
    return (await connection.query('SELECT id, n FROM tab ORDER BY length(id), id')).rows;
  };
  const change = (): Promise<unknown> =>
    db.transaction(async (tx) => {
      await tx.query(`UPDATE tab SET n = n - 1 WHERE id = 'a'`);
      await tx.query(`UPDATE tab SET n = n + 1 WHERE id = 'b'`);
    });
  const changed = [
    { id: 'a', n: 9 },
    { id: 'b', n: 11 },
  ];

  it.each(['cut', 'hang up', { error: 'InternalServerError', status: 500, done: true }] as const)(
    'is committed once if the response to COMMIT is lost: %j',
    async (fault) => {
      proxy.plan(({ operation, input }) => {
        if (operation !== 'TransactWriteItems') return undefined;
        tokens.push(input['ClientRequestToken']);
        return tokens.length < 3 ? fault : undefined;
      });
      await change();
      expect(await values()).toEqual(changed);
      expect(tokens).toHaveLength(3);
      expect(new Set(tokens).size).toBe(1);
    },
  );

  it('reports 40003 if no response arrives at all', async () => {
    proxy.plan(({ operation }) => (operation === 'TransactWriteItems' ? 'cut' : undefined));
    await expect(change()).rejects.toMatchObject({ code: 'EXEC_UNKNOWN_OUTCOME', sqlState: '40003' });
    expect(await values()).toEqual(changed);
  });

  it('waits for its own transaction that is still in progress', async () => {
    let at = 0;
    proxy.plan(({ operation }) =>
      operation === 'TransactWriteItems' && at++ === 0
        ? { error: 'TransactionInProgressException', status: 400 }
        : undefined,
    );
    await change();
    expect(await values()).toEqual(changed);
  });

  it('reads keys in a READ ONLY transaction as one snapshot, despite concurrent writes', async () => {
    const operations: string[] = [];
    proxy.plan(({ operation }) => {
      operations.push(operation);
      return operations.length === 1 ? { error: 'TransactionCanceledException', status: 400 } : undefined;
    });
    const rows = await db.transaction(
      async (tx) => (await tx.query(`SELECT n FROM tab WHERE id IN ('b', 'a', 'none')`)).rows,
      { readOnly: true },
    );
    expect(rows).toEqual([{ n: 10 }, { n: 10 }]);
    expect(operations).toEqual(['TransactGetItems', 'TransactGetItems']);
  });

  it('moves an item to another key once if the response is lost', async () => {
    let at = 0;
    proxy.plan(({ operation }) => (operation === 'TransactWriteItems' && at++ === 0 ? 'cut' : undefined));
    expect(await db.query(`UPDATE tab SET id = 'c' WHERE id = 'a'`)).toMatchObject({ rowCount: 1 });
    expect(await values()).toEqual([
      { id: 'b', n: 10 },
      { id: 'c', n: 10 },
    ]);
    await db.query(`DELETE FROM tab WHERE id = 'c'`);
  });
});
