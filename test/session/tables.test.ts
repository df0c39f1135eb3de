import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../src/index.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startDynalite } from '../doubles/dynalite.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const local = await startDynamoDbLocal();
const EMULATORS = [
  { name: 'dynalite', suite: describe, start: startDynalite, isLocal: false },
  'skipped' in local
    ? { name: `DynamoDB Local (${local.skipped})`, suite: describe.skip, start: startDynalite, isLocal: true }
    : { name: 'DynamoDB Local', suite: describe, start: async () => local, isLocal: true },
];

const NAMES: readonly string[] = ['a', 'B c', 'order', 'x"y', 'x.y'];
const attribute = fc.constantFrom(...NAMES);
const type = fc.constantFrom('text', 'numeric', 'bytea');

function quoteNames(names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ');
}

/** CREATE TABLE statements in which every key attribute has a type. Local indexes sort by one of `sorts`. */
const tables = (sorts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .record({
      types: fc.array(type, { minLength: 5, maxLength: 5 }),
      key: fc.uniqueArray(attribute, { minLength: 1, maxLength: 2 }),
      global: fc.array(fc.uniqueArray(attribute, { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
      local: fc.option(fc.constantFrom(...sorts)),
      kinds: fc.array(fc.constantFrom('', ' KEYS ONLY', ' INCLUDE ("n1", "n2")'), {
        minLength: 4,
        maxLength: 4,
      }),
      capacity: fc.option(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))),
      indexCapacity: fc.option(fc.integer({ min: 1, max: 9 })),
    })
    .map(({ types, key, global, local: sort, kinds, capacity, indexCapacity }) => {
      const isUsed = (name: string): boolean =>
        key.includes(name) || global.some((each) => each.includes(name)) || (withLocal && sort === name);
      const withLocal = key.length === 2 && sort !== null && !key.includes(sort);
      const index = (at: number): string =>
        capacity !== null && indexCapacity !== null
          ? `${kinds[at]} WITH (read_capacity = ${indexCapacity})`
          : (kinds[at] ?? '');
      const elements = [
        ...NAMES.filter(isUsed).map((name) => `${quoteNames([name])} ${types[NAMES.indexOf(name)]}`),
        `PRIMARY KEY (${quoteNames(key)})`,
        ...global.map((each, at) => `INDEX "index-${at}" (${quoteNames(each)})${index(at)}`),
        ...(withLocal ? [`LOCAL INDEX "local" (${quoteNames([key[0] ?? '', sort])})${kinds[3]}`] : []),
      ];
      const options =
        capacity === null ? '' : ` WITH (read_capacity = ${capacity[0]}, write_capacity = ${capacity[1]})`;
      return `CREATE TABLE "Round.Trip" (${elements.join(', ')})${options}`;
    });

for (const { name, suite, start, isLocal } of EMULATORS)
  suite(`tables and indexes on ${name}`, () => {
    let database: TestDatabase;
    let db: Connection;
    const warnings: string[] = [];

    beforeAll(async () => {
      database = await startTestDatabase(await start());
      db = await connect(database.string(), { onWarning: (message) => warnings.push(message) });
    });
    afterAll(async () => {
      await db.close();
      await database.close();
    });

    const showCreate = async (table: string): Promise<string> => {
      const { rows } = await db.query<{ statement: string }>(`SHOW CREATE TABLE ${table}`);
      return rows[0]?.statement ?? '';
    };
    const listIndexes = async (table: string): Promise<readonly unknown[]> =>
      (await db.query(`SHOW INDEXES FROM ${table}`)).rows.map(({ index }) => index);

    it('shows a CREATE TABLE statement that creates the same table', async () => {
      // DynamoDB Local fails (InternalFailure) for local indexes on an attribute with a double quote in its name.
      const sorts = isLocal ? NAMES.filter((each) => !each.includes('"')) : NAMES;
      await fc.assert(
        fc.asyncProperty(tables(sorts), async (statement) => {
          await db.query('DROP TABLE IF EXISTS "Round.Trip"');
          await db.query(statement);
          const first = await showCreate('"Round.Trip"');
          await db.query('DROP TABLE "Round.Trip"');
          await db.query(first);
          expect(await showCreate('"Round.Trip"')).toBe(first);
        }),
        { numRuns: 8 },
      );
    }, 120_000);

    it('creates a table that can be written and read immediately', async () => {
      const { command, rowCount } = await db.query(
        'CREATE TABLE orders (id text, line int, total numeric(10, 2), PRIMARY KEY (id, line))',
      );
      expect({ command, rowCount }).toEqual({ command: 'CREATE TABLE', rowCount: 0 });
      expect(warnings.filter((warning) => warning.startsWith('the types'))).toEqual(
        isLocal
          ? [
              'the types of "line", "total" are known only to this connection: Location is not set, and the table cannot be tagged with them (this endpoint does not implement TagResource)',
            ]
          : [],
      );
      await db.query("INSERT INTO orders VALUES ('a', 1, 2.5)");
      expect((await db.query('SELECT * FROM orders')).rows).toEqual([{ id: 'a', line: 1, total: 2.5 }]);
      const described = await db.query('DESCRIBE orders');
      expect(described.command).toBe('DESCRIBE');
      expect((await db.query('SHOW COLUMNS IN orders')).rows).toEqual(described.rows);
      expect(described.rows).toEqual([
        { column: 'id', type: 'text', nullable: false, key: 'partition' },
        { column: 'line', type: 'bigint', nullable: false, key: 'sort' },
        { column: 'total', type: 'numeric', nullable: true, key: null },
      ]);
      expect(await showCreate('orders')).toBe(
        'CREATE TABLE "orders" (\n  "id" text,\n  "line" integer,\n  "total" numeric(10,2),\n  PRIMARY KEY ("id", "line")\n)',
      );
      expect((await db.query('SHOW TABLES')).rows).toContainEqual({ name: 'orders', kind: 'table' });
    });

    // dynalite accepts requests for new indexes, but does not create them.
    if (isLocal)
      it('adds and removes indexes that are usable immediately', async () => {
        await db.query(
          'CREATE TABLE stock (id text PRIMARY KEY) WITH (billing = provisioned, read_capacity = 3, write_capacity = 4)',
        );
        await db.query("INSERT INTO stock (id, kind, n) VALUES ('a', 'k', 1)");
        await db.query('CREATE INDEX by_kind ON stock (kind, n) INCLUDE (note) WITH (read_capacity = 2)');
        expect(await showCreate('stock')).toContain(
          'INDEX "by_kind" ("kind", "n") INCLUDE ("note") WITH (read_capacity = 2)',
        );
        expect(await showCreate('stock')).toContain('"n" numeric');
        expect(await thrownBy(() => db.query('CREATE INDEX by_kind ON stock (kind)'))).toMatchObject({
          code: 'CATALOG_DUPLICATE_TABLE',
          sqlState: '42P07',
          message: 'index "by_kind" for table "stock" already exists',
        });
        await db.query(
          'ALTER TABLE stock ADD INDEX IF NOT EXISTS by_kind (kind), ADD INDEX by_new ("New" bytea)',
        );
        expect(warnings.at(-1)).toBe('index "by_kind" for table "stock" already exists, skipping');
        expect(await listIndexes('stock')).toEqual(expect.arrayContaining(['by_kind', 'by_new']));
        expect(await thrownBy(() => db.query('CREATE INDEX other ON stock (not_in_items)'))).toMatchObject({
          code: 'SQL_TABLE_DEFINITION',
          position: 30,
        });
        await db.query('DROP INDEX by_new');
        await db.query('ALTER TABLE stock DROP INDEX by_kind');
        expect(await listIndexes('stock')).toEqual([]);
        expect(await thrownBy(() => db.query('DROP INDEX stock.by_kind'))).toMatchObject({
          code: 'SQL_UNKNOWN_INDEX',
          sqlState: '42704',
          position: 18,
          message: 'index "by_kind" for table "stock" does not exist',
        });
        await db.query('DROP INDEX IF EXISTS by_kind, stock.by_kind');
        await db.query('ALTER TABLE stock SET (billing = on_demand)');
        expect(await showCreate('stock')).not.toContain('WITH');
      });

    it('skips an existing table with IF NOT EXISTS, and drops all tables or none', async () => {
      await db.query('CREATE TABLE one_table (id text PRIMARY KEY)');
      expect(await thrownBy(() => db.query('CREATE TABLE one_table (id text PRIMARY KEY)'))).toMatchObject({
        code: 'CATALOG_DUPLICATE_TABLE',
        position: 14,
        message: 'relation "one_table" already exists',
      });
      await db.query('CREATE TABLE IF NOT EXISTS one_table (other bytea PRIMARY KEY)');
      expect(await showCreate('one_table')).toContain('"id" text');
      expect(await thrownBy(() => db.query('DROP TABLE one_table, two_tables'))).toMatchObject({
        code: 'CATALOG_UNKNOWN_TABLE',
        position: 23,
      });
      expect(await showCreate('one_table')).toContain('"id" text');
      await db.query('DROP TABLE IF EXISTS one_table, two_tables');
      expect(warnings.at(-1)).toBe('table "two_tables" does not exist, skipping');
      expect(await thrownBy(() => db.query('SELECT * FROM one_table'))).toMatchObject({
        code: 'CATALOG_UNKNOWN_TABLE',
      });
    });

    it.each([
      ['CREATE TABLE xy (id text PRIMARY KEY)', 'SQL_TABLE_DEFINITION', ''],
      ['CREATE TABLE "a b c" (id text PRIMARY KEY)', 'SQL_TABLE_DEFINITION', ''],
      [
        'CREATE TABLE ttt (id boolean PRIMARY KEY)',
        'SQL_TABLE_DEFINITION',
        'key column "id" has type boolean; DynamoDB keys must be text, numeric or bytea',
      ],
      ['CREATE TABLE ttt (id text, a text, b text, PRIMARY KEY (id, a, b))', 'SQL_TABLE_DEFINITION', ''],
      [
        'CREATE TABLE ttt (id text, a text, PRIMARY KEY (id), LOCAL INDEX loc (id, a))',
        'SQL_TABLE_DEFINITION',
        '',
      ],
      [
        'CREATE TABLE ttt (id text, PRIMARY KEY (key))',
        'SQL_TABLE_DEFINITION',
        'column "key" named in key does not exist',
      ],
      [
        'CREATE TABLE ttt (id text PRIMARY KEY, id text)',
        'SQL_TABLE_DEFINITION',
        'column "id" specified more than once',
      ],
      [
        'CREATE TABLE ttt (id text PRIMARY KEY) WITH (ttl = a, ttl = b)',
        'SQL_TABLE_DEFINITION',
        'option "ttl" specified more than once',
      ],
      [
        'CREATE TABLE ttt (id text PRIMARY KEY) WITH (stream = everything)',
        'SQL_TABLE_DEFINITION',
        'invalid value for option "stream": "everything" (expected one of none, keys_only, new_image, old_image, new_and_old_images)',
      ],
      [
        'CREATE TABLE ttt (id text PRIMARY KEY) WITH (streams = none)',
        'SQL_TABLE_DEFINITION',
        'unrecognized table option "streams"',
      ],
      [
        'CREATE TABLE ttt (id text PRIMARY KEY) WITH (billing = on_demand, read_capacity = 1)',
        'SQL_TABLE_DEFINITION',
        'options read_capacity and write_capacity require billing = provisioned',
      ],
      [
        'CREATE TABLE sys_tables (id text PRIMARY KEY)',
        'CATALOG_DUPLICATE_TABLE',
        'relation "sys_tables" already exists: it is a system table',
      ],
      ['DROP TABLE pg_class', 'CATALOG_WRONG_KIND', '"pg_class" is a system table'],
      ['ALTER TABLE nowhere SET (ttl = a)', 'CATALOG_UNKNOWN_TABLE', ''],
      ["CALL DropTable('ttt')", 'SQL_UNKNOWN_FUNCTION', 'procedure droptable does not exist'],
    ])('rejects before anything is sent: %s', async (sql, code, message) => {
      expect(await thrownBy(() => db.query(sql))).toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
      expect((await db.query('SHOW TABLES')).rows).not.toContainEqual({ name: 'ttt', kind: 'table' });
    });

    it('changes nothing on a read-only connection', async () => {
      await db.query('CREATE TABLE IF NOT EXISTS kept (id text PRIMARY KEY)');
      const reader = await database.open('Readonly=true');
      for (const sql of [
        'CREATE TABLE other (id text PRIMARY KEY)',
        'DROP TABLE kept',
        'ALTER TABLE kept SET (ttl = a)',
        'CREATE INDEX i_x ON kept (id)',
        'DROP INDEX i_x',
        `CALL CreateTable('other', "KeySchema_AttributeName#1" => 'id')`,
      ])
        expect(await thrownBy(() => reader.query(sql))).toMatchObject({
          code: 'SQL_READ_ONLY',
          message: expect.stringMatching(/^cannot execute [A-Za-z ]+ on a read-only connection$/),
        });
      expect((await reader.query('SHOW CREATE TABLE kept')).rowCount).toBe(1);
    });

    it('runs the procedures of the commercial drivers', async () => {
      const { rows } = await db.query(
        `CALL CreateTable(TableName => ?, "Keyschema_attributename#1" => 'id', "KeySchema_AttributeName#2" => 'n',
           "AttributeDefinitions_AttributeName#1" => 'n', "AttributeDefinitions_AttributeType#1" => 'N')`,
        ['called'],
      );
      expect(rows).toEqual([{ Success: true }]);
      expect(await showCreate('called')).toBe(
        'CREATE TABLE "called" (\n  "id" text,\n  "n" numeric,\n  PRIMARY KEY ("id", "n")\n)',
      );
      expect(await thrownBy(() => db.query("CALL CreateTable('called')"))).toMatchObject({
        code: 'SQL_BAD_ARGUMENT',
        message: 'procedure CreateTable requires an argument "KeySchema_AttributeName#"',
      });
      const listed = await db.query('SELECT DISTINCT ProcedureName FROM sys_procedureparameters ORDER BY 1');
      expect(listed.rows.map((row) => Object.values(row)[0])).toEqual(['CreateSchema', 'CreateTable']);
    });

    it('saves the other columns as a schema file', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'dynadbc-tables-'));
      try {
        const owner = await database.open(`Location=${folder}`);
        await owner.query('CREATE TABLE filed (id text, note text, PRIMARY KEY (id))');
        expect(await readdir(folder)).toEqual(['filed.schema.json']);
        await owner.query('CREATE TABLE plain (id text PRIMARY KEY)');
        expect((await owner.query("CALL CreateSchema('plain', 'mine.schema.json')")).rows).toEqual([
          { Result: 'Success', FileName: join(folder, 'mine.schema.json') },
        ]);
        expect(
          await thrownBy(() => owner.query("CALL CreateSchema('kept', '../out.schema.json')")),
        ).toMatchObject({ code: 'CATALOG_SCHEMA_FILE' });
        await owner.query('DROP TABLE filed, plain');
        expect((await readdir(folder)).toSorted()).toEqual(['filed.schema.json', 'mine.schema.json']);
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    if (isLocal)
      it('sets and resets streams and the TTL attribute', async () => {
        await db.query(
          'CREATE TABLE streamed (id text PRIMARY KEY) WITH (stream = keys_only, ttl = "Expires")',
        );
        expect(await showCreate('streamed')).toContain("ttl = 'Expires',\n  stream = 'keys_only'");
        await db.query('ALTER TABLE streamed SET (stream = new_and_old_images)');
        expect(await showCreate('streamed')).toContain("stream = 'new_and_old_images'");
        await db.query('ALTER TABLE streamed RESET (stream, ttl)');
        expect(await showCreate('streamed')).not.toContain('WITH');
      });
    else
      it('sets and resets tags', async () => {
        await db.query('CREATE TABLE tagged (id text PRIMARY KEY)');
        await db.query(`ALTER TABLE tagged SET (tag."Cost Center" = 'a', tag.b = 'it''s')`);
        expect(await showCreate('tagged')).toContain(`tag."Cost Center" = 'a',\n  tag."b" = 'it''s'`);
        await db.query('ALTER TABLE tagged RESET (tag."Cost Center"), SET (tag.b = c)');
        expect(await showCreate('tagged')).toMatch(/WITH \(\n {2}tag."b" = 'c'\n\)$/);
      });
  });
