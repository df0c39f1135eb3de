import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import { newReadStats } from '../../src/dynamo/read/read-stats.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

describe('a column of documents that an operator changes', () => {
  let database: TestDatabase;
  let db: Connection;
  beforeAll(async () => {
    database = await startTestDatabase();
    await database.add({
      name: 'files',
      key: ['id:S'],
      items: [
        {
          id: { S: 'a' },
          doc: { M: { n: { N: '1' }, s: { SS: ['x', 'y'] } } },
          list: { L: [{ N: '1' }] },
          tags: { SS: ['x', 'y'] },
          mixed: { N: '1' },
        },
        { id: { S: 'b' }, mixed: { S: 'one' } },
      ],
    });
    db = await connect(database.string());
  });
  afterAll(async () => {
    await db.close();
    await database.close();
  });

  it.each([
    [`doc || '{"z":true}'`, { n: 1, s: ['x', 'y'], z: true }],
    [`'{"n":2}' || doc`, { n: 1, s: ['x', 'y'] }],
    [`doc || '{"a":1}' || '{"b":2}'`, { n: 1, s: ['x', 'y'], a: 1, b: 2 }],
    [`doc || json_build_object('k', 1)`, { n: 1, s: ['x', 'y'], k: 1 }],
    [`list || '2'`, [1, 2]],
    [`doc - 'n'`, { s: ['x', 'y'] }],
    [`doc #- '{s,0}'`, { n: 1, s: ['y'] }],
    [`list - 0`, []],
    [`doc || 'x'::text`, '{"n":1,"s":["x","y"]}x'],
    [`mixed || 'x'`, '1x'],
  ])('is jsonb unless the other operand is text: %s', async (expression, value) => {
    const { rows } = await db.query(`SELECT ${expression} AS v FROM files f WHERE id = 'a'`);
    expect(rows).toEqual([{ v: value }]);
    const { rows: inner } = await db.query(
      `SELECT ${expression} AS v FROM (SELECT * FROM files) f WHERE id = 'a'`,
    );
    expect(inner).toEqual([{ v: value }]);
  });

  it('keeps its sets when it is written', async () => {
    await db.query(`UPDATE files SET doc = doc || '{"z":1}', tags = tags || '["z"]' WHERE id = 'a'`);
    const key = { TableName: 'files', Key: { id: { S: 'a' } } };
    const { Item } = JSON.parse((await database.client.read('GetItem', key, newReadStats())).toString());
    expect(Item).toMatchObject({
      doc: { M: { n: { N: '1' }, s: { SS: ['x', 'y'] }, z: { N: '1' } } },
      tags: { SS: ['x', 'y', 'z'] },
    });
  });

  it.each([`doc || 'zzz'`, `doc || '{"a":'`])('is never replaced by text: %s', async (expression) => {
    await expect(db.query(`UPDATE files SET doc = ${expression} WHERE id = 'a'`)).rejects.toMatchObject({
      sqlState: '22P02',
    });
  });
});
