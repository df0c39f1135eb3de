import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeValue } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { parseJsonAttribute } from '../../src/sql/write/json-attribute.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Documents and their ranks in PostgreSQL 15: SELECT dense_rank() OVER (ORDER BY x::jsonb), x. */
const RECORDED: readonly (readonly [rank: number, json: string])[] = JSON.parse(
  readFileSync(new URL('../fixtures/types/jsonb-order.json', import.meta.url), 'utf8'),
);

/** The documents that DynamoDB stores: numbers of 38 digits at most, and no NULL itself. */
const STORED = RECORDED.flatMap(([rank, json]) => {
  const value = toValue(json);
  return value === undefined || 'NULL' in value ? [] : [{ rank, value }];
});

function toValue(json: string): AttributeValue | undefined {
  try {
    const value = parseJsonAttribute(json);
    return JSON.stringify(value).match(/"N":"(?:[^"]*\d{39}|[^"]*E[-+]?\d{3}|[^"]*\.\d{120})/)
      ? undefined
      : value;
  } catch {
    return undefined;
  }
}

let database: TestDatabase;
let db: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'Ranked',
    key: ['id:N'],
    items: STORED.map(({ rank, value }, i) => ({ id: { N: String(i) }, r: { N: String(rank) }, v: value })),
  });
  db = await database.open();
});
afterAll(() => database.close());

async function rows(sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await db.query<readonly unknown[]>(sql, [], { rowMode: 'array' })).rows;
}

describe('documents of all types in one column', () => {
  it('are those that DynamoDB stores', () => {
    expect(STORED.length).toBeGreaterThan(250);
  });

  it('are ordered as jsonb in PostgreSQL', async () => {
    expect(await rows('SELECT r FROM "Ranked" ORDER BY v, id')).toEqual(
      STORED.map(({ rank }) => [rank]).toSorted(([a = 0], [b = 0]) => a - b),
    );
    expect(
      await rows(
        'SELECT id FROM (SELECT id, dense_rank() OVER (ORDER BY r) AS a, dense_rank() OVER (ORDER BY v) AS b FROM "Ranked") s WHERE a <> b',
      ),
    ).toEqual([]);
  });

  it('are compared with each other as jsonb', async () => {
    expect(
      await rows(
        `SELECT a.id, b.id FROM "Ranked" a JOIN "Ranked" b ON true
          WHERE (a.v < b.v) <> (a.r < b.r) OR (a.v = b.v) <> (a.r = b.r) OR (a.v >= b.v) <> (a.r >= b.r) OR (a.v <> b.v) <> (a.r <> b.r) LIMIT 5`,
      ),
    ).toEqual([]);
  });

  it('are grouped, joined and distinguished by value', async () => {
    const distinct = new Set(STORED.map(({ rank }) => rank)).size;
    expect(await rows('SELECT count(*) FROM (SELECT DISTINCT v FROM "Ranked") s')).toEqual([[distinct]]);
    expect(
      await rows('SELECT count(*), sum(n) FROM (SELECT v, count(*) AS n FROM "Ranked" GROUP BY v) s'),
    ).toEqual([[distinct, STORED.length]]);
    expect(await rows('SELECT a.id FROM "Ranked" a JOIN "Ranked" b USING (v) WHERE a.r <> b.r')).toEqual([]);
    expect(
      await rows(
        'SELECT (SELECT count(*) FROM "Ranked" a JOIN "Ranked" b ON a.v = b.v) - (SELECT count(*) FROM "Ranked" a JOIN "Ranked" b ON a.r = b.r)',
      ),
    ).toEqual([[0]]);
  });

  it('have the extremes of jsonb in every group', async () => {
    expect(
      await rows(
        `SELECT g FROM (SELECT id % 17 AS g, min(r) AS least, max(r) AS most, min(v) AS v, max(v) AS w FROM "Ranked" GROUP BY id % 17) s
          WHERE NOT EXISTS (SELECT 1 FROM "Ranked" x WHERE x.r = s.least AND x.v = s.v) OR NOT EXISTS (SELECT 1 FROM "Ranked" x WHERE x.r = s.most AND x.v = s.w)`,
      ),
    ).toEqual([]);
  });
});
