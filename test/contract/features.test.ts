import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import type { Connection, ParameterValue, QueryOptions } from '../../src/session/connection.ts';
import { toItem, type PlainMap } from '../../src/sandbox/attributes.ts';
import { PUSHDOWN_RULES } from '../../src/sql/plan/rules/index.ts';
import { type HttpDouble, startHttpDouble } from '../doubles/dynamodb-http.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** A statement that demonstrates a feature. Only the expectations that are present are checked. */
interface Feature {
  readonly name: string;
  readonly sql: string;
  readonly parameters?: readonly ParameterValue[];
  readonly options?: QueryOptions;
  /** Additional connection properties. */
  readonly with?: string;
  readonly rows?: readonly (readonly unknown[])[];
  readonly columns?: readonly string[];
  readonly plan?: readonly string[];
  readonly stats?: Readonly<Record<string, number>>;
  /** Parts of the output of EXPLAIN. */
  readonly explained?: readonly string[];
}
const LONG = '12345678901234567890123456789012345678';

function createOrder(id: number): PlainMap {
  return {
    customer: `c${id % 6}`,
    id,
    status: id % 10 === 0 ? 'open' : 'done',
    at: id % 20 === 10 ? undefined : `2026-01-${String((id % 28) + 1).padStart(2, '0')}T08:00:00Z`,
    total: id % 7,
    flag: id % 12 === 0 ? `f${id % 24}` : undefined,
    gone: id % 3 === 0 ? null : id % 3 === 1 ? undefined : 'here',
    year: 2000 + id,
    'a.b': `dot ${id}`,
    'né 🐟-1': id,
    long: { decimal: LONG },
    price: { decimal: `${id}.25` },
    address: { city: id % 2 === 0 ? 'Rome' : 'Oslo', floors: [id, id + 1] },
    lines: [
      { sku: `s${id}`, quantity: 1 },
      { sku: 'gift', quantity: 2 },
    ],
    tags: new Set(['all', id % 2 === 0 ? 'even' : 'odd']),
    mixed: id % 2 === 0 ? id : `m${id}`,
    rare: id === 7 ? 'seldom' : undefined,
    pad: 'x'.repeat(3000),
  };
}

let database: TestDatabase;
let db: Connection;
let folder: string;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'orders',
    key: ['customer:S', 'id:N'],
    indexes: [
      { name: 'by_status', key: ['status:S', 'id:N'] },
      { name: 'by_time', key: ['status:S', 'at:S'] },
      { name: 'by_flag', key: ['flag:S'], projection: 'KEYS_ONLY' },
      { name: 'by_total', key: ['customer:S', 'total:N'], local: true, projection: ['price'] },
    ],
    items: Array.from({ length: 60 }, (_, id) => toItem(createOrder(id))),
  });
  await database.add({
    name: 'app',
    key: ['pk:S', 'sk:S'],
    items: [
      { pk: { S: 'u1' }, sk: { S: 'ORDER#1' }, total: { N: '5' }, photo: { B: 'aGk=' } },
      { pk: { S: 'u1' }, sk: { S: 'ORDER#2' }, total: { N: '7' } },
      { pk: { S: 'u1' }, sk: { S: 'PROFILE' }, name: { S: 'Ana' }, Name: { S: 'ANA' }, shop: { S: 'c5' } },
      { pk: { S: 'u2' }, sk: { S: 'ORDER#3' }, total: { N: '9' } },
    ],
  });
  folder = await mkdtemp(join(tmpdir(), 'dynadbc-features-'));
  db = await database.open();
}, 60_000);
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

function toConnectionString({ endpoint }: HttpDouble): string {
  return `AWSAccessKey=AKIDTEST;AWSSecretKey=not-a-secret;AWSRegion=us-east-1;Endpoint=${endpoint};TypeDetectionScheme=None`;
}

const getPlan = async (sql: string) => (await db.query(sql)).stats.plan;
const keyElement = (AttributeName: string, KeyType: string) => ({ AttributeName, KeyType });

/** Runs a statement and returns everything that a feature may check. */
async function observe({ sql, parameters = [], options = {}, ...feature }: Feature): Promise<object> {
  const connection = feature.with === undefined ? db : await database.open(feature.with);
  const result = await connection.query<readonly unknown[]>(sql, parameters, {
    ...options,
    rowMode: 'array',
  });
  const text = feature.explained ? (await connection.explain(sql, parameters)).text : '';
  return {
    rows: result.rows,
    columns: result.columns.map(({ name, type }) => `${name} ${type}`),
    plan: result.stats.plan,
    stats: result.stats,
    explained: feature.explained?.filter((part) => text.includes(part)),
  };
}

const CATALOG: readonly Feature[] = [
  {
    name: 'tables, columns and indexes are listed in SQL',
    sql: `SELECT t.TableName, (SELECT count(DISTINCT IndexName) FROM sys_indexes i WHERE i.TableName = t.TableName) AS n
            FROM sys_tables t WHERE t.TableName IN ('app', 'orders') ORDER BY 1`,
    rows: [
      ['app', 1],
      ['orders', 5],
    ],
  },
  {
    name: 'information_schema',
    sql: "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'app' AND column_name IN ('pk', 'total') ORDER BY 1",
    rows: [
      ['pk', 'text'],
      ['total', 'bigint'],
    ],
  },
  {
    name: 'columns are inferred from RowScanDepth items',
    sql: 'SELECT rare FROM orders WHERE rare IS NOT NULL',
    with: 'RowScanDepth=1000',
    rows: [['seldom']],
  },
  {
    name: 'an attribute that sampling missed can be read from $item',
    sql: `SELECT "$item"->>'rare' FROM orders WHERE "$item"->>'rare' = 'seldom'`,
    with: 'TypeDetectionScheme=None',
    rows: [['seldom']],
    stats: { itemsReturned: 1 },
  },
  {
    name: 'an attribute that is not a column can still be read',
    sql: `SELECT DOCUMENT(*)->>'year' FROM orders WHERE customer = 'c1' AND id = 1`,
    rows: [['2001']],
  },
  {
    name: 'an attribute of several types keeps each value unchanged',
    sql: "SELECT mixed FROM orders WHERE customer = 'c0' AND id = 6 OR customer = 'c1' AND id = 7 ORDER BY id",
    columns: ['mixed json'],
    rows: [[6], ['m7']],
  },
  {
    name: 'dates stored as strings are compared by DynamoDB and usable as timestamps',
    sql: "SELECT id, extract(day FROM at::timestamp)::int FROM orders WHERE at >= '2026-01-27' AND at < '2026-01-28' ORDER BY id",
    rows: [
      [26, 27],
      [54, 27],
    ],
    stats: { itemsReturned: 2 },
  },
  {
    name: 'maps become columns',
    sql: `SELECT "address.city" FROM orders WHERE customer = 'c2' AND id = 2`,
    with: 'FlattenObjects=true',
    rows: [['Rome']],
  },
  {
    name: 'elements of lists become columns',
    sql: `SELECT "lines.0" FROM orders WHERE customer = 'c2' AND id = 2`,
    with: 'FlattenArrays=1',
    rows: [[{ sku: 's2', quantity: 1 }]],
  },
  {
    name: 'lists are tables of their own',
    sql: "SELECT id, _index, sku FROM orders.lines WHERE customer = 'c3' AND id = 9 ORDER BY _index",
    rows: [
      [9, 1, 's9'],
      [9, 2, 'gift'],
    ],
    plan: ['GetItem orders(customer, id)'],
  },
  {
    name: 'a whole item is a document',
    sql: `SELECT "$item" FROM app WHERE pk = 'u2' AND sk = 'ORDER#3'`,
    rows: [[{ pk: 'u2', sk: 'ORDER#3', total: 9 }]],
  },
  {
    name: 'names that differ only in case are different columns',
    sql: `SELECT name, "Name" FROM app WHERE sk = 'PROFILE'`,
    rows: [['Ana', 'ANA']],
  },
  {
    name: 'names may contain dots, spaces and other scripts, and may be reserved words',
    sql: `SELECT "a.b", "né 🐟-1", year FROM orders WHERE "a.b" = 'dot 5' AND "né 🐟-1" < 9 AND year = 2005`,
    rows: [['dot 5', 5, 2005]],
    stats: { itemsReturned: 1 },
  },
  {
    name: 'sets are arrays, and membership is tested by DynamoDB',
    sql: "SELECT count(*)::int FROM orders WHERE tags ? 'odd'",
    rows: [[30]],
    stats: { itemsReturned: 30 },
  },
  {
    name: 'binary attributes are bytea',
    sql: 'SELECT photo FROM app WHERE photo = $1',
    parameters: [Buffer.from('hi')],
    columns: ['photo bytea'],
    rows: [[new Uint8Array(Buffer.from('hi'))]],
    stats: { itemsReturned: 1 },
  },
  {
    name: 'numbers keep 38 digits',
    sql: `SELECT long, sum(price) FROM orders WHERE long = ${LONG} GROUP BY long`,
    rows: [[BigInt(LONG), 1785]],
  },
  {
    name: 'NULL and missing attributes are both NULL',
    sql: 'SELECT count(*)::int, count(gone)::int FROM orders WHERE gone IS NULL',
    rows: [[40, 0]],
    explained: ['attribute_not_exists(#'],
  },
  {
    name: 'results have column types',
    sql: 'SELECT customer, id, price, address, tags, id > 3 AS later FROM orders LIMIT 0',
    columns: ['customer text', 'id bigint', 'price numeric', 'address json', 'tags json', 'later boolean'],
  },
];

const ACCESS: readonly Feature[] = [
  {
    name: 'the whole key is a GetItem',
    sql: "SELECT total FROM orders WHERE customer = 'c5' AND id = 5",
    rows: [[5]],
    plan: ['GetItem orders(customer, id)'],
    stats: { requests: 1 },
  },
  {
    name: 'lists of keys are a BatchGetItem',
    sql: "SELECT id FROM orders WHERE customer = 'c0' AND id IN (0, 6, 12, 7) ORDER BY id",
    rows: [[0], [6], [12]],
    plan: ['BatchGetItem orders(customer, id) of 4 keys in order'],
    stats: { requests: 1 },
  },
  {
    name: 'a partition key and a range of the sort key are a Query',
    sql: "SELECT id FROM orders WHERE customer = 'c1' AND id > 40 ORDER BY id",
    rows: [[43], [49], [55]],
    plan: ['Query orders(customer, id)'],
    stats: { itemsRead: 3 },
  },
  {
    name: 'several partitions are one Query each',
    sql: "SELECT count(*)::int FROM orders WHERE customer IN ('c1', 'c2')",
    rows: [[20]],
    plan: ['Query orders(customer) of 2 ranges'],
    stats: { itemsRead: 20 },
  },
  {
    name: 'alternatives with different keys are one Query each',
    sql: "SELECT id FROM orders WHERE (customer = 'c1' AND id > 50) OR (customer = 'c2' AND id < 9) ORDER BY id",
    rows: [[2], [8], [55]],
    plan: ['Query orders(customer, id) of 2 ranges, merged by id'],
    stats: { itemsRead: 3 },
  },
  {
    name: 'a global index is chosen automatically',
    sql: "SELECT id, pad = '' FROM orders WHERE status = 'open' AND id < 15 ORDER BY id",
    rows: [
      [0, false],
      [10, false],
    ],
    plan: ['Query orders.by_status(status, id)'],
  },
  {
    name: 'a local index is chosen automatically',
    sql: "SELECT id, price FROM orders WHERE customer = 'c1' AND total = 3 ORDER BY id",
    rows: [[31, 31.25]],
    plan: ['Query orders.by_total(customer, total)'],
  },
  {
    name: 'a sparse index is not read instead of the table',
    sql: "SELECT count(*)::int FROM orders WHERE status = 'open'",
    with: 'AutoDetectIndex=true',
    rows: [[6]],
    plan: ['Query orders.by_status(status)'],
    explained: ['by_time(status, at): items without at are missing from it'],
  },
  {
    name: 'an index with all needed attributes is read without the table',
    sql: "SELECT customer, id FROM orders WHERE flag = 'f12' ORDER BY id",
    rows: [
      ['c0', 12],
      ['c0', 36],
    ],
    plan: ['Query orders.by_flag(flag)'],
    stats: { requests: 1 },
  },
  {
    name: 'attributes that an index lacks are fetched by key',
    sql: "SELECT id, total FROM orders WHERE flag = 'f12' ORDER BY id",
    rows: [
      [12, 5],
      [36, 1],
    ],
    plan: ['Query orders.by_flag(flag), then BatchGetItem orders'],
    stats: { requests: 2 },
  },
];

const CONDITIONS: readonly Feature[] = [
  {
    name: 'conditions on other attributes are filters in DynamoDB',
    sql: "SELECT id FROM orders WHERE year = 2003 AND status = 'done' AND rare IS NULL ORDER BY id",
    rows: [[3]],
    stats: { itemsReturned: 1 },
    explained: ['FilterExpression'],
  },
  {
    name: "LIKE 'x%' is begins_with, or the equivalent range",
    sql: `SELECT id FROM orders WHERE "a.b" LIKE 'dot 59%'`,
    rows: [[59]],
    explained: ['#0 >= :0 AND #0 < :1'],
  },
  {
    name: "LIKE '%x%' is contains",
    sql: `SELECT id FROM orders WHERE "a.b" LIKE '%t 59%'`,
    rows: [[59]],
    explained: ['contains('],
  },
  {
    name: 'BETWEEN is pushed down',
    sql: "SELECT id FROM orders WHERE customer = 'c1' AND id BETWEEN 10 AND 20 ORDER BY id",
    rows: [[13], [19]],
    stats: { itemsRead: 2 },
    explained: ['BETWEEN'],
  },
  {
    name: 'IS NULL and IS NOT NULL match NULL and missing attributes',
    sql: 'SELECT count(*)::int FROM orders WHERE gone IS NOT NULL',
    rows: [[20]],
    stats: { itemsReturned: 20 },
    explained: ['attribute_exists(#', 'NOT attribute_type(#'],
  },
  {
    name: 'a negation does not match a missing value',
    sql: "SELECT count(*)::int FROM orders WHERE NOT (gone = 'there' OR gone LIKE 'z%')",
    rows: [[20]],
  },
  {
    name: 'conditions on parts of documents are filters in DynamoDB',
    sql: "SELECT id FROM orders WHERE address->>'city' = 'Oslo' AND (address->'floors'->>0)::int > 56 ORDER BY id",
    rows: [[57], [59]],
    stats: { itemsReturned: 2 },
  },
  {
    name: 'sizes, types and members are conditions in DynamoDB',
    sql: `SELECT count(*)::int FROM orders WHERE length("a.b") = 5 AND tags ? 'even' AND json_array_length(lines) = 2`,
    rows: [[5]],
    explained: ['size(#', 'contains(#'],
  },
  {
    name: 'every attribute name is a placeholder',
    sql: 'SELECT year FROM orders WHERE year = 2004',
    rows: [[2004]],
    explained: ['"#0":"year"'],
  },
  {
    name: 'an expression stays within the limit of 4 KB',
    sql: 'SELECT id FROM orders WHERE "a.b" = ANY($1)',
    parameters: [[...Array.from({ length: 4000 }, (_, i) => `word number ${i}`), 'dot 8']],
    rows: [[8]],
  },
  {
    name: 'a list of more than 100 values is split',
    sql: 'SELECT id FROM orders WHERE "né 🐟-1" = ANY($1) AND year = ANY($2) ORDER BY id',
    parameters: [[8], Array.from({ length: 250 }, (_, i) => 2000 + i * 8)],
    rows: [[8]],
    stats: { itemsReturned: 1 },
  },
];

const RESULTS: readonly Feature[] = [
  {
    name: 'only needed attributes are projected',
    sql: 'SELECT year FROM orders WHERE total = 9',
    rows: [],
    explained: ['"ProjectionExpression":"#'],
  },
  {
    name: 'count(*) transfers no items',
    sql: "SELECT count(*) FROM orders WHERE customer = 'c4'",
    rows: [[10]],
    stats: { itemsRead: 10 },
    explained: ['"Select":"COUNT"'],
  },
  {
    name: 'ORDER BY the sort key is DynamoDB’s order',
    sql: "SELECT id FROM orders WHERE customer = 'c2' ORDER BY id DESC LIMIT 2",
    rows: [[56], [50]],
    stats: { itemsRead: 2 },
    explained: ['"ScanIndexForward":false'],
  },
  {
    name: 'ORDER BY accepts any expression',
    sql: 'SELECT id FROM orders WHERE id < 9 ORDER BY total DESC, id LIMIT 3',
    rows: [[6], [5], [4]],
  },
  {
    name: 'joins, subqueries, CTEs, windows and set operations run',
    sql: `WITH few AS (SELECT id, total, rank() OVER (ORDER BY total DESC, id) AS place FROM orders WHERE id < 9)
            SELECT f.id FROM few f JOIN app a ON a.total = f.total WHERE a.pk = 'u1' AND place < 9
            UNION SELECT total FROM app WHERE pk IN (SELECT pk FROM app WHERE total > 8) ORDER BY 1`,
    rows: [[5], [9]],
  },
  {
    name: 'aggregates and groups run',
    sql: 'SELECT status, count(*)::int, min(id), max(price) FROM orders GROUP BY status ORDER BY status',
    rows: [
      ['done', 54, 1, 59.25],
      ['open', 6, 0, 50.25],
    ],
  },
  {
    name: 'the selective side of a join provides the keys of the other',
    sql: `SELECT o.id FROM (VALUES ('c1'), ('c2')) v(c) JOIN orders o ON o.customer = v.c WHERE o.id < 3 ORDER BY 1`,
    rows: [[1], [2]],
  },
  {
    name: 'a subquery provides keys',
    sql: "SELECT count(*)::int FROM app a JOIN orders o ON o.customer = a.shop WHERE a.pk = 'u1' AND a.sk = 'PROFILE'",
    rows: [[10]],
    stats: { itemsRead: 11 },
  },
  {
    name: 'functions of PostgreSQL and of other drivers exist',
    sql: `SELECT to_char(total, '000'), upper(status), STUFF('abc', 1, 1, 'x'), 7 / 2 FROM orders WHERE customer = 'c1' AND id = 1`,
    rows: [[' 001', 'DONE', 'xbc', 3]],
  },
  {
    name: 'JSON functions exist',
    sql: `SELECT JSON_EXTRACT(address, '$.city'), json_array_length(lines), jsonb_path_query_first(lines::jsonb, '$[1].sku')
            FROM orders WHERE customer = 'c2' AND id = 8`,
    rows: [['Rome', 2, 'gift']],
  },
];

describe.each([
  ['the catalog', CATALOG],
  ['access paths', ACCESS],
  ['conditions', CONDITIONS],
  ['results', RESULTS],
])('a statement demonstrates %s', (_, features) => {
  it.each(features)('$name', async (feature) => {
    const { rows, columns, plan, stats, explained } = feature;
    const expected = Object.entries({ rows, columns, plan, stats, explained }).filter(
      ([, value]) => value !== undefined,
    );
    expect(await observe(feature)).toMatchObject(Object.fromEntries(expected));
  });
});

describe('a connection demonstrates', () => {
  it('schema files can rename columns and change their types', async () => {
    const kept = await database.open(`Location=${folder}`);
    await kept.schemas.export(['app']);
    const columns = [
      { name: 'user', path: 'pk', type: 'text' },
      { name: 'sk', type: 'text' },
      { name: 'amount', path: 'total', type: 'numeric(38,2)' },
    ];
    await writeFile(join(folder, 'app.schema.json'), JSON.stringify({ version: 1, table: 'app', columns }));
    const edited = await database.open(`Location=${folder}`);
    const { rows, stats } = await edited.query(`SELECT "user", amount FROM app WHERE "user" = 'u2'`);
    expect(rows).toEqual([{ user: 'u2', amount: 9 }]);
    expect(stats.plan).toEqual(['Query app(pk)']);
  });

  it('an entity of a single-table design is a view over a part of the key', async () => {
    const own = await database.open();
    await own.query(
      `CREATE TEMP VIEW "Order" (customer, number, total) AS SELECT pk, substr(sk, 7), total FROM app WHERE sk LIKE 'ORDER#%'`,
    );
    const { rows, stats } = await own.query(
      `SELECT number, total FROM "Order" WHERE customer = 'u1' ORDER BY 1`,
    );
    expect(rows).toEqual([
      { number: '1', total: 5 },
      { number: '2', total: 7 },
    ]);
    expect(stats.plan).toEqual(['Query app(pk, sk)']);
  });

  it('views are pushed down', async () => {
    const own = await database.open();
    await own.query("CREATE TEMP VIEW open_orders AS SELECT * FROM orders WHERE status = 'open'");
    const { rows, stats } = await own.query('SELECT count(*)::int AS n FROM open_orders WHERE id < 30');
    expect(rows).toEqual([{ n: 3 }]);
    expect(stats.plan).toEqual(['Query orders.by_status(status, id)']);
  });

  it('the type of a value must match the key', async () => {
    const error = await thrownBy(() => db.query('SELECT id FROM orders WHERE customer = 5'));
    expect(error).toMatchObject({ sqlState: '42883' });
    const { stats } = await db.query("SELECT id FROM orders WHERE customer = '5'");
    expect(stats.itemsRead).toBe(0);
  });

  it('a statement can choose an index or forbid indexes', async () => {
    const where = "WHERE status = 'open' AND at > '2026'";
    expect(await getPlan(`SELECT id FROM orders /*+ INDEX(by_time) */ ${where}`)).toEqual([
      'Query orders.by_time(status, at)',
    ]);
    expect(await getPlan(`SELECT id FROM orders /*+ NO_INDEX */ ${where}`)).toEqual(['Scan orders']);
    expect(await getPlan(`SELECT id FROM orders ${where} AND SecondaryIndexName = 'by_status'`)).toEqual([
      'Query orders.by_status(status)',
    ]);
  });

  it('the key of an index may consist of several attributes', async () => {
    const responses = new Map<string, unknown>([
      [
        'DescribeTable',
        {
          Table: {
            TableName: 'trips',
            TableStatus: 'ACTIVE',
            ItemCount: 1_000_000,
            TableSizeBytes: 400_000_000,
            KeySchema: [keyElement('id', 'HASH')],
            AttributeDefinitions: ['id', 'city', 'year', 'line', 'stop'].map((AttributeName) => ({
              AttributeName,
              AttributeType: 'S',
            })),
            GlobalSecondaryIndexes: [
              {
                IndexName: 'by_place',
                IndexStatus: 'ACTIVE',
                KeySchema: [
                  keyElement('city', 'HASH'),
                  keyElement('year', 'HASH'),
                  keyElement('line', 'RANGE'),
                  keyElement('stop', 'RANGE'),
                ],
                Projection: { ProjectionType: 'ALL' },
              },
            ],
          },
        },
      ],
      ['Query', { Items: [], Count: 0, ScannedCount: 0 }],
    ]);
    await using double = await startHttpDouble(({ operation }) => ({
      body: JSON.stringify(responses.get(operation)),
    }));
    const { requests } = double;
    await using trips = await connect(toConnectionString(double));
    await trips.query(
      "SELECT id FROM trips WHERE city = 'Rome' AND year = '2026' AND line = 'A' AND stop >= 'm'",
    );
    expect(requests.at(-1)?.input).toMatchObject({
      IndexName: 'by_place',
      KeyConditionExpression: '#0 = :0 AND #1 = :1 AND #2 = :2 AND #3 >= :3',
    });
  });

  it('LIMIT stops reading, but does not limit the items that a filter examines', async () => {
    expect((await db.query('SELECT id FROM orders LIMIT 3')).stats.itemsRead).toBe(3);
    const { rows } = await db.query('SELECT id FROM orders WHERE total = 3 LIMIT 5', [], { pageSize: 4 });
    expect(rows).toHaveLength(5);
  });

  it('a stream reads pages on demand, and stops when the caller does', async () => {
    await using stream = await db.stream('SELECT id FROM orders', [], { pageSize: 5 });
    const seen: unknown[] = [];
    for await (const row of stream) {
      seen.push(row);
      if (seen.length === 7) break;
    }
    expect(seen).toHaveLength(7);
    expect(stream.stats.itemsRead).toBeLessThan(60);
  });

  it('a large table is scanned in parallel segments', async () => {
    const large = database.withRules(PUSHDOWN_RULES, { sizeBytes: 1_000_000_000 });
    const { rows, stats } = await large.query('SELECT count(*)::int AS n FROM orders WHERE total = 3');
    expect(rows).toEqual([{ n: 9 }]);
    expect(stats.plan[0]).toMatch(/^Scan orders\S* in \d+ segments$/);
  });

  it('consistent reads can be requested by connection, statement or SELECT', async () => {
    const sql = "SELECT id FROM orders WHERE customer = 'c1'";
    const strict = await database.open('UseConsistentReads=true');
    const runs = await Promise.all([
      db.query(sql),
      strict.query(sql),
      db.query(sql, [], { consistent: true }),
      db.query(sql.replace('SELECT', 'SELECT /*+ CONSISTENT */')),
    ]);
    expect(runs.map(({ stats }) => stats.readCapacity)).toEqual([4, 8, 8, 8]);
  });

  it('EXPLAIN shows requests without sending them', async () => {
    const { rows, stats } = await db.query("EXPLAIN SELECT * FROM orders WHERE customer = 'c1'");
    expect(JSON.stringify(rows)).toContain('KeyConditionExpression');
    expect(stats).toMatchObject({ requests: 0, readCapacity: 0 });
  });

  it('EXPLAIN supports the formats TEXT and JSON', async () => {
    const query = "SELECT * FROM orders WHERE customer = 'c1'";
    const read = { table: 'orders', access: 'Query orders(customer)' };
    const { rows, columns } = await db.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${query}`);
    expect(columns).toEqual([{ name: 'QUERY PLAN', type: 'json', oid: 114 }]);
    expect(rows).toMatchObject([
      { 'QUERY PLAN': [{ mode: 'direct', reads: [read], ran: { requests: 1, throttles: 0 } }] },
    ]);
    const plan = await db.query(`EXPLAIN (FORMAT JSON) ${query}`);
    expect(plan.rows).toEqual([{ 'QUERY PLAN': [expect.not.objectContaining({ ran: expect.anything() })] }]);
    await expect(db.query(`EXPLAIN (FORMAT XML) ${query}`)).rejects.toMatchObject({
      sqlState: '0A000',
      message: 'EXPLAIN format XML is not supported: use TEXT or, for queries, JSON',
    });
    await expect(
      db.query("EXPLAIN (FORMAT JSON) DELETE FROM orders WHERE customer = 'c1'"),
    ).rejects.toMatchObject({ sqlState: '0A000' });
  });

  it('EXPLAIN ANALYZE shows the consumed capacity', async () => {
    const { rows } = await db.query("EXPLAIN ANALYZE SELECT * FROM orders WHERE customer = 'c1'");
    expect(rows).toContainEqual({ 'QUERY PLAN': expect.stringMatching(/^Consumed: 4 RCU in 1 request, /) });
  });

  it('capacity is limited by statement and by rate', async () => {
    const error = await thrownBy(() => db.query('SELECT * FROM orders', [], { maxRcu: 1, pageSize: 5 }));
    expect(error).toMatchObject({ code: 'EXEC_CAPACITY' });
    const slow = await database.open('CapacityPercent=50');
    expect((await slow.query("SELECT * FROM orders WHERE customer = 'c1'")).rowCount).toBe(10);
  });

  it('full scans can be forbidden', async () => {
    const error = await thrownBy(() =>
      db.query('SELECT id FROM orders WHERE total = 3', [], { fullScan: 'Deny' }),
    );
    expect(error).toMatchObject({ code: 'EXEC_FULL_SCAN', message: expect.stringContaining('total') });
  });

  it('PartiQL is sent unchanged', async () => {
    const response = { Items: [{ total: { N: '7' } }] };
    await using double = await startHttpDouble(() => ({ body: JSON.stringify(response) }));
    await using partiql = await connect(toConnectionString(double));
    const sql = 'SELECT total FROM "app" WHERE pk = ?';
    const { rows } = await partiql.query(sql, ['u1'], { passthrough: true });
    expect(rows).toEqual([{ total: 7 }]);
    expect(double.requests).toMatchObject([
      { operation: 'ExecuteStatement', input: { Statement: sql, Parameters: [{ S: 'u1' }] } },
    ]);
  });
});
