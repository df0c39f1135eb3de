import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { formatRow } from '../support/plain-duckdb.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Three partitions of a thousand items with interleaved sort keys, negative ones included. */
const EVENTS: readonly AttributeMap[] = ['a', 'b', 'c'].flatMap((pk, p) =>
  Array.from({ length: 1000 }, (_, i) => ({
    pk: { S: pk },
    sk: { N: String((i * 3 + p - 1500) / 10) },
    n: { N: String(i) },
    status: { S: i % 10 === 0 ? 'open' : 'done' },
    label: { S: `Label ${i % 50}` },
  })),
);

/** Sort keys whose order by bytes, by code points and by UTF-16 units differs. */
const TEXTS = ['a', 'B', 'Z', 'b', 'é', 'zz', '10', '9', '\u{1F600}', 'ab', 'a b'];
const WORDS: readonly AttributeMap[] = ['x', 'y', 'é', 'X'].flatMap((pk, p) =>
  TEXTS.filter((_, i) => (i + p) % 2 === 0 || p === 3).map((sk, n) => ({
    pk: { S: pk },
    sk: { S: sk },
    n: { N: String(n) },
  })),
);

const BYTES: readonly AttributeMap[] = ['AA==', 'AQI=', '/w==', 'J1w=', 'YWI=', '//8='].flatMap((sk, i) => [
  { pk: { N: String(i % 2) }, sk: { B: sk }, n: { N: String(i) } },
]);

/** A sparse index in which the entries of one partition precede those of the other. */
const SKEWED: readonly AttributeMap[] = Array.from({ length: 200 }, (_, i) => ({
  pk: { S: `p${i}` },
  ...(i < 100 ? { status: { S: i < 60 ? 'early' : 'late' } } : {}),
  n: { N: String(i) },
  kind: { S: `k${i % 4}` },
  level: { N: String(Math.floor(i / 4) % 10) },
  label: { S: `L${i}` },
  flag: { S: `f${i}` },
  body: { S: 'x'.repeat(4000) },
}));

let database: TestDatabase;
let connection: Connection;
let scanned: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'events',
    key: ['pk:S', 'sk:N'],
    indexes: [
      { name: 'by_status', key: ['status:S', 'n:N'], projection: 'KEYS_ONLY' },
      { name: 'by_n', key: ['pk:S', 'n:N'], local: true },
    ],
    items: EVENTS,
  });
  await database.add({
    name: 'skewed',
    key: ['pk:S'],
    indexes: [
      { name: 'by_status', key: ['status:S', 'n:N'], projection: 'KEYS_ONLY' },
      { name: 'by_kind', key: ['kind:S'], projection: ['level'] },
      { name: 'by_flag', key: ['pk:S'], projection: ['flag'] },
    ],
    items: SKEWED,
  });
  await database.add({ name: 'words', key: ['pk:S', 'sk:S'], items: WORDS });
  await database.add({ name: 'bytes', key: ['pk:N', 'sk:B'], items: BYTES });
  connection = await database.open();
  scanned = database.withRules([]);
}, 60_000);
afterAll(() => database.close());

async function run(sql: string, on = connection) {
  const { rows, stats } = await on.query<readonly unknown[]>(sql, [], { rowMode: 'array' });
  return { rows: rows.map(formatRow), stats };
}

/** Runs a statement, compares its rows with those of a sorted Scan, and returns its statistics. */
async function compareWithScan(sql: string) {
  const { rows, stats } = await run(sql);
  const { rows: expected } = await run(sql, scanned);
  expect(rows).toEqual(expected);
  const { mode } = await connection.explain(sql);
  return {
    mode,
    plan: stats.plan,
    items: stats.itemsRead,
    requests: stats.requests,
    units: stats.readCapacity,
  };
}

const events = (rest: string) =>
  compareWithScan(`SELECT pk, sk, n FROM events WHERE pk IN ('a', 'b', 'c') ${rest}`);

describe('ORDER BY the sort key over several partitions', () => {
  it('with LIMIT reads a few items of each partition', async () => {
    expect(await events('ORDER BY sk LIMIT 10')).toMatchObject({
      mode: 'direct',
      requests: 3,
      items: 30,
      units: 1.5,
    });
    expect(await events('ORDER BY sk DESC LIMIT 10')).toMatchObject({
      mode: 'direct',
      requests: 3,
      items: 30,
    });
    expect(await events('ORDER BY sk DESC LIMIT 7 OFFSET 5')).toMatchObject({ requests: 3, items: 36 });
  });

  it('continues in a partition whose first page is exhausted', async () => {
    const { items, mode } = await compareWithScan(
      "SELECT sk FROM events WHERE (pk = 'a' AND sk < -100) OR (pk = 'b' AND sk > 0) ORDER BY sk LIMIT 200",
    );
    expect({ mode, isFew: items < 600 }).toEqual({ mode: 'direct', isFew: true });
  });

  it('without LIMIT merges all items', async () => {
    expect(await events('ORDER BY sk')).toMatchObject({ mode: 'direct', items: 3000 });
    expect(await events("AND label = 'Label 7' ORDER BY sk DESC")).toMatchObject({ mode: 'direct' });
  });

  it('with a filter in DynamoDB reads until there are enough rows', async () => {
    const { items, mode } = await events("AND label = 'Label 7' ORDER BY sk LIMIT 3");
    expect({ mode, isFew: items < 1000 }).toEqual({ mode: 'direct', isFew: true });
  });

  it('after the partition key reads one partition after the other', async () => {
    const expected = { mode: 'direct', requests: 1, items: 10, units: 0.5 };
    expect(await events('ORDER BY pk, sk LIMIT 10')).toMatchObject(expected);
    expect(await events('ORDER BY pk DESC, sk DESC LIMIT 10')).toMatchObject(expected);
    expect(await events('ORDER BY pk, sk DESC')).toMatchObject({ mode: 'direct', items: 3000 });
  });

  it('breaks ties by the remaining order, in the engine if keys cannot', async () => {
    expect(await events('ORDER BY sk, pk DESC LIMIT 10')).toMatchObject({ mode: 'direct', items: 30 });
    expect(await events('ORDER BY sk, n LIMIT 10')).toMatchObject({ mode: 'engine' });
  });

  it.each(['sk', 'sk DESC', 'pk, sk', 'pk DESC, sk', 'sk NULLS FIRST', 'sk DESC NULLS LAST, pk'])(
    'sorts strings by their bytes: %s',
    async (order) => {
      const sql = `SELECT sk, pk FROM words WHERE pk IN ('x', 'y', 'é', 'X') AND sk <> 'zz' ORDER BY ${order}`;
      const tied = order.startsWith('sk') && !order.includes('pk') ? ', pk' : '';
      expect((await compareWithScan(`${sql}${tied}`)).plan).not.toEqual([]);
      expect((await compareWithScan(`${sql}${tied} LIMIT 5 OFFSET 3`)).plan).not.toEqual([]);
    },
  );

  it('sorts binary values by unsigned bytes', async () => {
    expect((await compareWithScan('SELECT sk, n FROM bytes WHERE pk IN (0, 1) ORDER BY sk')).mode).toBe(
      'direct',
    );
  });
});

describe('a list of keys', () => {
  it('is fetched in order, and only as far as LIMIT requires', async () => {
    const list = EVENTS.filter((_, i) => i < 1000 && i % 170 === 0)
      .map(({ sk }) => (sk && 'N' in sk ? sk.N : '0'))
      .toReversed();
    const sql = `SELECT n, sk FROM events WHERE pk = 'a' AND sk IN (${list.join(', ')}) ORDER BY sk`;
    expect(await compareWithScan(`${sql} LIMIT 2`)).toMatchObject({
      mode: 'direct',
      items: 2,
      units: 1,
    });
    expect(await compareWithScan(`${sql} DESC`)).toMatchObject({ mode: 'direct', items: 6, units: 3 });
  });
});

describe('LIMIT over residual conditions', () => {
  it('reads in order until enough rows pass', async () => {
    const { items, mode } = await compareWithScan(
      "SELECT sk, upper(label) FROM events WHERE pk = 'a' AND upper(label) = 'LABEL 7' ORDER BY sk DESC LIMIT 2",
    );
    expect({ mode, items }).toEqual({ mode: 'engine', items: 100 });
  });

  it('reads to the end if too few rows pass', async () => {
    const sql = "SELECT sk FROM events WHERE pk = 'a' AND n + sk > 1100 ORDER BY sk LIMIT 500";
    expect(await compareWithScan(sql)).toMatchObject({ items: 1000 });
  });

  it('stops early without an order, too', async () => {
    const { rows, stats } = await run("SELECT n FROM events WHERE upper(label) LIKE 'LABEL 1%' LIMIT 3");
    expect({ rows: rows.length, items: stats.itemsRead }).toEqual({ rows: 3, items: 100 });
  });

  it('merges several partitions', async () => {
    const { items } = await compareWithScan(
      "SELECT sk FROM events WHERE pk IN ('a', 'b') AND upper(label) = 'LABEL 3' ORDER BY sk LIMIT 4",
    );
    expect(items).toBeLessThan(500);
  });

  it('finds the minimum', async () => {
    const { items } = await compareWithScan(
      "SELECT min(sk) FROM events WHERE pk = 'b' AND upper(label) = 'LABEL 3'",
    );
    expect(items).toBe(100);
    await compareWithScan("SELECT max(sk) FROM events WHERE pk = 'b' AND upper(label) = 'nowhere'");
  });
});

const alternatives = (rest: string) =>
  compareWithScan(
    `SELECT n, label FROM skewed WHERE ((status = 'early' AND n < 5) OR (status = 'late' AND n > 95)) ${rest}`,
  );

describe('an index with KEYS_ONLY', () => {
  it('returns its first items in order without fetching others', async () => {
    const sql = "SELECT n, upper(status), label IS NULL FROM events WHERE status = 'open' AND n > 500";
    const plan = ['Query events.by_status(status, n), then BatchGetItem events'];
    // Three entries of the index, then the three items.
    const expected = { items: 6, requests: 2, units: 2, plan };
    expect(await compareWithScan(`${sql} ORDER BY n LIMIT 3`)).toMatchObject(expected);
    const backwards = [`${plan[0]?.replace(')', ') descending')}`];
    expect(await compareWithScan(`${sql} ORDER BY n DESC LIMIT 3`)).toMatchObject({
      ...expected,
      plan: backwards,
    });
    expect((await run(`${sql} LIMIT 3`)).stats).toMatchObject({ itemsRead: 6 });
  });

  it('merges several of its partitions in any order of their entries', async () => {
    const sql = "SELECT n, label FROM events WHERE status IN ('open', 'done') AND n > 100";
    const few = await compareWithScan(`${sql} ORDER BY n LIMIT 4`);
    expect(few).toMatchObject({
      plan: [expect.stringContaining('merged by n, then BatchGetItem events')],
      items: 50 + 4,
    });
    // Thirty entries of one partition precede the first of the other.
    const skewed = "SELECT n, label FROM skewed WHERE status IN ('early', 'late') AND n >= 0 ORDER BY n";
    expect((await compareWithScan(`${skewed} LIMIT 40`)).plan).toEqual([
      'Query skewed.by_status(status, n) of 2 ranges, merged by n, then BatchGetItem skewed',
    ]);
    await compareWithScan(`${skewed} DESC LIMIT 40 OFFSET 15`);
  });

  it('supports alternatives', async () => {
    const plan = ['Query skewed.by_status(status, n) of 2 ranges, then BatchGetItem skewed'];
    // Nine entries, and their items.
    expect(await alternatives('ORDER BY n')).toMatchObject({ plan, items: 18, requests: 3 });
    expect(await alternatives("AND label <> 'L3' ORDER BY n")).toMatchObject({ plan, items: 18 });
    expect(await alternatives('ORDER BY n DESC LIMIT 3')).toMatchObject({
      plan: [expect.stringContaining('merged by n descending, then BatchGetItem skewed')],
      items: 9 + 3,
    });
    // The index is sparse, but contains all items that match.
    expect((await run('SELECT count(*) FROM skewed WHERE status IS NULL')).rows).toEqual(
      (await run('SELECT count(*) FROM skewed WHERE status IS NULL', scanned)).rows,
    );
  });

  it('is scanned if it contains the attribute of a selective condition', async () => {
    expect(await compareWithScan("SELECT label FROM skewed WHERE flag = 'f7'")).toMatchObject({
      plan: ['Scan skewed.by_flag, then BatchGetItem skewed'],
      items: 200 + 1,
      requests: 2,
    });
    expect((await compareWithScan("SELECT label FROM skewed WHERE flag >= 'f' ORDER BY label")).plan).toEqual(
      ['Scan skewed'],
    );
  });

  it('fetches only items that its entries do not exclude', async () => {
    const sql = "SELECT label FROM skewed WHERE kind = 'k1' AND level = 2 ORDER BY label";
    // Fifty entries are read and five items.
    expect(await compareWithScan(sql)).toMatchObject({
      plan: ['Query skewed.by_kind(kind), then BatchGetItem skewed'],
      items: 50 + 5,
    });
  });

  it('is read completely if a condition needs other attributes', async () => {
    const sql = "SELECT n, pk FROM events WHERE status = 'open' AND n > 500 AND label = 'Label 10'";
    expect((await compareWithScan(`${sql} ORDER BY n, pk LIMIT 3`)).items).toBeGreaterThan(100);
  });
});

it('of equally selective keys, the one with the requested order is queried', async () => {
  const { plan, items } = await compareWithScan(
    "SELECT n, sk FROM events WHERE pk = 'a' AND sk > -149 AND n > 20 ORDER BY n DESC LIMIT 3",
  );
  expect(plan).toEqual(['Query events.by_n(pk, n) descending']);
  expect(items).toBe(100);
});

describe('subqueries', () => {
  it('read one item for EXISTS', async () => {
    const one = { items: 1, requests: 1, units: 0.5 };
    expect(
      await compareWithScan("SELECT EXISTS (SELECT 1 FROM events WHERE pk = 'a' AND sk > 3)"),
    ).toMatchObject(one);
    expect(await compareWithScan("SELECT EXISTS (SELECT 1 FROM events WHERE pk = 'missing')")).toMatchObject({
      items: 0,
    });
    const { items } = await compareWithScan(
      "SELECT w.sk FROM words w WHERE pk = 'y' AND EXISTS (SELECT 1 FROM events WHERE pk = 'b') ORDER BY 1",
    );
    expect(items).toBe(1 + WORDS.filter(({ pk }) => pk && 'S' in pk && pk.S === 'y').length);
  });

  it('apply their own LIMIT', async () => {
    const sql =
      "SELECT e.sk, w.sk FROM (SELECT * FROM events WHERE pk = 'a' ORDER BY sk DESC LIMIT 4) e, words w";
    const { items } = await compareWithScan(`${sql} WHERE w.pk = 'x' ORDER BY 1, 2`);
    expect(items).toBe(4 + WORDS.filter(({ pk }) => pk && 'S' in pk && pk.S === 'x').length);
  });

  it('are not filtered by a condition outside their LIMIT', async () => {
    const { items } = await compareWithScan(
      "SELECT n FROM (SELECT n, sk FROM events WHERE pk = 'a' ORDER BY sk LIMIT 10) y WHERE n > 3 ORDER BY n LIMIT 2",
    );
    expect(items).toBe(10);
  });
});

const runJoin = (rest: string) =>
  compareWithScan(
    `SELECT e.sk, w.n FROM events e LEFT JOIN words w ON w.pk = e.pk AND w.sk = e.label ${rest}`,
  );

describe('LIMIT above a LEFT JOIN', () => {
  it('limits the reads of the preserved side', async () => {
    expect(await runJoin("WHERE e.pk = 'a' ORDER BY e.sk LIMIT 4 OFFSET 3")).toMatchObject({
      plan: ['Query events(pk)', expect.any(String)],
      items: 7,
    });
    expect(await runJoin("WHERE e.pk = 'a' AND e.n > 20 ORDER BY e.sk DESC LIMIT 2")).toMatchObject({
      plan: ['Query events(pk) descending', expect.any(String)],
    });
    const merged = await runJoin("WHERE e.pk IN ('a', 'b') ORDER BY e.sk LIMIT 5");
    expect(merged.plan[0]).toBe('Query events(pk) of 2 ranges, merged by sk');
  });

  it('passes through several joins, and through joins with groups', async () => {
    const sql = `SELECT e.sk, f.label, x.n FROM events e LEFT JOIN events f ON f.pk = e.pk AND f.sk = e.sk
      LEFT JOIN (SELECT pk, sum(n) AS n FROM words GROUP BY pk) x ON x.pk = e.label
      WHERE e.pk = 'b' ORDER BY e.sk DESC LIMIT 3`;
    expect((await compareWithScan(sql)).plan[0]).toBe('Query events(pk) descending');
    const items = (await run('SELECT e.sk FROM events e LEFT JOIN words w ON w.pk = e.label LIMIT 6')).stats;
    expect(items.itemsRead).toBe(6 + WORDS.length);
  });

  it('reads everything if the other side affects the order or the rows', async () => {
    for (const rest of [
      "WHERE e.pk = 'a' ORDER BY e.sk, w.n LIMIT 2",
      "WHERE e.pk = 'a' ORDER BY w.n, e.sk LIMIT 2",
      "WHERE e.pk = 'a' AND w.n IS NULL ORDER BY e.sk LIMIT 2",
    ])
      expect((await runJoin(rest)).items).toBeGreaterThanOrEqual(1000);
    const inner =
      "SELECT e.sk FROM events e JOIN words w ON w.n = e.n WHERE e.pk = 'a' ORDER BY e.sk LIMIT 2";
    expect((await compareWithScan(inner)).items).toBeGreaterThanOrEqual(1000);
  });

  it('returns the first rows even if one row joins with several', async () => {
    const sql = `SELECT e.sk FROM events e LEFT JOIN words w ON w.n = e.n
      WHERE e.pk = 'a' ORDER BY e.sk LIMIT 9 OFFSET 2`;
    expect((await compareWithScan(sql)).items).toBe(11 + WORDS.length);
  });
});

describe('count, min and max', () => {
  it('send one request per partition and extreme', async () => {
    const ends = { mode: 'direct', items: 2, requests: 2, units: 1 };
    expect(await compareWithScan("SELECT min(sk), max(sk) FROM events WHERE pk = 'a'")).toMatchObject(ends);
    expect(
      await compareWithScan("SELECT max(sk), min(sk) FROM events WHERE pk = 'a' AND sk < 0"),
    ).toMatchObject(ends);
    expect(
      await compareWithScan("SELECT min(sk), max(sk), max(sk) FROM events WHERE pk IN ('a', 'b', 'c')"),
    ).toMatchObject({ mode: 'direct', items: 9, requests: 9 });
    expect(await compareWithScan("SELECT max(n), min(n) FROM events WHERE pk = 'a'")).toMatchObject({
      items: 1000,
    });
    expect(await compareWithScan("SELECT min(sk), max(sk) FROM events WHERE pk = 'missing'")).toMatchObject({
      items: 0,
    });
  });

  it('share one read without items for several counts', async () => {
    const sql = "SELECT count(*), count(1), count(pk) FROM events WHERE pk = 'a' AND n > 500";
    expect(await compareWithScan(sql)).toMatchObject({ mode: 'direct', requests: 1 });
    expect((await connection.explain(sql)).reads).toMatchObject([
      { request: { input: { Select: 'COUNT' } } },
    ]);
    expect(await compareWithScan("SELECT count(label) FROM events WHERE pk = 'a'")).toMatchObject({
      mode: 'direct',
    });
    expect(await compareWithScan("SELECT count(label), count(*) FROM events WHERE pk = 'a'")).toMatchObject({
      mode: 'engine',
    });
    expect(await compareWithScan("SELECT count(DISTINCT label) FROM events WHERE pk = 'a'")).toMatchObject({
      mode: 'engine',
    });
  });
});

const within = (condition: string) =>
  compareWithScan(`SELECT sk FROM events WHERE pk = 'a' AND (${condition}) ORDER BY sk`);

describe('lists and alternatives', () => {
  it('remain lists of keys if they are long', async () => {
    const sql = `SELECT count(*) FROM events WHERE pk = 'a' AND sk IN (${EVENTS.filter(
      (_, i) => i < 1000 && i % 125 === 0,
    )
      .map(({ sk }) => (sk && 'N' in sk ? sk.N : '0'))
      .join(', ')})`;
    expect(await compareWithScan(sql)).toMatchObject({ mode: 'direct', requests: 1, items: 8 });
    const pks = Array.from({ length: 10 }, (_, i) => `'p${i}'`);
    expect(
      await compareWithScan(`SELECT n FROM events WHERE pk IN (${pks.join(', ')}, 'a') AND sk < -149`),
    ).toMatchObject({
      items: 4,
    });
  });

  it('read each of several ranges of a partition once', async () => {
    expect(await within('sk < -140 OR sk > 140')).toMatchObject({ mode: 'direct', items: 67, requests: 2 });
    expect(await within('sk < -140 OR sk < -145')).toMatchObject({ mode: 'direct', items: 34, requests: 1 });
    expect(await within('sk BETWEEN 0 AND 3 OR sk BETWEEN 2 AND 6 OR sk = 6')).toMatchObject({
      items: 21,
      requests: 1,
    });
    expect(await within('(sk > 0 AND sk < 3) OR (sk > 3 AND sk < 6)')).toMatchObject({
      mode: 'engine',
      items: 21,
    });
    expect((await within('sk < 0 OR sk > 0')).items).toBeGreaterThan(998);
    expect(await within('sk <= 0 OR sk >= 0')).toMatchObject({ items: 1000 });
  });

  it.each([
    'pk IS NULL',
    'n > 3 AND n IS NULL',
    "pk IN ('a', 'b') AND pk IN ('c', 'd')",
    "pk IN ('a', 'b') AND pk > 'c'",
    "label LIKE 'x%' AND label IN ('a', 'b')",
    "pk = 'a' AND n IN (1, 7) AND n IN (3, 9)",
    "pk = 'a' AND sk > 5 AND sk < 3",
    "pk = 'a' AND pk = 'b'",
    "pk = ''",
  ])('send no request if no item can match: %s', async (condition) => {
    expect(await compareWithScan(`SELECT n FROM events WHERE ${condition}`)).toMatchObject({
      requests: 0,
      items: 0,
    });
  });
});
