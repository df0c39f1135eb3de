import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '../../src/index.ts';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import { parsePartiql } from '../../src/sql/parse/partiql.ts';
import { type HttpDouble, type Reply, serviceError, startHttpDouble } from '../doubles/dynamodb-http.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const page = (items: readonly AttributeMap[], next?: string): Reply => ({
  body: JSON.stringify({
    Items: items,
    ...(next !== undefined && { NextToken: next, LastEvaluatedKey: { id: { S: 'x' } } }),
    ConsumedCapacity: { TableName: 'things', CapacityUnits: 2, Table: { CapacityUnits: 2 } },
  }),
});

describe('PartiQL passthrough', () => {
  let double: HttpDouble | undefined;
  afterEach(() => double?.close());
  const open = async (
    answer: Parameters<typeof startHttpDouble>[0],
    more = '',
    passthrough = true,
  ): Promise<Connection> => {
    double = await startHttpDouble(answer);
    return connect(
      `AWSAccessKey=AKIDTEST;AWSSecretKey=not-a-secret;AWSRegion=us-east-1;Endpoint=${double.endpoint};RetryWaitTime=1;QueryPassthrough=${passthrough};${more}`,
    );
  };

  it('sends the statement unchanged, with its parameters, and reads all pages', async () => {
    const pages = [
      page([], 't1'),
      page([{ id: { S: 'a' }, n: { N: '1' } }], 't2'),
      page([{ n: { N: '1.5' }, more: { L: [{ N: '2' }] } }]),
    ];
    await using db = await open((_, at) => pages[at] ?? 'hang', 'UseConsistentReads=true;Pagesize=10');
    const sql = ` SELECT * FROM "things"  WHERE id IN [?, ?] AND t <> '?' `;
    const { rows, columns, stats, command } = await db.query(sql, ['a', 2.5]);
    expect(rows).toEqual([
      { id: 'a', n: 1, $rest: null },
      { id: null, n: 1.5, $rest: { more: [2] } },
    ]);
    expect(columns).toEqual([
      { name: 'id', type: 'text', oid: 25 },
      { name: 'n', type: 'bigint', oid: 20 },
      { name: '$rest', type: 'json', oid: 114 },
    ]);
    expect(stats).toMatchObject({ requests: 3, pages: 3, itemsReturned: 2, readCapacity: 6 });
    expect(command).toBe('SELECT');
    const first = {
      Statement: sql,
      Parameters: [{ S: 'a' }, { N: '2.5' }],
      ConsistentRead: true,
      Limit: 10,
      ReturnConsumedCapacity: 'INDEXES',
    };
    expect(double?.requests.map(({ operation, input }) => [operation, input])).toEqual([
      ['ExecuteStatement', first],
      ['ExecuteStatement', { ...first, NextToken: 't1' }],
      ['ExecuteStatement', { ...first, NextToken: 't2' }],
    ]);
  });

  it('has only the attributes as columns if one page holds all items', async () => {
    await using db = await open(() => page([{ id: { S: 'a' } }, { b: { B: 'AQI=' }, x: { NULL: true } }]));
    const { rows, columns } = await db.query('SELECT * FROM things', [], { rowMode: 'array' });
    expect(columns.map(({ name }) => name)).toEqual(['id', 'b', 'x']);
    expect(rows).toEqual([
      ['a', null, null],
      [null, new Uint8Array([1, 2]), null],
    ]);
  });

  it('respects MaxRows, MaxRCU and consistent reads', async () => {
    await using db = await open(() => page([{ id: { S: 'a' } }, { id: { S: 'b' } }], 'again'));
    const text = 'SELECT id FROM things';
    expect(await db.query(text, [], { maxRows: 3 })).toMatchObject({ rowCount: 3, truncated: true });
    expect(double?.requests).toHaveLength(2);
    await expect(db.query(text, [], { maxRcu: 5 })).rejects.toMatchObject({
      code: 'EXEC_CAPACITY',
      message: 'statement stopped after 6 read capacity units; MaxRCU is 5',
    });
    await expect(db.query(text, [], { timeoutMs: 100 })).rejects.toMatchObject({ code: 'EXEC_TIMEOUT' });
    const stream = await db.stream(text);
    for await (const row of stream) {
      expect(row).toEqual({ id: 'a', $rest: null });
      break;
    }
    const sent = double?.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(double?.requests).toHaveLength(sent ?? 0);
  });

  it('sends statements that write, unless Readonly=true', async () => {
    const insert = `INSERT INTO things VALUE {'id': ?}`;
    await using db = await open(() => ({ body: '{"Items":[]}' }), 'UseConsistentReads=true;Pagesize=5');
    expect(await db.query(insert, ['a'])).toMatchObject({ rows: [], command: 'INSERT' });
    expect(double?.requests[0]?.input).toEqual({
      Statement: insert,
      Parameters: [{ S: 'a' }],
      ReturnConsumedCapacity: 'INDEXES',
    });
    await double?.close();
    await using careful = await open(() => 'hang', 'Readonly=true');
    for (const text of [
      insert,
      `-- SELECT\n delete FROM things WHERE id = 'a'`,
      `/* */UPDATE things SET a = 1`,
    ])
      await expect(careful.query(text, text === insert ? ['a'] : [])).rejects.toMatchObject({
        code: 'SQL_READ_ONLY',
        sqlState: '25006',
      });
    expect(double?.requests).toEqual([]);
  });

  it('does not retry a write that may have taken place, and reports that', async () => {
    await using db = await open(() => ({ cut: '{"Items":[' }));
    const error = await thrownBy(() => db.query(`UPDATE things SET n = n + 1 WHERE id = 'a'`));
    expect(error.message).toMatch(/may/);
    expect(double?.requests).toHaveLength(1);
  });

  it('reports errors of DynamoDB, and retries what is retryable', async () => {
    await using db = await open((_, at) =>
      at === 0
        ? serviceError('ThrottlingException', 'slowly')
        : serviceError('ValidationException', 'Statement wasn\u2019t well formed'),
    );
    await expect(db.query('SELECT FROM')).rejects.toMatchObject({
      code: 'DYNAMO_REFUSED',
      message: expect.stringContaining('well formed'),
    });
    expect(double?.requests).toHaveLength(2);
  });

  it('refuses what cannot be sent, without a request', async () => {
    await using db = await open(() => 'hang');
    await expect(db.query(`SELECT * FROM things WHERE id = '${'x'.repeat(8192)}'`)).rejects.toMatchObject({
      code: 'DYNAMO_LIMIT',
      message: expect.stringContaining('8192'),
    });
    await expect(db.query('SELECT * FROM things WHERE id = ?')).rejects.toMatchObject({
      code: 'SQL_PARAMETERS',
    });
    await expect(db.query('SELECT * FROM things WHERE n = ?', [Infinity])).rejects.toMatchObject({
      code: 'SQL_BAD_VALUE',
    });
    await expect(db.explain('SELECT * FROM things')).rejects.toMatchObject({ code: 'SQL_NOT_SUPPORTED' });
    const prepared = await db.prepare('SELECT * FROM things WHERE id = ? AND t = ?');
    expect(prepared).toMatchObject({ parameterCount: 2, columns: [] });
    expect(double?.requests).toEqual([]);
  });

  it('can be chosen for a single statement', async () => {
    await using db = await open(() => page([{ id: { S: 'a' } }]), '', false);
    expect((await db.query('SELECT id FROM things', [], { passthrough: true })).rows).toEqual([{ id: 'a' }]);
    await expect(db.query("SELECT id FROM things WHERE id IN ['a']")).rejects.toMatchObject({
      code: 'SQL_SYNTAX',
    });
  });
});

describe('a PartiQL statement', () => {
  it.each([
    ['SELECT * FROM t WHERE a = ?', 'SELECT', 1],
    [`select '?''?', "?" -- ?\n, ? /* ? */ FROM t`, 'SELECT', 1],
    ['  /* why? */ UPDATE t SET a = ? WHERE k = ?', 'UPDATE', 2],
    ['', '', 0],
  ])('%j has a verb and a number of parameters', (text, verb, parameterCount) => {
    expect(parsePartiql(text)).toMatchObject({ text, verb, parameterCount });
  });
});

const local = await startDynamoDbLocal();
const suite = 'skipped' in local ? describe.skip : describe;

suite(
  'skipped' in local ? `PartiQL at DynamoDB Local (${local.skipped})` : 'PartiQL at DynamoDB Local',
  () => {
    let database: TestDatabase;
    beforeAll(async () => {
      if ('skipped' in local) return;
      database = await startTestDatabase(local);
      await database.add({
        name: 'notes',
        key: ['id:S'],
        items: Array.from({ length: 30 }, (_, i) => ({ id: { S: `n${i}` }, n: { N: String(i) } })),
      });
    }, 60_000);
    afterAll(() => database.close());

    it('reads, writes and pages', async () => {
      const db = await database.open('QueryPassthrough=true;Pagesize=7');
      const { rows, stats } = await db.query('SELECT id, n FROM "notes" WHERE n >= ?', [10]);
      expect(rows).toHaveLength(20);
      expect(stats.pages).toBeGreaterThan(3);
      await db.query(`INSERT INTO "notes" VALUE {'id': ?, 'tags': ?}`, ['new', ['a', 'b']]);
      const found = await db.query(`SELECT * FROM "notes" WHERE id = 'new'`);
      expect(found.rows).toEqual([{ id: 'new', tags: ['a', 'b'] }]);
      await db.query(`DELETE FROM "notes" WHERE id = ?`, ['new']);
      expect((await db.query(`SELECT * FROM "notes" WHERE id = 'new'`)).rows).toEqual([]);
    });
  },
);
