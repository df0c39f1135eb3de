import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../../src/session/connection.ts';
import { connect } from '../../src/index.ts';
import { type FaultingProxy, startFaultingProxy } from '../doubles/faulting-proxy.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const COLUMNS =
  'id varchar(5) PRIMARY KEY, s smallint, i integer, b bigint, n numeric(5,2), any_n numeric, r real, f double precision, ok boolean, c char(3), u uuid, x bytea, j jsonb, d date, ts timestamptz, ts6 timestamp(6), ts0 timestamptz(0)';

/** As PostgreSQL 15 lists the same columns, except that a numeric without precision has 38 digits in DynamoDB. */
const LISTED = [
  'any_n | numeric | numeric |  | 38 | 10 |  |  | numeric',
  'b | bigint | int8 |  | 64 | 2 | 0 |  | bigint',
  'c | character | bpchar | 3 |  |  |  |  | character(3)',
  'd | date | date |  |  |  |  | 0 | date',
  'f | double precision | float8 |  | 53 | 2 |  |  | double precision',
  'i | integer | int4 |  | 32 | 2 | 0 |  | integer',
  'id | character varying | varchar | 5 |  |  |  |  | character varying(5)',
  'j | jsonb | jsonb |  |  |  |  |  | jsonb',
  'n | numeric | numeric |  | 5 | 10 | 2 |  | numeric(5,2)',
  'ok | boolean | bool |  |  |  |  |  | boolean',
  'r | real | float4 |  | 24 | 2 |  |  | real',
  's | smallint | int2 |  | 16 | 2 | 0 |  | smallint',
  'ts | timestamp with time zone | timestamptz |  |  |  |  | 6 | timestamp with time zone',
  'ts0 | timestamp with time zone | timestamptz |  |  |  |  | 6 | timestamp with time zone',
  'ts6 | timestamp without time zone | timestamp |  |  |  |  | 6 | timestamp without time zone',
  'u | uuid | uuid |  |  |  |  |  | uuid',
  'x | bytea | bytea |  |  |  |  |  | bytea',
];

let database: TestDatabase;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kept-types-'));
  database = await startTestDatabase();
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

async function sqlState(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'written',
    (error: unknown) => (error instanceof Error && 'sqlState' in error ? error.sqlState : error),
  );
}

async function showCreate(db: Connection, table: string): Promise<unknown> {
  return (await db.query(`SHOW CREATE TABLE ${table}`)).rows[0]?.['statement'];
}

describe.each([
  ['tags of the table', 'tagged', ''],
  ['a schema file', 'filed', 'Location'],
])('types of CREATE TABLE in %s', (_, table, location) => {
  const open = (): Promise<Connection> => database.open(location === '' ? '' : `${location}=${directory}`);

  it('hold for the next connection', async () => {
    const created = await open();
    await created.query(`CREATE TABLE ${table} (${COLUMNS})`);
    const statement = await showCreate(created, table);
    const db = await open();
    expect(await showCreate(db, table)).toBe(statement);
    for (const [column, value, state] of [
      ['id', 'abcdef', '22001'],
      ['s', '40000', '22003'],
      ['i', 'many', '22P02'],
      ['b', '1.5', '22P02'],
      ['n', '1000', '22003'],
      ['any_n', 'x', '22P02'],
      ['r', '1e40', '22003'],
      ['f', '1e400', '22003'],
      ['ok', 'maybe', '22P02'],
      ['c', 'abcd', '22001'],
      ['u', 'x', '22P02'],
      ['x', '\\x0', '22023'],
      ['j', '{', '22P02'],
      ['d', '2024-02-30', '22008'],
      ['ts', 'soon', '22007'],
      ['ts6', '2024-02-01 25:00', '22008'],
    ] as const) {
      const insert =
        column === 'id'
          ? db.query(`INSERT INTO ${table} (id) VALUES ($1)`, [value])
          : db.query(`INSERT INTO ${table} (id, ${column}) VALUES ('1', $1)`, [value]);
      expect([column, await sqlState(insert)]).toEqual([column, state]);
    }
    for (const column of ['d', 'ts', 'ts6', 'ts0', 'i', 'x', 'u'])
      expect([
        column,
        await sqlState(db.query(`INSERT INTO ${table} (id, ${column}) VALUES ('1', true)`)),
      ]).toEqual([column, '42804']);
    await db.query(
      `INSERT INTO ${table} (id, n, d, ts, ts6, ts0) VALUES ('1', '1.005', '5 Jan 2024', '2024-01-05 10:00+02', '2024-01-05 10:00:00.123456', '2024-01-05 10:00')`,
    );
    const { rows } = await db.query(
      `SELECT "$item"->>'n' AS n, "$item"->>'d' AS d, "$item"->>'ts' AS ts, "$item"->>'ts6' AS ts6, "$item"->>'ts0' AS ts0 FROM ${table}`,
    );
    expect(rows).toEqual([
      {
        n: '1.01',
        d: '2024-01-05',
        ts: '2024-01-05T08:00:00.000Z',
        ts6: '2024-01-05T10:00:00.123456',
        ts0: '2024-01-05T10:00:00Z',
      },
    ]);
  });

  it('are those of the system tables', async () => {
    const db = await open();
    const { rows } = await db.query(
      `SELECT concat_ws(' | ', column_name, data_type, udt_name, coalesce(character_maximum_length::text, ''), coalesce(numeric_precision::text, ''),
         coalesce(numeric_precision_radix::text, ''), coalesce(numeric_scale::text, ''), coalesce(datetime_precision::text, ''), format_type(atttypid, atttypmod)) AS line
       FROM information_schema.columns JOIN pg_attribute ON attname = column_name AND attrelid = '${table}'::regclass
       WHERE table_name = '${table}' ORDER BY column_name`,
    );
    expect(rows.map(({ line }) => line)).toEqual(LISTED);
  });

  it('also keep the types of keys', async () => {
    await (await open()).query(`CREATE TABLE keys_${table} (id integer PRIMARY KEY)`);
    const db = await open();
    expect(await sqlState(db.query(`INSERT INTO keys_${table} VALUES (3000000000)`))).toBe('22003');
    await db.query(`INSERT INTO keys_${table} VALUES (1.5)`);
    expect((await db.query(`SELECT id FROM keys_${table}`)).rows).toEqual([{ id: 2 }]);
  });
});

describe('tags of types', () => {
  it('vanish with their table', async () => {
    const db = await database.open();
    await db.query('CREATE TABLE again (id text PRIMARY KEY, v bigint)');
    await db.query('DROP TABLE again');
    await db.query('CREATE TABLE again (id text PRIMARY KEY, v text)');
    const next = await database.open();
    await next.query("INSERT INTO again VALUES ('1', 'many')");
    expect((await next.query('SELECT v FROM again')).rows).toEqual([{ v: 'many' }]);
  });

  describe('behind an endpoint that refuses', () => {
    let proxy: FaultingProxy;
    let proxied: TestDatabase;
    beforeAll(async () => {
      proxy = await startFaultingProxy(database.endpoint, new Set(['ListTagsOfResource', 'TagResource']));
      proxied = await startTestDatabase(proxy);
      for (const name of ['first', 'second']) await database.add({ name, key: ['id:S'], items: [] });
    });
    afterAll(() => proxied.close());

    async function readBoth(
      error: string,
    ): Promise<{ readonly requests: number; readonly warnings: readonly string[] }> {
      const warnings: string[] = [];
      proxy.plan(() => ({ error }));
      const db = await connect(proxied.string(), {
        onWarning: (message) => warnings.push(message),
      });
      try {
        for (const name of ['first', 'second'])
          expect((await db.query(`SELECT * FROM ${name}`)).rows).toEqual([]);
        return { requests: proxy.reads(), warnings };
      } finally {
        await db.close();
      }
    }

    it('are not asked for again if it lacks them', async () => {
      expect(await readBoth('UnknownOperationException')).toEqual({ requests: 1, warnings: [] });
    });

    it('are left out without permission', async () => {
      expect(await readBoth('AccessDeniedException')).toEqual({ requests: 2, warnings: [] });
    });

    it('are left out with a warning after other failures', async () => {
      expect((await readBoth('ResourceNotFoundException')).warnings).toEqual(
        ['first', 'second'].map((name) =>
          expect.stringContaining(
            `could not read the tags of "${name}", which may declare types of columns: `,
          ),
        ),
      );
    });

    it.each(['AccessDeniedException', 'ValidationException'])(
      'are known to the connection only, with a warning: %s',
      async (error) => {
        const table = `untagged.${error}`;
        const warnings: string[] = [];
        proxy.plan(({ operation }) => (operation === 'TagResource' ? { error } : undefined));
        const db = await connect(proxied.string(), {
          onWarning: (message) => warnings.push(message),
        });
        try {
          await db.query(`CREATE TABLE "${table}" (id text PRIMARY KEY, v bigint)`);
          expect(warnings).toEqual([
            expect.stringMatching(
              /^the types of "v" are known only to this connection: Location is not set, and the table cannot be tagged with them \(.+\)$/,
            ),
          ]);
          expect(await sqlState(db.query(`INSERT INTO "${table}" VALUES ('1', 'many')`))).toBe('22P02');
        } finally {
          await db.close();
        }
      },
    );
  });
});
