import { readTypes } from './recorded.ts';
import { toPostgresType, TYPE_NAMES, typeOid, TYPES } from '../../../src/sql/types/types.ts';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import type { SqlType } from '../../../src/catalog/table-def.ts';
import { toDuckdbType } from '../../../src/sql/types/column-types.ts';

describe('the table of types', () => {
  it('says what PostgreSQL 15 says in pg_type', () => {
    const rows = TYPE_NAMES.map((name) => {
      const { typname, oid, arrayOid, length, category } = TYPES[name];
      return { name, typname, oid, arrayOid, length, category };
    });
    expect(rows.toSorted((a, b) => a.oid - b.oid)).toEqual(readTypes());
  });

  it('maps each DuckDB type to one of them', () => {
    const types = TYPE_NAMES.flatMap((name) => TYPES[name].duckdb.types);
    expect(new Set(types).size).toBe(types.length);
  });

  it.each([
    ['text', 25],
    ['int8', 20],
    ['decimal', 1700],
    ['bigint[]', 1016],
    ['timestamp with time zone[]', 1185],
    ['char', 1042],
  ])('knows the object identifier of %s', (type, oid) => {
    expect(typeOid(type)).toBe(oid);
  });
});

describe('the types of columns', () => {
  it('are types of DuckDB that go by PostgreSQL’s names', async () => {
    const types: readonly (readonly [SqlType, string])[] = [
      [{ kind: 'bigint' }, 'bigint'],
      [{ kind: 'hugeint' }, 'numeric'],
      [{ kind: 'decimal', scale: 7 }, 'numeric'],
      [{ kind: 'double' }, 'double precision'],
      [{ kind: 'text' }, 'text'],
      [{ kind: 'boolean' }, 'boolean'],
      [{ kind: 'blob' }, 'bytea'],
      [{ kind: 'json' }, 'json'],
    ];
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const columns = types.map(([type], i) => `NULL::${toDuckdbType(type)} AS c${i}`);
    const result = await connection.run(`SELECT ${columns.join(', ')}`);
    expect(result.columnTypes().map((type) => toPostgresType(type.alias ?? type.toString()))).toEqual(
      types.map(([, name]) => name),
    );
    connection.closeSync();
  });

  it.each([
    ['INTEGER', 'integer'],
    ['DECIMAL(10,2)', 'numeric'],
    ['TIMESTAMP WITH TIME ZONE', 'timestamp with time zone'],
    ['TIMESTAMP', 'timestamp without time zone'],
    ['DATE', 'date'],
    ['INTERVAL', 'interval'],
    ['UUID', 'uuid'],
    ['BIGINT[]', 'bigint[]'],
    ['VARCHAR[][]', 'text[]'],
    ['INTEGER[3]', 'integer[]'],
    ['STRUCT(a INTEGER)', 'json'],
    ['STRUCT(a INTEGER)[]', 'json'],
    ['MAP(VARCHAR, INTEGER)', 'json'],
    ["ENUM('a', 'b')", 'text'],
    ['"NULL"', 'text'],
  ])('%s is %s', (duckdb, postgres) => {
    expect(toPostgresType(duckdb)).toBe(postgres);
  });
});
