import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import { newReadStats } from '../../src/dynamo/read/read-stats.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const ITEM: AttributeMap = {
  id: { S: '1' },
  info: { M: { qty: { N: '1' } } },
  other: { M: { qty: { S: '3' } } },
  wrong: { M: { qty: { S: 'many' } } },
};

let database: TestDatabase;
let db: Connection;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'nested-types-'));
  const columns = [
    { name: 'id', type: 'text' },
    { name: 'qty', path: ['info', 'qty'], type: 'integer' },
    { name: 'price', path: ['info', 'price'], type: 'numeric(6,2)' },
    { name: 'placed', path: ['info', 'placed'], type: 'date' },
    ...['info', 'other', 'wrong'].map((name) => ({ name, type: 'json' })),
  ];
  const schema = { version: 1, table: 'nested', columns };
  writeFileSync(join(directory, 'nested.schema.json'), JSON.stringify(schema));
  database = await startTestDatabase();
  await database.add({ name: 'nested', key: ['id:S'], items: [] });
  db = await database.open(`Location=${directory}`);
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => database.client.putItems('nested', [ITEM]));

async function storedInfo(): Promise<unknown> {
  const input = { TableName: 'nested', Key: { id: { S: '1' } }, ConsistentRead: true };
  return JSON.parse((await database.client.read('GetItem', input, newReadStats())).toString())['Item'][
    'info'
  ];
}

describe('a declared column inside a document', () => {
  it.each<[string, Parameters<Connection['query']>[1], AttributeMap]>([
    [
      `REPLACE INTO nested (id, info) VALUES ('1', '{"qty":"5","price":1.005,"placed":"5 Jan 2024","x":"5"}')`,
      [],
      { qty: { N: '5' }, price: { N: '1.01' }, placed: { S: '2024-01-05' }, x: { S: '5' } },
    ],
    [`REPLACE INTO nested ("$item") VALUES ('{"id":"1","info":{"qty":"6"}}')`, [], { qty: { N: '6' } }],
    [`UPDATE nested SET info = $1 WHERE id = '1'`, [{ qty: '7' }], { qty: { N: '7' } }],
    [`UPDATE nested SET info.qty = '8' WHERE id = '1'`, [], { qty: { N: '8' } }],
    [`UPDATE nested SET qty = '9' WHERE id = '1'`, [], { qty: { N: '9' } }],
    [`UPDATE nested SET info = other WHERE id = '1'`, [], { qty: { N: '3' } }],
    [
      `UPDATE nested SET info = jsonb_set(info::jsonb, '{price}', '"2.555"') WHERE id = '1'`,
      [],
      { qty: { N: '1' }, price: { N: '2.56' } },
    ],
  ])('has its type after %s', async (sql, parameters, info) => {
    await db.query(sql, parameters);
    expect(await storedInfo()).toEqual({ M: info });
  });

  it.each([
    `REPLACE INTO nested (id, info) VALUES ('1', '{"qty":"many"}')`,
    `REPLACE INTO nested ("$item") VALUES ('{"id":"1","info":{"qty":"many"}}')`,
    `UPDATE nested SET info = '{"qty":"many"}' WHERE id = '1'`,
    `UPDATE nested SET info.qty = 'many' WHERE id = '1'`,
    `UPDATE nested SET info = wrong`,
  ])('refuses a value of another type: %s', async (sql) => {
    await expect(db.query(sql)).rejects.toMatchObject({
      sqlState: '22P02',
      message: expect.stringMatching(
        /invalid input syntax for type integer: "many" \(column "(?:info\.)?qty"\)$/,
      ),
    });
    expect(await storedInfo()).toEqual(ITEM['info']);
  });
});
