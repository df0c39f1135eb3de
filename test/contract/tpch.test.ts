import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { openPlainDuckDb, type PlainDuckDb, formatRow } from '../support/plain-duckdb.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { createTpchTables } from './tpch/data.ts';
import { CTES, GROUPINGS, LATERALS, SET_OPERATIONS, WINDOWS } from './tpch/shapes.ts';
import { TPCH } from './tpch/statements.ts';

let database: TestDatabase;
let db: Connection;
let plain: PlainDuckDb;

beforeAll(async () => {
  database = await startTestDatabase();
  plain = await openPlainDuckDb();
  for (const table of createTpchTables()) {
    await database.add(table);
    await plain.load(await database.describe(table.name), table.items);
  }
  db = await database.open();
}, 60_000);
afterAll(async () => {
  plain.close();
  await database.close();
});

/** DuckDB computes averages and quotients as doubles, the driver as PostgreSQL does. */
const QUOTIENTS = /\bavg\(|\s\/\s/;

/** The row with numbers of as many digits as a double has for certain. */
function roundNumbers(row: string): string {
  const cells: unknown[] = JSON.parse(row);
  return JSON.stringify(
    cells.map((cell) =>
      typeof cell === 'string' && /^-?\d+(?:\.\d+)?$/.test(cell) ? Number(cell).toPrecision(14) : cell,
    ),
  );
}

describe.each([
  ['the questions of TPC-H', TPCH],
  ['windows', WINDOWS],
  ['common table expressions', CTES],
  ['set operations', SET_OPERATIONS],
  ['laterals and correlated subqueries', LATERALS],
  ['groupings', GROUPINGS],
])('%s over DynamoDB return the same rows as over DuckDB', (_, statements) => {
  it.each(statements)('$name', async ({ sql }) => {
    const { rows } = await db.query<readonly unknown[]>(sql, [], { rowMode: 'array' });
    const expected = await plain.rows(sql);
    const round = QUOTIENTS.test(sql) ? roundNumbers : (row: string): string => row;
    expect(rows.map(formatRow).map(round)).toEqual(expected.map(round));
    // An aggregate over no rows would prove little.
    expect(expected.filter((row) => row !== '[null]').length).toBeGreaterThan(0);
  });
});
