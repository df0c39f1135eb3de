import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import type { Connection } from '../../src/session/connection.ts';
import { SYSTEM_TABLES } from '../../src/sql/system/registry.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'orders',
    key: ['customer:S', 'id:N'],
    indexes: [{ name: 'by_status', key: ['status:S', 'id:N'], projection: 'KEYS_ONLY' }],
    items: [
      { customer: { S: 'a' }, id: { N: '1' }, status: { S: 'open' }, total: { N: '1.25' }, lines: { L: [] } },
    ],
  });
  await database.add({ name: 'Customers', key: ['id:S'], items: [{ id: { S: 'a' } }] });
  db = await database.open();
});
afterAll(() => database.close());

async function rows(sql: string, parameters: readonly string[] = []): Promise<unknown[][]> {
  const { rows: found, stats } = await db.query<unknown[]>(sql, parameters, { rowMode: 'array' });
  expect(stats.requests).toBe(0);
  return found;
}

describe('system tables', () => {
  it.each(SYSTEM_TABLES.map(({ schema, name, columns }) => [schema, name, columns] as const))(
    '%s.%s has the columns that it declares',
    async (schema, name, columns) => {
      const result = await db.query(`SELECT * FROM ${schema}.${name}`);
      expect(result.columns.map((column) => column.name)).toEqual(columns.map((column) => column.name));
      // As in PostgreSQL, information_schema is not in the search path.
      const bare = schema === 'information_schema' ? `${schema}.${name}` : name;
      expect((await db.query(`SELECT * FROM ${bare}`)).rowCount).toBe(result.rowCount);
    },
  );

  it('list tables, columns, keys and indexes', async () => {
    expect(await rows('SELECT TableName, TableType FROM sys_tables ORDER BY 1')).toEqual([
      ['Customers', 'TABLE'],
      ['orders', 'TABLE'],
    ]);
    expect(
      await rows(
        "SELECT ColumnName, DataTypeName, NumericScale, IsKey, IsHidden FROM sys_tablecolumns WHERE TableName = 'orders' ORDER BY Ordinal",
      ),
    ).toEqual([
      ['customer', 'text', null, true, false],
      ['id', 'bigint', null, true, false],
      ['lines', 'json', null, false, false],
      ['status', 'text', null, false, false],
      ['total', 'numeric', 2, false, false],
      ['$item', 'json', null, false, true],
    ]);
    expect(await rows('SELECT TableName, ColumnName, KeySeq FROM sys_primarykeys ORDER BY 1, 3')).toEqual([
      ['Customers', 'id', 1],
      ['orders', 'customer', 1],
      ['orders', 'id', 2],
    ]);
    expect(
      await rows(
        "SELECT IndexName, ColumnName, KeyType, IsUnique, Projection FROM sys_indexes WHERE TableName = 'orders' AND Kind = 'global'",
      ),
    ).toEqual([
      ['by_status', 'status', 'HASH', false, 'status, id, customer'],
      ['by_status', 'id', 'RANGE', false, 'status, id, customer'],
    ]);
  });

  it('join with each other and with tables, by conditions and parameters', async () => {
    expect(
      await rows(
        `SELECT c.column_name, k.ordinal_position FROM information_schema.columns c
         LEFT JOIN information_schema.key_column_usage k USING (table_name, column_name)
         WHERE c.table_name = ? AND c.column_name <> 'lines' ORDER BY c.ordinal_position`,
        ['orders'],
      ),
    ).toEqual([
      ['customer', 1],
      ['id', 2],
      ['status', null],
      ['total', null],
    ]);
    const joined = await db.query(
      'SELECT o.total, t.TableType FROM orders o, sys_tables t WHERE t.TableName = $1',
      ['orders'],
    );
    expect(joined.rows).toEqual([{ total: 1.25, TableType: 'TABLE' }]);
    expect(joined.stats.plan).toEqual(['Scan orders']);
    expect(
      await rows(
        `SELECT c.relname, a.attname, t.typname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
         WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND c.relname = 'Customers'`,
      ),
    ).toEqual([['Customers', 'id', 'text']]);
  });

  it('compare table names in conditions exactly', async () => {
    expect(await rows("SELECT 1 FROM sys_tables WHERE TableName = 'ORDERS'")).toEqual([]);
    expect(await rows("SELECT 1 FROM sys_tablecolumns WHERE TableName IN ('nothing', 'ORDERS')")).toEqual([]);
  });

  it('appear in EXPLAIN as system tables', async () => {
    const { text, reads } = await db.explain("SELECT * FROM sys_indexes WHERE TableName = 'orders'");
    expect(reads).toEqual([]);
    expect(text).toContain('System table sys_indexes  (no item is read)');
  });

  it('do not show secrets of the connection', async () => {
    const found = await rows(
      'SELECT Name, Value, Sensitivity FROM sys_connection_props WHERE Value IS NOT NULL',
    );
    expect(found).toContainEqual(['AWSSecretKey', '***', 'SECRET']);
    expect(found).toContainEqual(['RowScanDepth', '200', null]);
    expect(JSON.stringify(found)).not.toContain('not-a-secret');
  });

  it('list only the schemas in BrowsableSchemas', async () => {
    await using other = await connect(database.string('BrowsableSchemas=information_schema,pg_catalog'));
    const { rows: schemas } = await other.query('SELECT SchemaName FROM sys_schemas ORDER BY 1');
    expect(schemas).toEqual([{ SchemaName: 'information_schema' }, { SchemaName: 'pg_catalog' }]);
    expect((await other.query('SELECT * FROM sys_tables')).rows).toEqual([]);
    await using dynamodb = await connect(database.string('BrowsableSchemas=DynamoDB'));
    expect((await dynamodb.query('SELECT * FROM sys_tables')).rowCount).toBe(2);
  });

  it('list only the tables in Tables', async () => {
    await using other = await connect(database.string('Tables=orders'));
    expect((await other.query('SELECT TableName FROM sys_tables')).rows).toEqual([{ TableName: 'orders' }]);
  });

  it('are suggested for a misspelt name', async () => {
    await expect(db.query('SELECT * FROM information_schema.tabels')).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
      message: 'relation "information_schema.tabels" does not exist',
      candidates: ['tables'],
      position: 15,
    });
  });
});

describe('IgnoreTypes', () => {
  it('removes types from columns other than keys', async () => {
    await using other = await connect(database.string('IgnoreTypes=numeric, Bigint,Date'));
    const result = await other.query("SELECT id, total FROM orders WHERE customer = 'a'");
    expect(result.columns.map(({ type }) => type)).toEqual(['bigint', 'text']);
    expect(result.rows).toEqual([{ id: 1, total: '1.25' }]);
  });

  it('accepts only existing types', async () => {
    await expect(connect(database.string('IgnoreTypes=numerc'))).rejects.toMatchObject({
      code: 'CONN_BAD_VALUE',
      candidates: ['numeric'],
    });
  });
});
