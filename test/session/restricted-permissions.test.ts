import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connect } from '../../src/index.ts';
import { formatSchema, parseSchema, type TableSchema } from '../../src/catalog/schemas/schema-file.ts';
import type { Connection } from '../../src/session/connection.ts';
import { type FaultingProxy, startFaultingProxy } from '../doubles/faulting-proxy.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { thrownBy } from '../support/thrown.ts';

const SCHEMA = {
  version: 1,
  table: 'Orders',
  key: { partition: 'customer', sort: 'line' },
  indexes: [
    { name: 'by_status', partition: 'status', sort: 'line', projection: ['total'] },
    { name: 'by_total', partition: 'customer', sort: 'total', local: true },
  ],
  columns: [
    { name: 'customer', type: 'text' },
    { name: 'line', type: 'bigint' },
    { name: 'status', type: 'text' },
    { name: 'total', type: 'bigint' },
  ],
};

const OPERATIONS: ReadonlySet<string> = new Set([
  'DescribeTable',
  'ListTables',
  'Scan',
  'ListTagsOfResource',
]);

let database: TestDatabase;
let proxy: FaultingProxy;
let folder: string;
let denied: readonly string[] = [];
const opened: Connection[] = [];

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'Orders',
    key: ['customer:S', 'line:N'],
    indexes: [
      { name: 'by_status', key: ['status:S', 'line:N'], projection: ['total'] },
      { name: 'by_total', key: ['customer:S', 'total:N'], local: true },
    ],
    items: Array.from({ length: 6 }, (_, i) => ({
      customer: { S: `c${i % 2}` },
      line: { N: String(i) },
      status: { S: i < 3 ? 'open' : 'done' },
      total: { N: String(10 * i) },
      more: { S: 'x' },
    })),
  });
  proxy = await startFaultingProxy(database.endpoint, OPERATIONS);
  proxy.plan(({ operation }) =>
    denied.includes(operation) ? { error: 'AccessDeniedException' } : undefined,
  );
  folder = await mkdtemp(join(tmpdir(), 'dynadbc-restricted-'));
});

afterAll(async () => {
  await Promise.all(opened.map((connection) => connection.close()));
  await proxy.close();
  await database.close();
  await rm(folder, { recursive: true });
});

/** Connects without these permissions; `schema`: with the schema file. */
async function open(
  without: readonly string[],
  schema?: object,
): Promise<{ readonly db: Connection; readonly warnings: readonly string[] }> {
  denied = without;
  const location = await mkdtemp(join(folder, 'schemas-'));
  if (schema !== undefined) await writeFile(join(location, 'orders.schema.json'), JSON.stringify(schema));
  const warnings: string[] = [];
  const db = await connect(
    database.string(`Location=${location}`).replace(database.endpoint, proxy.endpoint),
    {
      onWarning: (message) => warnings.push(message),
    },
  );
  opened.push(db);
  return { db, warnings };
}

const ALL = [...OPERATIONS];

describe('a table whose keys a schema file declares', () => {
  it('is queried, written and listed without permission to describe, list or scan it', async () => {
    const { db, warnings } = await open(ALL, SCHEMA);
    const query = "SELECT line, total FROM orders WHERE customer = 'c1' AND line > 1 ORDER BY line";
    expect((await db.explain(query)).text).toContain('Query Orders(customer, line)');
    expect((await db.query(query)).rows).toEqual([
      { line: 3, total: 30 },
      { line: 5, total: 50 },
    ]);
    expect((await db.query("SELECT * FROM orders WHERE customer = 'c0' AND line = 0")).rows).toEqual([
      { customer: 'c0', line: 0, status: 'open', total: 0 },
    ]);
    expect((await db.explain("SELECT line, total FROM orders WHERE status = 'open'")).text).toContain(
      'Query Orders.by_status(status)',
    );
    expect(
      (await db.query("SELECT line FROM orders WHERE status = 'open' ORDER BY line DESC LIMIT 1")).rows,
    ).toEqual([{ line: 2 }]);
    expect((await db.explain("SELECT line FROM orders WHERE customer = 'c1' AND total > 20")).text).toContain(
      'Query Orders.by_total',
    );
    await db.query("INSERT INTO orders (customer, line, status) VALUES ('new', 9, 'open')");
    await db.query("UPDATE orders SET status = 'done' WHERE customer = 'new' AND line = 9");
    expect((await db.query("SELECT status FROM orders WHERE customer = 'new'")).rows).toEqual([
      { status: 'done' },
    ]);
    await db.query("DELETE FROM orders WHERE customer = 'new' AND line = 9");
    expect((await db.metadata.tables()).map(({ name }) => name)).toEqual(['Orders']);
    expect(warnings).toEqual([]);
  });

  it('is described where that is allowed', async () => {
    const { db } = await open(['Scan'], {
      ...SCHEMA,
      key: { partition: { name: 'other', type: 'S' } },
      indexes: [],
    });
    const text = (await db.explain("SELECT line FROM orders WHERE customer = 'c1'")).text;
    expect(text).toContain('Query Orders(customer)');
  });

  it('says which permission a scan lacks', async () => {
    const { db } = await open(ALL, SCHEMA);
    const error = await thrownBy(() => db.query('SELECT count(*) FROM orders'));
    expect(error.code).toBe('AUTH_DENIED');
    expect(error.message).toContain('Scan on Orders');
    expect(error.remedy).toMatch(/Grant dynamodb:Scan .* becomes a Query/);
  });

  it('has its keys in an entity, too', async () => {
    const { db } = await open(ALL, { ...SCHEMA, name: 'open_orders', where: "status = 'open'" });
    expect((await db.query("SELECT line FROM open_orders WHERE customer = 'c0' ORDER BY line")).rows).toEqual(
      [{ line: 0 }, { line: 2 }],
    );
  });
});

describe('a table without a schema file', () => {
  it('cannot be described without permission, and the error says what would help', async () => {
    const { db } = await open(ALL);
    const error = await thrownBy(() => db.query('SELECT * FROM "Orders" WHERE customer = \'c1\''));
    expect(error.code).toBe('AUTH_DENIED');
    expect(error.message).toContain('DescribeTable on Orders');
    expect(error.remedy).toContain('Grant dynamodb:DescribeTable');
    expect(error.remedy).toContain('declare its key and indexes in a schema file');
  });

  it('has only its keys as columns without permission to scan it, with a warning', async () => {
    const { db, warnings } = await open(['Scan']);
    expect(
      (await db.query("SELECT customer, line FROM orders WHERE customer = 'c1' AND line = 1")).rows,
    ).toEqual([{ customer: 'c1', line: 1 }]);
    expect(warnings.join('\n')).toContain(
      'permission denied to scan "Orders": only its keys are columns; grant dynamodb:Scan, or declare its columns in a schema file',
    );
  });

  it('is exported to a schema file that another user can work with', async () => {
    const { db } = await open([]);
    const [file] = await db.schemas.export(['Orders']);
    const schema: TableSchema = JSON.parse(await readFile(file?.file ?? '', 'utf8'));
    expect(schema).toMatchObject({
      key: { partition: 'customer', sort: 'line' },
      indexes: [
        { name: 'by_status', partition: 'status', sort: 'line', projection: ['total'] },
        { name: 'by_total', partition: 'customer', sort: 'total', local: true },
      ],
    });
    const { db: restricted } = await open(ALL, schema);
    expect(
      (await restricted.query("SELECT more FROM orders WHERE customer = 'c1' AND line = 1")).rows,
    ).toEqual([{ more: 'x' }]);
  });
});

describe('the keys of a schema file', () => {
  const attribute = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    type: fc.constantFrom('S', 'N', 'B'),
  });
  const key = fc.record({
    partition: fc.uniqueArray(attribute, { minLength: 1, maxLength: 2, selector: ({ name }) => name }),
    sort: fc.uniqueArray(attribute, { maxLength: 2, selector: ({ name }) => name }),
  });

  it('are the same when they are read back', () => {
    fc.assert(
      fc.property(
        key,
        fc.array(fc.record({ key, kind: fc.constantFrom('global', 'local'), all: fc.boolean() }), {
          maxLength: 3,
        }),
        (own, indexes) => {
          const names = (schema: typeof own): string[] =>
            [...schema.partition, ...schema.sort].map(({ name }) => name);
          const schema: TableSchema = {
            kind: 'table',
            name: 't',
            table: 't',
            keys: {
              key: own,
              indexes: indexes.map(({ key: its, kind, all }, i) => ({
                name: `i${i}`,
                kind,
                key: its,
                projection: all ? 'all' : [...new Set([...names(its), ...names(own), 'z'])],
              })),
            },
            columns: [{ name: 'a', path: ['a'], type: { kind: 'text' } }],
          };
          expect(parseSchema(formatSchema(schema), 'x')).toMatchObject(schema);
        },
      ),
    );
  });

  it.each([
    [{ indexes: [] }, /\/indexes: .* expected no "indexes" without a "key"/],
    [{ key: { partition: 'nope' } }, /\/key\/partition: .* or its name and type/],
    [
      { key: { partition: { name: 'id', type: 'X' } } },
      /\/key\/partition\/type: .* expected "S", "N" or "B"/,
    ],
    [{ key: {} }, /\/key\/partition: is missing/],
    [{ key: { partition: 'id', sorted: 'x' } }, /unknown member "sorted"/],
  ])('%j is refused', async (members, message) => {
    const text = JSON.stringify({
      version: 1,
      table: 't',
      ...members,
      columns: [{ name: 'id', type: 'text' }],
    });
    const error = await thrownBy(async () => parseSchema(text, 'x.schema.json'));
    expect(error.message).toMatch(message);
  });
});
