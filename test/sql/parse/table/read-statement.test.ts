import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadParser } from '../../../../src/sql/parse/parser.ts';
import { readTableStatement } from '../../../../src/sql/parse/table/read-statement.ts';
import { thrownBy } from '../../../support/thrown.ts';

beforeAll(() => loadParser());

describe('readTableStatement', () => {
  it('reads the columns, indexes and options of a table', () => {
    const statement = readTableStatement(
      `/* new */ CREATE TABLE IF NOT EXISTS "Shop.Orders" (
         id text NOT NULL, line bigint, "Total" numeric(10, 2), a varchar(3),
         PRIMARY KEY (id, line),
         GLOBAL INDEX by_a ((a, "Total"), line, id) INCLUDE (x, "Y") WITH (read_capacity = 2),
         LOCAL INDEX by_total (id, "Total") KEYS ONLY
       ) WITH (billing = provisioned, ttl = 'it''s', tag."Cost Center" = 'x', deletion_protection) NOWAIT;`,
    );
    expect(statement).toMatchObject({
      kind: 'create-table',
      table: { value: 'Shop.Orders' },
      ifNotExists: true,
      waits: false,
      columns: [
        { name: 'id', notNull: true, type: { key: 'S' } },
        { name: 'line', type: { type: { kind: 'bigint' }, key: 'N' } },
        { name: 'Total', type: { text: 'numeric(10, 2)', type: { kind: 'decimal', scale: 2 } } },
        { name: 'a', type: { text: 'varchar(3)', key: 'S' } },
      ],
      key: [{ value: 'id' }, { value: 'line' }],
      indexes: [
        {
          name: 'by_a',
          kind: 'global',
          partition: [{ name: 'a' }, { name: 'Total' }],
          sort: [{ name: 'line' }, { name: 'id' }],
          projection: ['x', 'Y'],
          options: [{ name: 'read_capacity', value: '2' }],
        },
        { name: 'by_total', kind: 'local', projection: 'keys only' },
      ],
      options: [
        { name: 'billing', value: 'provisioned' },
        { name: 'ttl', value: "it's" },
        { name: 'tag.Cost Center', value: 'x' },
        { name: 'deletion_protection', value: 'true' },
      ],
    });
  });

  it.each([
    [
      'CREATE INDEX by_a ON public.orders (a, b)',
      { kind: 'alter-table', tag: 'CREATE INDEX', table: { value: 'orders' } },
    ],
    [
      'drop table if exists a, dynamodb.b cascade',
      { tables: [{ value: 'a' }, { value: 'b' }], ifExists: true },
    ],
    ['DROP INDEX my.tab.idx', { indexes: [{ table: 'my.tab', name: { value: 'idx' } }] }],
    ['DROP INDEX idx nowait', { indexes: [{ table: undefined, name: { value: 'idx' } }], waits: false }],
    [
      'ALTER TABLE t SET (stream = none), RESET (ttl), DROP INDEX IF EXISTS i',
      {
        actions: [
          { kind: 'set' },
          { kind: 'set', options: [{ name: 'ttl', value: undefined }] },
          { kind: 'drop-index' },
        ],
      },
    ],
    ['SHOW INDEXES IN t', { kind: 'show-indexes', table: { value: 't' } }],
    ['desc "T"', { kind: 'describe', tag: 'DESCRIBE', table: { value: 'T' } }],
    ['show columns from "T"', { kind: 'describe', tag: 'SHOW', table: { value: 'T' } }],
  ])('reads %s', (text, expected) => {
    expect(readTableStatement(text)).toMatchObject(expected);
  });

  it.each([
    'SELECT 1 ORDER BY 1 DESC',
    "SELECT 'create table t (a int)'",
    'CREATE VIEW v AS SELECT 1',
    'DROP VIEW v',
    'SHOW server_version',
    'CREATE TABLESPACE x',
    'DROP TABLE "unterminated',
  ])('leaves other statements to the parser: %s', (text) => {
    expect(readTableStatement(text)).toBeUndefined();
  });

  it.each([
    ['CREATE TABLE ttt (id text, PRIMARY KEY (id)) WITH (billing = )', 'SQL_SYNTAX', 62],
    ['CREATE TABLE ttt (id text,, PRIMARY KEY (id))', 'SQL_SYNTAX', 27],
    ['CREATE TABLE ttt (id text PRIMARY KEY) extra', 'SQL_SYNTAX', 40],
    ['CREATE TABLE ttt (id text)', 'SQL_TABLE_DEFINITION', 14],
    ['CREATE TABLE ttt (id text PRIMARY KEY, b text PRIMARY KEY)', 'SQL_TABLE_DEFINITION', 40],
    ['CREATE TABLE ttt (id point PRIMARY KEY)', 'SQL_SYNTAX', 22],
    ['CREATE TABLE ttt (id interval PRIMARY KEY)', 'SQL_NOT_SUPPORTED', 22],
    ['CREATE TABLE ttt (id text[] PRIMARY KEY)', 'SQL_NOT_SUPPORTED', 26],
    ['CREATE TABLE ttt (id text UNIQUE PRIMARY KEY)', 'SQL_NOT_SUPPORTED', 27],
    ['CREATE TABLE ttt (id text CHECK (id > 1), PRIMARY KEY (id))', 'SQL_NOT_SUPPORTED', 27],
    ['CREATE TABLE ttt (id text, CONSTRAINT c UNIQUE (id))', 'SQL_NOT_SUPPORTED', 41],
    ['CREATE TEMPORARY TABLE ttt (id text)', 'SQL_NOT_SUPPORTED', 24],
    ['CREATE UNIQUE INDEX i ON ttt (a)', 'SQL_NOT_SUPPORTED', 21],
    ['CREATE INDEX i ON ttt (lower(a))', 'SQL_NOT_SUPPORTED', 29],
    ['CREATE INDEX i ON ttt (a DESC)', 'SQL_NOT_SUPPORTED', 26],
    ['CREATE INDEX i ON ttt (a) WHERE a > 1', 'SQL_NOT_SUPPORTED', 27],
    ['CREATE INDEX i ON ttt (a, (b, c))', 'SQL_TABLE_DEFINITION', 34],
    ['ALTER TABLE ttt ADD COLUMN a int', 'SQL_NOT_SUPPORTED', 17],
    ['ALTER TABLE ttt RENAME TO uuu', 'SQL_NOT_SUPPORTED', 17],
    ['ALTER TABLE ttt', 'SQL_SYNTAX', 16],
    ['DROP TABLE ttt; DROP TABLE uuu', 'SQL_NOT_SUPPORTED', 15],
    ['SHOW INDEXES ttt', 'SQL_SYNTAX', 14],
  ])('reports the position of an error: %s', async (text, code, position) => {
    expect(await thrownBy(() => readTableStatement(text))).toMatchObject({ code, position });
  });

  it.each([
    ['DROP TABLE a; ;DROP TABLE b;', 'cannot execute multiple statements in one call (found 2)'],
    ['DROP TABLE', 'syntax error at end of input: expected a table name'],
    ['DROP TABLE a b', 'syntax error at or near "b": expected the end of the statement'],
    ['ALTER TABLE t ADD COLUMN a int', /^ADD COLUMN is not supported: /],
    ['CREATE TABLE t (a int UNIQUE)', 'UNIQUE is not supported: only the primary key of a table is unique'],
    ['CREATE TABLE t (a int)', 'table "t" has no primary key'],
    [
      'CREATE TABLE t (a int PRIMARY KEY, PRIMARY KEY (a))',
      'multiple primary keys for table "t" are not allowed',
    ],
  ])('describes an error: %s', (text, message) => {
    expect(() => readTableStatement(text)).toThrow(message);
  });
});
