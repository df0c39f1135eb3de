import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

async function texts(
  connection: Connection,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<string[]> {
  const stream = await connection.stream(sql, parameters as string[]);
  const rows: string[] = [];
  for await (const batch of stream.textBatches()) rows.push(...batch.map((row) => row.join(' | ')));
  return rows;
}

async function run(connection: Connection, ...statements: readonly string[]): Promise<void> {
  for (const sql of statements) await connection.query(sql);
}

describe('The time zone of a session', () => {
  let db: TestDatabase;
  let connection: Connection;
  beforeAll(async () => {
    db = await startTestDatabase();
    await db.add({
      name: 'visits',
      key: ['id:S'],
      items: [
        { id: { S: 'a' }, at: { S: '2024-03-31T00:30:00.000Z' } },
        { id: { S: 'b' }, at: { S: '2024-03-31T22:30:00.000Z' } },
      ],
    });
    connection = await db.open('DetectDates=true');
  });
  afterAll(() => db.close());

  const show = async (): Promise<string> => (await texts(connection, 'SHOW TIME ZONE'))[0] ?? '';

  it.each([
    ["SET TIME ZONE 'Europe/Zurich'", 'Europe/Zurich'],
    ["SET SESSION TIME ZONE 'asia/kolkata'", 'Asia/Kolkata'],
    ["SET timezone TO 'US/Eastern'", 'US/Eastern'],
    ["SET TimeZone = 'america/port-au-prince'", 'America/Port-au-Prince'],
    ["SET timezone = 'cet'", 'CET'],
    ['SET TIME ZONE 2', 'Etc/GMT-2'],
    ["SET TIME ZONE '+05'", 'Etc/GMT-5'],
    ["SET TIME ZONE INTERVAL '-03:00' HOUR TO MINUTE", 'Etc/GMT+3'],
    ["SET TIME ZONE 'Zulu'", 'UTC'],
  ])('is set by %s', async (sql, zone) => {
    await run(connection, sql);
    expect(await show()).toBe(zone);
    const known = `SELECT current_setting('TimeZone'), setting FROM pg_settings WHERE name = 'TimeZone'`;
    expect(await texts(connection, known)).toEqual([`${zone} | ${zone}`]);
  });

  it.each(['SET TIME ZONE LOCAL', 'SET TIME ZONE DEFAULT', 'RESET TimeZone', 'RESET ALL', 'DISCARD ALL'])(
    'is reset by %s',
    async (sql) => {
      await run(connection, "SET TIME ZONE 'Asia/Tokyo'", sql);
      expect(await show()).toBe('UTC');
    },
  );

  it.each(['Nowhere', '', '+05:30', '99'])('is not %j', async (name) => {
    await expect(connection.query(`SET TIME ZONE '${name}'`)).rejects.toMatchObject({
      sqlState: '22023',
      message: `invalid value for parameter "TimeZone": "${name}"`,
    });
  });

  it('lasts until a transaction ends, if it is local or rolled back', async () => {
    await run(connection, "SET TIME ZONE 'CET'", 'BEGIN', "SET LOCAL TIME ZONE 'Asia/Tokyo'");
    expect(await show()).toBe('Asia/Tokyo');
    await run(connection, 'COMMIT');
    expect(await show()).toBe('CET');
    await run(connection, 'BEGIN', "SET TIME ZONE 'Asia/Tokyo'", 'ROLLBACK');
    expect(await show()).toBe('CET');
    await run(connection, 'BEGIN', "SET TIME ZONE 'Asia/Tokyo'", 'COMMIT');
    expect(await show()).toBe('Asia/Tokyo');
    await run(connection, 'RESET TimeZone');
  });

  it('is that of its property, and of one session alone', async () => {
    const zurich = await db.open('DetectDates=true;TimeZone=europe/zurich');
    const sql = "SELECT id, at FROM visits WHERE at::date = '2024-04-01'";
    expect(await texts(zurich, sql)).toEqual(['b | 2024-04-01 00:30:00+02']);
    expect(await texts(connection, sql)).toEqual([]);
    await run(zurich, "SET TIME ZONE 'America/New_York'");
    expect(await texts(zurich, "SELECT at FROM visits WHERE id = 'a'")).toEqual(['2024-03-30 20:30:00-04']);
    expect(await texts(zurich, sql)).toEqual([]);
    await run(zurich, 'RESET TimeZone');
    expect(await texts(zurich, sql)).toEqual(['b | 2024-04-01 00:30:00+02']);
    await expect(db.open('TimeZone=Nowhere')).rejects.toThrow('invalid value for TimeZone');
  });

  it('does not change the Dates of JavaScript', async () => {
    const zurich = await db.open('DetectDates=true;TimeZone=Europe/Zurich');
    const at = new Date('2024-03-31T22:30:00.000Z');
    const { rows } = await zurich.query('SELECT at, at::timestamp AS local FROM visits WHERE at = $1', [at]);
    expect(rows).toEqual([{ at, local: new Date('2024-04-01T00:30:00.000Z') }]);
    expect((await zurich.query('SELECT id FROM visits WHERE at = $1', ['2024-04-01 00:30'])).rows).toEqual([
      { id: 'b' },
    ]);
  });

  it('is that of strings which are written, and of values of other types', async () => {
    await run(
      connection,
      'CREATE TABLE appointments (id text PRIMARY KEY, at timestamptz, ts timestamp, d date)',
      "SET TIME ZONE 'Europe/Zurich'",
    );
    // The rows are PostgreSQL's.
    const written = [
      [
        "INSERT INTO appointments VALUES ('a', '2024-03-31 02:30', '2024-03-31 02:30', '2024-03-31') RETURNING *",
        'a | 2024-03-31 03:30:00+02 | 2024-03-31 02:30:00 | 2024-03-31',
      ],
      [
        "INSERT INTO appointments VALUES ('b', '2024-07-01 12:00+00', '2024-07-01 12:00+00', '2024-07-01') RETURNING *",
        'b | 2024-07-01 14:00:00+02 | 2024-07-01 12:00:00 | 2024-07-01',
      ],
      [
        "INSERT INTO appointments SELECT 'c', ts, at, at FROM appointments WHERE id = 'b' RETURNING *",
        'c | 2024-07-01 12:00:00+02 | 2024-07-01 14:00:00 | 2024-07-01',
      ],
      [
        "INSERT INTO appointments VALUES ('d', timestamp '2024-07-01 00:30', timestamptz '2024-07-01 23:30+00', timestamptz '2024-07-01 23:30+00') RETURNING *",
        'd | 2024-07-01 00:30:00+02 | 2024-07-02 01:30:00 | 2024-07-02',
      ],
      [
        "UPDATE appointments SET at = d WHERE id = 'a' RETURNING *",
        'a | 2024-03-31 00:00:00+01 | 2024-03-31 02:30:00 | 2024-03-31',
      ],
      [
        "UPDATE appointments SET at = '2024-12-24 18:00' WHERE at = '2024-07-01 14:00' RETURNING id, at",
        'b | 2024-12-24 18:00:00+01',
      ],
      [
        "UPDATE appointments SET at = at + interval '1 day' WHERE id = 'b' RETURNING at, at::text",
        '2024-12-25 18:00:00+01 | 2024-12-25 18:00:00+01',
      ],
      ["DELETE FROM appointments WHERE at >= '2024-12-25' RETURNING id, at", 'b | 2024-12-25 18:00:00+01'],
    ] as const;
    for (const [sql, row] of written) expect([sql, await texts(connection, sql)]).toEqual([sql, [row]]);
    await run(connection, 'RESET TimeZone');
  });
});
