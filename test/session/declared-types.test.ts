import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DriverError } from '../../src/core/errors.ts';
import type { AttributeMap, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { newReadStats } from '../../src/dynamo/read/read-stats.ts';
import type { Connection } from '../../src/session/connection.ts';
import { quoteString } from '../../src/sql/print/quote.ts';
import { readAssignments, type RecordedAssignment } from '../sql/types/recorded.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;
let batches: Connection;
let directory: string;

const RECORDED = readAssignments();
const TYPES = [...new Set(RECORDED.map(({ type }) => type))];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'declared-'));
  database = await startTestDatabase();
  db = await database.open();
  batches = await database.open('UseBatchWriteItemOperation=true');
  await db.query('CREATE TABLE texts (id text PRIMARY KEY, x text)');
  for (const type of TYPES)
    await db.query(`CREATE TABLE ${tableName(type)} (id text PRIMARY KEY, v ${type}, w text)`);
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

function tableName(type: string): string {
  return `typed_${TYPES.indexOf(type)}`;
}

async function stored(table: string, id = '1'): Promise<AttributeMap | undefined> {
  const input = { TableName: table, Key: { id: { S: id } }, ConsistentRead: true };
  return JSON.parse((await database.client.read('GetItem', input, newReadStats())).toString())['Item'];
}

/** The attribute that a statement stored, or the SQLSTATE of its error. */
type Outcome = { readonly value: AttributeValue | undefined } | { readonly error: string };

async function outcome(table: string, run: () => Promise<unknown>): Promise<Outcome> {
  try {
    await run();
    return { value: (await stored(table))?.['v'] };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return { error: error.message.includes('column "v"') ? error.sqlState : error.message };
  }
}

/** A statement that writes the string to the column v of the item 1. */
type Channel = (table: string, input: string) => Promise<unknown>;

async function copy(table: string, name: string, text: string, options: string): Promise<unknown> {
  const file = join(directory, name);
  writeFileSync(file, text);
  return db.query(`COPY ${table} (id, v) FROM ${quoteString(file)} (${options})`);
}

const addEmpty = (table: string): Promise<unknown> =>
  db.query(`INSERT INTO ${table} (id, v) VALUES ('1', NULL)`);
const addText = (input: string): Promise<unknown> =>
  db.query('REPLACE INTO texts (id, x) VALUES ($1, $2)', ['1', input]);

/** Ways to write a string without a type, which PostgreSQL reads as the column's type. */
const UNTYPED: Readonly<Record<string, Channel>> = {
  literal: (table, input) => db.query(`INSERT INTO ${table} VALUES ('1', ${quoteString(input)})`),
  parameter: (table, input) => db.query(`INSERT INTO ${table} VALUES ('1', $1)`, [input]),
  'prepared statement': async (table, input) =>
    (await db.prepare(`INSERT INTO ${table} (id, v) VALUES ($1, $2)`)).query(['1', input]),
  'several rows': (table, input) =>
    db.query(`REPLACE INTO ${table} (v, id) VALUES (NULL, '2'), ($1, '1')`, [input]),
  'INSERT SELECT': (table, input) => db.query(`INSERT INTO ${table} SELECT '1', ${quoteString(input)}`),
  'INSERT SELECT of a parameter': (table, input) => db.query(`INSERT INTO ${table} SELECT '1', $1`, [input]),
  UPSERT: (table, input) => db.query(`UPSERT INTO ${table} VALUES ('1', $1)`, [input]),
  BatchWriteItem: (table, input) => batches.query(`REPLACE INTO ${table} VALUES ('1', $1)`, [input]),
  'ON CONFLICT with excluded': async (table, input) => {
    await addEmpty(table);
    return db.query(`INSERT INTO ${table} VALUES ('1', $1) ON CONFLICT (id) DO UPDATE SET v = excluded.v`, [
      input,
    ]);
  },
  'ON CONFLICT with a literal': async (table, input) => {
    await addEmpty(table);
    return db.query(
      `INSERT INTO ${table} VALUES ('1', NULL) ON CONFLICT (id) DO UPDATE SET v = ${quoteString(input)}`,
    );
  },
  'UPDATE of a key': async (table, input) => {
    await addEmpty(table);
    return db.query(`UPDATE ${table} SET v = ${quoteString(input)} WHERE id = '1'`);
  },
  'UPDATE of a parameter': async (table, input) => {
    await addEmpty(table);
    return db.query(`UPDATE ${table} SET v = $1 WHERE w IS NULL`, [input]);
  },
};

/** Strings of type text. They are read as the column's type, except by documents, which store them as strings. */
const TEXTS: Readonly<Record<string, Channel>> = {
  'stored column': async (table, input) => {
    await addText(input);
    return db.query(`INSERT INTO ${table} SELECT id, x FROM texts WHERE id = '1'`);
  },
  aggregate: async (table, input) => {
    await addText(input);
    return db.query(`INSERT INTO ${table} SELECT id, max(x) FROM texts GROUP BY id`);
  },
  'column of the same item': async (table, input) => {
    await db.query(`INSERT INTO ${table} (id, w) VALUES ('1', $1)`, [input]);
    return db.query(`UPDATE ${table} SET v = w`);
  },
  'expression over the item': async (table, input) => {
    await db.query(`INSERT INTO ${table} (id, w) VALUES ('1', $1)`, [input]);
    return db.query(`UPDATE ${table} SET v = CASE WHEN id = '1' THEN w END`);
  },
  'UPDATE FROM': async (table, input) => {
    await addEmpty(table);
    await addText(input);
    return db.query(`UPDATE ${table} SET v = texts.x FROM texts WHERE texts.id = ${table}.id`);
  },
  subquery: async (table, input) => {
    await addEmpty(table);
    await addText(input);
    return db.query(`UPDATE ${table} SET v = (SELECT x FROM texts WHERE id = '1') WHERE id = '1'`);
  },
  'COPY of NDJSON': (table, input) =>
    copy(table, 'x.ndjson', JSON.stringify({ id: '1', v: input }), 'FORMAT ndjson'),
  'COPY of JSON': (table, input) =>
    copy(table, 'x.json', JSON.stringify([{ id: '1', v: input }]), 'FORMAT json'),
  'whole item': (table, input) =>
    db.query(`INSERT INTO ${table} ("$item") VALUES ($1)`, [JSON.stringify({ id: '1', v: input })]),
};

/** Cells of files, which are JSON only if they look so. */
const CELLS: Readonly<Record<string, Channel>> = {
  'COPY of CSV': (table, input) => copy(table, 'x.csv', `1,"${input.replaceAll('"', '""')}"`, 'FORMAT csv'),
  'COPY of text': (table, input) => copy(table, 'x.txt', `1\t${escapeText(input)}`, 'FORMAT text'),
};

function escapeText(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
}

function isDocument(type: string): boolean {
  return type.startsWith('json');
}

/** What `declared-value.test.ts` compares with PostgreSQL. */
async function expected({ type, input, error }: RecordedAssignment): Promise<Outcome> {
  if (error !== undefined) return { error };
  const table = tableName(type);
  await remove(table);
  return outcome(table, () => db.query(`INSERT INTO ${table} VALUES ('1', $1)`, [input]));
}

function remove(table: string): Promise<unknown> {
  return db.query(`DELETE FROM ${table} WHERE id = '1'`);
}

describe('a column of a declared type', () => {
  it.each([
    ...Object.entries(UNTYPED).map(([name, run]) => [name, run, true] as const),
    ...Object.entries({ ...TEXTS, ...CELLS }).map(([name, run]) => [name, run, false] as const),
  ])('takes the values that PostgreSQL takes: %s', async (_, run, withDocuments) => {
    const entries = RECORDED.filter(({ type }) => withDocuments || !isDocument(type));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...entries), async (entry) => {
        const table = tableName(entry.type);
        const wanted = await expected(entry);
        await remove(table);
        expect(await outcome(table, () => run(table, entry.input))).toEqual(wanted);
      }),
      { numRuns: 25 },
    );
  });
});
