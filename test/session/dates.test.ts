import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeMap, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

function toIso(day: number): string {
  return new Date(Date.UTC(2024, 0, 1 + day, 10, 0, 0, day)).toISOString();
}

/** Items with dates in several attributes, some of them in two formats. */
function makeItem(day: number): AttributeMap {
  const iso = toIso(day);
  return {
    pk: { S: `p${day % 4}` },
    at: { S: iso },
    day: { S: iso.slice(0, 10) },
    local: { S: iso.slice(0, 19).replace('T', ' ') },
    digits: { S: day % 2 === 0 ? iso : `${iso.slice(0, 19)}Z` },
    zones: { S: day % 2 === 0 ? iso : iso.replace('Z', '+00:00') },
    some: { S: day % 5 === 0 ? 'soon' : iso },
    sometimes: day % 3 === 0 ? { NULL: true } : { S: iso },
    epoch: { N: String(Math.floor(Date.parse(iso) / 1000)) },
    n: { N: String(day) },
    lines: { L: [{ M: { when: { S: iso } } }] },
    doc: { M: { at: { S: iso } } },
  };
}

const EVENTS = {
  name: 'events',
  key: ['pk:S', 'at:S'],
  indexes: [{ name: 'by_day', key: ['day:S', 'at:S'] }],
  items: Array.from({ length: 40 }, (_, day) => makeItem(day)),
} as const;

async function listTypes(connection: Connection): Promise<Record<string, string>> {
  const { columns } = await connection.query('SELECT * FROM events LIMIT 1');
  return Object.fromEntries(columns.map(({ name, type }) => [name, type]));
}

describe('DetectDates', () => {
  let db: TestDatabase;
  let dates: Connection;
  beforeAll(async () => {
    db = await startTestDatabase();
    await db.add(EVENTS);
    dates = await db.open('DetectDates=true');
  });
  afterAll(() => db.close());

  const explain = async (sql: string): Promise<string> => {
    const { rows } = await dates.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  const numbers = async (
    where: string,
    parameters: Parameters<Connection['query']>[1] = [],
  ): Promise<number[]> => {
    const { rows } = await dates.query<{ n: number }>(`SELECT n FROM events WHERE ${where}`, parameters);
    return rows.map(({ n }) => n).toSorted((a, b) => a - b);
  };

  it('is off by default', async () => {
    expect(await listTypes(await db.open())).toMatchObject({ at: 'text', day: 'text', local: 'text' });
  });

  it('types attributes whose strings have one format', async () => {
    expect(await listTypes(dates)).toEqual({
      pk: 'text',
      at: 'timestamp with time zone',
      day: 'date',
      local: 'timestamp without time zone',
      digits: 'text',
      zones: 'text',
      some: 'text',
      sometimes: 'timestamp with time zone',
      epoch: 'bigint',
      n: 'bigint',
      lines: 'json',
      doc: 'json',
    });
  });

  it('returns timestamps as Date and dates as strings', async () => {
    const { rows } = await dates.query('SELECT at, day, local, sometimes FROM events WHERE n = 3');
    const at = new Date(toIso(3));
    expect(rows).toEqual([
      { at, day: '2024-01-04', local: new Date('2024-01-04T10:00:00Z'), sometimes: null },
    ]);
  });

  it.each([
    ["pk = 'p1' AND at = '2024-01-02 11:00:00.001+01'", 'GetItem events'],
    ["pk = 'p1' AND at BETWEEN '2024-01-05' AND '2024-01-12'", 'Query events(pk, at)'],
    ["pk = 'p1' AND date_trunc('month', at) = '2024-02-01'", 'Query events(pk, at)'],
    ["pk = 'p1' AND at >= current_date - 7 AND at < now()", 'Query events(pk, at)'],
    ["pk = 'p1' AND now() - at < interval '30 days'", 'Query events(pk, at)'],
    ["pk = 'p1' AND (at AT TIME ZONE 'UTC')::date = '2024-01-05'", 'Query events(pk, at)'],
    ["day = '2024-01-05' AND at > '2024-01-05 09:00Z'", 'Query events.by_day(day, at)'],
    ["day = date '2024-01-05'", 'Query events.by_day(day)'],
    ["day IN ('2024-01-05', '20240107')", 'Query events.by_day(day)'],
  ])('reads by key: %s', async (where, access) => {
    const plan = await explain(`SELECT n FROM events WHERE ${where}`);
    expect(plan).toContain(access);
    expect(plan).not.toContain('left to DuckDB');
  });

  it('accepts dates, text and epochs as parameters', async () => {
    const [from, to] = [new Date('2024-01-05'), new Date('2024-01-07')];
    expect(await numbers('at >= $1 AND at < $2', [from, to])).toEqual([4, 5]);
    expect(await numbers('at >= $1 AND at < $2', ['2024-01-05', 'Jan 7, 2024'])).toEqual([4, 5]);
    expect(await numbers('at > to_timestamp($1) AND n < 6', [1_704_499_200])).toEqual([5]);
    expect(await numbers('day = $1', [from])).toEqual([4]);
    expect(await numbers('day = ANY($1)', [['2024-01-05', '2024-01-06']])).toEqual([4, 5]);
    expect(await numbers("pk = 'p0' AND at = $1", [new Date(toIso(4))])).toEqual([4]);
  });

  it('sorts, groups and joins by time', async () => {
    const sorted = await dates.query("SELECT n FROM events WHERE pk = 'p1' ORDER BY at DESC LIMIT 2");
    expect(sorted.rows).toEqual([{ n: 37 }, { n: 33 }]);
    const months = await dates.query(
      "SELECT to_char(date_trunc('month', at), 'YYYY-MM') AS month, count(*) AS n FROM events GROUP BY 1 ORDER BY 1",
    );
    expect(months.rows).toEqual([
      { month: '2024-01', n: 31 },
      { month: '2024-02', n: 9 },
    ]);
    const joined = await dates.query(
      'SELECT count(*) AS n FROM events a JOIN events b ON a.at::date = b.day',
    );
    expect(joined.rows).toEqual([{ n: 40 }]);
  });

  it('works in views, child tables and transactions', async () => {
    await dates.query("CREATE VIEW early AS SELECT n, at, pk FROM events WHERE at < '2024-01-10'");
    expect((await dates.query("SELECT count(*) AS n FROM early WHERE at >= '2024-01-05'")).rows).toEqual([
      { n: 5 },
    ]);
    const children = await dates.query(`SELECT at, "when" FROM "events.lines" WHERE at = '${toIso(2)}'`);
    expect(children.rows).toEqual([{ at: new Date(toIso(2)), when: toIso(2) }]);
    const transaction = dates.transaction(async (tx) => {
      await tx.query(`UPDATE events SET day = day + 1 WHERE pk = 'p0' AND at = '${toIso(0)}'`);
      const { rows } = await tx.query(`SELECT day FROM events WHERE pk = 'p0' AND at = '${toIso(0)}'`);
      throw new Error(`roll back ${JSON.stringify(rows)}`);
    });
    await expect(transaction).rejects.toThrow('roll back [{"day":"2024-01-02"}]');
  });
});

describe('A stored value that is not a date', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.close());

  /** A table of detected dates in which there is another value now. */
  const withStray = async (name: string, stray: AttributeValue, connection: Connection): Promise<void> => {
    const items = Array.from({ length: 30 }, (_, i) => ({
      pk: { S: 'p' },
      n: { N: String(i) },
      at: { S: toIso(i) },
    }));
    await db.add({ name, key: ['pk:S', 'n:N'], items });
    const { rows } = await connection.query(`SELECT max(at) AS latest FROM ${name}`);
    expect(rows).toEqual([{ latest: new Date(toIso(29)) }]);
    await db.client.putItems(name, [{ pk: { S: 'p' }, n: { N: '99' }, at: stray }]);
  };

  it('makes the column text and repeats the statement', async () => {
    const connection = await db.open('DetectDates=true');
    await withStray('repeated', { S: 'soon' }, connection);
    const { rows, columns } = await connection.query('SELECT max(at) AS latest FROM repeated WHERE n >= 0');
    expect(rows).toEqual([{ latest: 'soon' }]);
    expect(columns).toMatchObject([{ type: 'text' }]);
  });

  it('is in no range, and NULL is not one', async () => {
    const connection = await db.open('DetectDates=true');
    for (const [name, stray] of [
      ['strings', { S: 'soon' }],
      ['zeros', { S: '0000-00-00' }],
      ['numbers', { N: '5' }],
    ] as const) {
      await withStray(name, stray, connection);
      for (const where of ["at > '2020-01-01'", "at < '2030-01-01'", "at BETWEEN '2020-01-01' AND now()"]) {
        const { rows } = await connection.query(`SELECT count(*) AS n FROM ${name} WHERE ${where}`);
        expect(rows).toEqual([{ n: 30 }]);
      }
    }
    await withStray('nulls', { NULL: true }, connection);
    expect((await connection.query('SELECT count(at) AS n FROM nulls')).rows).toEqual([{ n: 30 }]);
  });

  it('is named where the repeated statement has no meaning', async () => {
    const connection = await db.open('DetectDates=true');
    await withStray('named', { S: 'soon' }, connection);
    await expect(
      connection.query("SELECT n, pk, at + interval '1 day' AS next FROM named ORDER BY next"),
    ).rejects.toMatchObject({
      sqlState: '42883',
      remedy: expect.stringMatching(/because the item pk = 'p', n = 99 has another value.*TRY_CAST\("at" AS/),
    });
    const { rows } = await connection.query(
      "SELECT count(TRY_CAST(at AS timestamptz) + interval '1 day') AS n FROM named",
    );
    expect(rows).toEqual([{ n: 30 }]);
  });

  it('ends the text of a result with the key of its item', async () => {
    const connection = await db.open('DetectDates=true');
    await withStray('texts', { S: 'soon' }, connection);
    const read = async (): Promise<void> => {
      const stream = await connection.stream('SELECT at, n FROM texts');
      for await (const batch of stream.textBatches()) expect(batch.length).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toMatchObject({
      code: 'CATALOG_TYPE_DRIFT',
      message: expect.stringContaining('n = 99'),
    });
  });
});

describe('Tables with declared dates', () => {
  let db: TestDatabase;
  let folder: string;
  let connection: Connection;
  beforeAll(async () => {
    db = await startTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'dynadbc-dates-'));
    connection = await db.open(`Location=${folder}`);
    await connection.query(
      'CREATE TABLE visits (id text, at timestamptz, day date, local timestamp(0), micro timestamptz(6), PRIMARY KEY (id, at))',
    );
    await connection.query(`INSERT INTO visits VALUES
      ('a', '2024-01-05 10:00+02', '2024-01-05', '2024-01-05 10:00:00', '2024-01-05 10:00:00.123456Z'),
      ('b', '2024-02-05 10:00:00.5Z', NULL, '2024-02-05 10:00:00', NULL)`);
  });
  afterAll(async () => {
    await db.close();
    await rm(folder, { recursive: true });
  });

  it('store the formats that they declare', async () => {
    const { rows } = await connection.query(`SELECT "$item" AS item FROM visits WHERE id = 'a'`);
    expect(rows).toEqual([
      {
        item: {
          id: 'a',
          at: '2024-01-05T08:00:00.000Z',
          day: '2024-01-05',
          local: '2024-01-05T10:00:00',
          micro: '2024-01-05T10:00:00.123456Z',
        },
      },
    ]);
  });

  it('have types and identifiers in the system tables', async () => {
    const { rows } = await connection.query(
      `SELECT a.attname AS name, t.oid, format_type(a.atttypid, a.atttypmod) AS type
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
       WHERE a.attrelid = 'visits'::regclass AND a.attnum > 1 ORDER BY a.attnum`,
    );
    expect(rows).toEqual([
      { name: 'at', oid: 1184, type: 'timestamp with time zone' },
      { name: 'day', oid: 1082, type: 'date' },
      { name: 'local', oid: 1114, type: 'timestamp without time zone' },
      { name: 'micro', oid: 1184, type: 'timestamp with time zone' },
    ]);
  });

  it.each(['csv', 'text', 'ndjson', 'json', 'parquet', 'dynamodb_json'])(
    'survive COPY: %s',
    async (format) => {
      const file = join(folder, `visits.${format}`);
      const target = `from_${format}`;
      await connection.query(`COPY visits TO '${file}' (FORMAT ${format})`);
      await connection.query(
        `CREATE TABLE ${target} (id text, at timestamptz, day date, local timestamp(0), micro timestamptz(6), PRIMARY KEY (id, at))`,
      );
      await connection.query(`COPY ${target} FROM '${file}' (FORMAT ${format})`);
      const items = async (table: string): Promise<unknown> =>
        (
          await connection.query(
            `SELECT id, at::text, day, local::text, micro::text FROM ${table} ORDER BY id`,
          )
        ).rows;
      expect(await items(target)).toEqual(await items('visits'));
      const stored = await connection.query(`SELECT "$item" AS item FROM ${target} WHERE id = 'a'`);
      expect(stored.rows).toMatchObject([
        { item: { local: '2024-01-05T10:00:00', micro: '2024-01-05T10:00:00.123456Z' } },
      ]);
    },
  );

  it('convert between formats in INSERT … SELECT *', async () => {
    await connection.query(
      'CREATE TABLE others (id text, at timestamptz(0), day date, local timestamp, PRIMARY KEY (id))',
    );
    await connection.query("INSERT INTO others SELECT * FROM visits WHERE id = 'a'");
    const { rows } = await connection.query('SELECT "$item" AS item FROM others');
    expect(rows).toEqual([
      {
        item: {
          id: 'a',
          at: '2024-01-05T08:00:00Z',
          day: '2024-01-05',
          local: '2024-01-05T10:00:00.000',
          micro: '2024-01-05T10:00:00.123456Z',
        },
      },
    ]);
    const refused = connection.query("REPLACE INTO others SELECT * FROM visits WHERE id = 'b'");
    await expect(refused).rejects.toMatchObject({ sqlState: '22008' });
  });

  it('are found by the Dates that they return, with all microseconds', async () => {
    const { rows } = await connection.query<{ micro: Date }>("SELECT micro FROM visits WHERE id = 'a'");
    expect(rows).toEqual([{ micro: new Date('2024-01-05T10:00:00.123Z') }]);
    const found = await connection.query('SELECT id FROM visits WHERE micro = $1', [rows[0]?.micro ?? null]);
    expect(found.rows).toEqual([{ id: 'a' }]);
    const copy = await connection.query('SELECT id FROM visits WHERE micro = $1', [
      new Date(rows[0]?.micro ?? 0),
    ]);
    expect(copy.rows).toEqual([]);
  });

  it('are created again by SHOW CREATE TABLE', async () => {
    const { rows } = await connection.query<{ statement: string }>('SHOW CREATE TABLE visits');
    expect(rows[0]?.statement).toContain('"local" timestamp(0)');
    expect(rows[0]?.statement).toContain('"micro" timestamp(6) with time zone');
  });

  it('are described by their schema files', async () => {
    const schema = JSON.parse(await readFile(join(folder, 'visits.schema.json'), 'utf8'));
    expect(schema.columns).toContainEqual({
      name: 'local',
      type: 'timestamp',
      stored: 'YYYY-MM-DDTHH:mm:ss',
    });
  });
});
