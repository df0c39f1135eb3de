import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** More than one page of a Scan, because a table of one page is sampled completely. */
const FILLER = 'x'.repeat(30_000);

const ITEMS: readonly AttributeMap[] = Array.from({ length: 60 }, (_, i): AttributeMap => ({
  pk: { S: i % 2 === 0 ? 'even' : 'odd' },
  sk: { N: String(i) },
  a: { S: `a${i}${FILLER}` },
  ...(i === 57 && { note: { S: 'late' }, refund: { N: '7' }, Mixed: { M: { b: { N: '1' } } } }),
}));

describe('columns that no sampled item has', () => {
  let database: TestDatabase;
  const opened: Connection[] = [];
  const open = async (properties = ''): Promise<Connection> => {
    const connection = await connect(database.string(`RowScanDepth=5;${properties}`));
    opened.push(connection);
    return connection;
  };
  beforeAll(async () => {
    database = await startTestDatabase();
    await database.add({ name: 'wide', key: ['pk:S', 'sk:N'], items: ITEMS });
  });
  afterAll(async () => {
    await Promise.all(opened.map((connection) => connection.close()));
    await database.close();
  });

  it.each([
    ['SELECT note FROM wide', 'column "note" does not exist'],
    ['SELECT w.note FROM wide w', 'column w.note does not exist'],
    ['SELECT "note" FROM wide', 'column "note" does not exist'],
    ["DELETE FROM wide WHERE note = 'x'", 'column "note" does not exist'],
  ])('are an error that tells how to read them: %s', async (sql, message) => {
    const connection = await open();
    await expect(connection.query(sql)).rejects.toMatchObject({
      sqlState: '42703',
      message,
      remedy: expect.stringContaining(`read it as "$item"->>'note', or set UnknownColumns=Null.`),
    });
  });

  it.each([
    ['SELECT sk, note FROM wide WHERE pk = $1 AND sk = 57', [{ sk: 57, note: 'late' }]],
    ['SELECT sk, "note" FROM wide WHERE pk = $1 AND sk = 55', [{ sk: 55, note: null }]],
    ["SELECT sk FROM wide WHERE pk = $1 AND note = 'late'", [{ sk: 57 }]],
    ['SELECT sk FROM wide w WHERE pk = $1 AND w.note IS NOT NULL', [{ sk: 57 }]],
    ['SELECT refund::numeric + 1 AS n FROM wide WHERE pk = $1 AND refund::numeric > 0', [{ n: 8 }]],
    ['SELECT refund FROM wide WHERE pk = $1 ORDER BY refund LIMIT 1', [{ refund: 7 }]],
    ['SELECT "Mixed" FROM wide WHERE pk = $1 AND sk = 57', [{ Mixed: { b: 1 } }]],
    ['SELECT count(none) AS n, count(*) AS items FROM wide WHERE pk = $1', [{ n: 0, items: 30 }]],
    [
      'SELECT max(w.none) AS n FROM wide w JOIN wide o USING (pk) WHERE w.pk = $1 AND o.sk = 57',
      [{ n: null }],
    ],
    ['SELECT (SELECT max(note) FROM wide i WHERE i.pk = $1) AS n', [{ n: 'late' }]],
    [
      'WITH w AS (SELECT sk, note FROM wide WHERE pk = $1) SELECT note FROM w WHERE sk = 57',
      [{ note: 'late' }],
    ],
  ])('are NULL, or what items have, on request: %s', async (sql, rows) => {
    const connection = await open('UnknownColumns=Null;');
    expect((await connection.query(sql, ['odd'])).rows).toEqual(rows);
    expect((await connection.query(sql, ['odd'])).rows).toEqual(rows);
  });

  it('are columns of prepared statements and of writes', async () => {
    const connection = await open('UnknownColumns=Null;');
    await using statement = await connection.prepare('SELECT none FROM wide WHERE pk = $1 AND sk = $2');
    expect(statement.columns).toEqual([expect.objectContaining({ name: 'none', type: 'text' })]);
    expect((await statement.query(['odd', 1])).rows).toEqual([{ none: null }]);
    const { rowCount } = await connection.query(
      "UPDATE wide SET a = 'short', other = coalesce(elsewhere, 'no') WHERE pk = 'even' AND later IS NULL AND sk < 4",
    );
    expect(rowCount).toBe(2);
    const { rows } = await connection.query(
      "SELECT other FROM wide WHERE pk = 'even' AND sk < 4 ORDER BY sk",
    );
    expect(rows).toEqual([{ other: 'no' }, { other: 'no' }]);
  });

  it('are no columns of SELECT *', async () => {
    const connection = await open('UnknownColumns=Null;');
    await connection.query("SELECT none FROM wide WHERE pk = 'odd' LIMIT 1");
    const { columns } = await connection.query("SELECT * FROM wide WHERE pk = 'odd' AND sk = 1");
    expect(columns.map(({ name }) => name)).toEqual(['pk', 'sk', 'a']);
  });

  it('stay an error where several tables may be meant', async () => {
    const connection = await open('UnknownColumns=Null;');
    await expect(
      connection.query('SELECT none FROM wide w JOIN wide o USING (pk, sk)'),
    ).rejects.toMatchObject({ sqlState: '42703' });
  });
});
