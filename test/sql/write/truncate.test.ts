import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeMap } from '../../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../../support/test-database.ts';

function items(count: number): readonly AttributeMap[] {
  return Array.from({ length: count }, (_, i) => ({
    pk: { S: `p${i % 7}` },
    sk: { N: String(i) },
    text: { S: 'x'.repeat(50) },
  }));
}

describe('TRUNCATE', () => {
  let database: TestDatabase;
  let db: Connection;

  beforeAll(async () => {
    database = await startTestDatabase();
    for (const [name, count] of [
      ['large', 230],
      ['small', 3],
      ['empty', 0],
      ['kept', 5],
    ] as const)
      await database.add({ name, key: ['pk:S', 'sk:N'], items: items(count) });
    db = await database.open('ThreadCount=3');
  });
  afterAll(() => database.close());

  const countRows = async (table: string): Promise<unknown> =>
    (await db.query(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.['n'];

  it('fails before it deletes if one of the tables does not exist', async () => {
    await expect(db.query('TRUNCATE kept, nowhere')).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
    expect(await countRows('kept')).toBe(5);
  });

  it('is refused with Readonly=true', async () => {
    const readOnly = await database.open('Readonly=true');
    await expect(readOnly.query('TRUNCATE kept')).rejects.toMatchObject({ sqlState: '25006' });
    expect(await countRows('kept')).toBe(5);
  });

  it('stops at MaxWCU', async () => {
    const bounded = await database.open('MaxWCU=1');
    await expect(bounded.query('TRUNCATE kept')).rejects.toMatchObject({ code: 'EXEC_CAPACITY' });
  });

  it('deletes every item of its tables and counts them', async () => {
    const result = await db.query('TRUNCATE TABLE large, small, ONLY empty RESTART IDENTITY CASCADE');
    expect(result).toMatchObject({ command: 'TRUNCATE TABLE', rowCount: 233, rows: [] });
    expect(result.stats.itemsWritten).toBe(233);
    expect([await countRows('large'), await countRows('small'), await countRows('empty')]).toEqual([0, 0, 0]);
  });
});
