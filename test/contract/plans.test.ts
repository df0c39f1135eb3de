import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SqlType, TableDef } from '../../src/catalog/table-def.ts';
import type { DuckDBConnection } from '@duckdb/node-api';
import { bindStatement } from '../../src/sql/bind/bind.ts';
import { type Engine, openPlanningEngine } from '../../src/sql/engine/engine.ts';
import { toDuckdbType } from '../../src/sql/types/column-types.ts';
import { parseQuery } from '../../src/sql/parse/parse.ts';
import { type PlanFacts, readPlan } from '../../src/sql/plan/logical-plan.ts';
import { parsePlan } from '../../src/sql/plan/plan-json.ts';
import { bigint, catalogOf, decimal, json, tableDef, text } from '../sql/engine-fixture.ts';
import { createTpchTables } from './tpch/data.ts';
import { type PlannedStatement, TPCH } from './tpch/statements.ts';

/** Infers the type of a column from a value. */
function inferType(value: object | undefined): SqlType {
  if (value !== undefined && 'N' in value) return String(value.N).includes('.') ? decimal : bigint;
  return value !== undefined && 'M' in value ? json : text;
}

const TABLES: readonly TableDef[] = [
  ...createTpchTables().map(({ name, items: [first = {}] }) =>
    tableDef(
      name,
      Object.fromEntries(Object.entries(first).map(([column, value]) => [column, inferType(value)])),
    ),
  ),
  tableDef('events', { id: text, at: text, kind: text, n: bigint, price: decimal, body: json, $item: json }),
];

/** Shapes that TPC-H lacks: outer joins, set operations, windows, recursion, documents, laterals, grouping sets. */
const MIXED: readonly (readonly [sql: string, filtered: PlannedStatement['filtered']])[] = [
  ["SELECT * FROM events WHERE id = 'a'", { events: ['id'] }],
  ["SELECT * FROM events WHERE id = 'a' AND at BETWEEN '2026' AND '2027'", { events: ['id', 'at'] }],
  ["SELECT * FROM events WHERE kind IN ('a', 'b', 'c')", { events: ['kind'] }],
  ["SELECT * FROM events WHERE kind IN ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i')", { events: ['kind'] }],
  ["SELECT * FROM events WHERE kind LIKE 'a%' AND n > 5", { events: ['kind', 'n'] }],
  ['SELECT * FROM events WHERE n = 1 OR n = 2', { events: ['n'] }],
  ['SELECT * FROM events WHERE n IS NULL', { events: ['n'] }],
  ['SELECT * FROM events WHERE NOT (n > 5 OR price < 1.5)', { events: ['n', 'price'] }],
  ['SELECT n FROM events WHERE price > 10 ORDER BY n LIMIT 5 OFFSET 2', { events: ['price'] }],
  ['SELECT kind, count(*) FROM events WHERE n > 1 GROUP BY kind HAVING count(*) > 1', { events: ['n'] }],
  ['SELECT kind, sum(n) FROM events WHERE price > 1 GROUP BY ROLLUP (kind)', { events: ['price'] }],
  [
    "SELECT *, row_number() OVER (PARTITION BY kind ORDER BY n) FROM events WHERE at > '2026'",
    { events: ['at'] },
  ],
  ['SELECT x.kind FROM (SELECT kind, n FROM events) x WHERE x.n = 5', { events: ['n'] }],
  ["WITH e AS (SELECT * FROM events) SELECT * FROM e WHERE kind = 'a'", { events: ['kind'] }],
  [
    'WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 3) SELECT * FROM t JOIN events ON n = i',
    {},
  ],
  [
    "SELECT id FROM events WHERE kind = 'a' UNION SELECT id FROM events WHERE kind = 'b'",
    { events: ['kind'] },
  ],
  [
    "SELECT id FROM events WHERE kind = 'a' EXCEPT SELECT c_name FROM customer WHERE c_custkey = 5",
    { events: ['kind'], customer: ['c_custkey'] },
  ],
  [
    'SELECT * FROM orders LEFT JOIN customer ON c_custkey = o_custkey WHERE o_orderkey = 7',
    { orders: ['o_orderkey'] },
  ],
  [
    'SELECT * FROM orders JOIN customer ON c_custkey = o_custkey WHERE c_custkey = 7',
    { orders: ['o_custkey'], customer: ['c_custkey'] },
  ],
  ['SELECT * FROM orders FULL JOIN customer ON c_custkey = o_custkey', {}],
  ['SELECT * FROM orders CROSS JOIN region WHERE r_regionkey = 1', { region: ['r_regionkey'] }],
  [
    "SELECT * FROM customer WHERE EXISTS (SELECT 1 FROM orders WHERE o_custkey = c_custkey AND o_orderstatus = 'F')",
    { orders: ['o_orderstatus'] },
  ],
  [
    "SELECT * FROM customer WHERE c_custkey NOT IN (SELECT o_custkey FROM orders WHERE o_orderstatus = 'F')",
    { orders: ['o_orderstatus'] },
  ],
  [
    'SELECT (SELECT max(n) FROM events WHERE kind = c_name) FROM customer WHERE c_custkey < 10',
    { customer: ['c_custkey'] },
  ],
  [
    'SELECT c_name, o.o_orderkey FROM customer, LATERAL (SELECT * FROM orders WHERE o_custkey = c_custkey LIMIT 1) o WHERE c_custkey = 1',
    { customer: ['c_custkey'] },
  ],
  ["SELECT body ->> 'a' FROM events WHERE id = 'x' AND body ->> 'a' = 'y'", { events: ['id', 'body'] }],
  [`SELECT "$item" FROM events WHERE id = 'x'`, { events: ['id'] }],
  [
    "SELECT e.id, j.value FROM events e, json_array_elements(e.body) AS j WHERE e.kind = 'a'",
    { events: ['kind'] },
  ],
  [
    "SELECT CASE WHEN n > 1 THEN 'a' ELSE 'b' END, coalesce(kind, '-') FROM events WHERE lower(kind) = 'a'",
    { events: ['kind'] },
  ],
  ['SELECT DISTINCT ON (kind) kind, n FROM events WHERE n < 9 ORDER BY kind, n DESC', { events: ['n'] }],
  [
    "SELECT a.id FROM events a JOIN events b USING (id) WHERE a.kind = 'x' AND b.n = 3",
    { events: ['kind', 'n'] },
  ],
  ['SELECT count(*) FROM events', {}],
  ['VALUES (1), (2)', {}],
  [
    "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v(i, k) JOIN events ON kind = k WHERE n = 4",
    { events: ['n'] },
  ],
  ['SELECT generate_series(1, 3) AS i', {}],
];

let engine: Engine;
let connection: DuckDBConnection;
beforeAll(async () => {
  engine = await openPlanningEngine();
  connection = await engine.connect();
});
afterAll(() => {
  connection.closeSync();
  engine.close();
});

const quoteList = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Returns the plan that DuckDB serializes for a statement over empty stubs, and the table of each stub. */
async function explainInDuckDb(
  sql: string,
): Promise<{ facts: PlanFacts; tables: ReadonlyMap<string, string> }> {
  const bound = await bindStatement(await parseQuery(sql), [], catalogOf(TABLES));
  const schema = engine.newSchema();
  await connection.run(`CREATE SCHEMA ${schema}`);
  for (const { alias, columns } of bound.relations) {
    const definitions = columns.map(
      ({ engineName, column }) => `${quoteList(engineName)} ${toDuckdbType(column.type)}`,
    );
    await connection.run(`CREATE TABLE ${schema}.${alias} (${definitions.join(', ')})`);
  }
  const text = `'${bound.engineSql(schema).replaceAll("'", "''")}'`;
  const answer = await connection.runAndReadAll(
    `SELECT json_serialize_plan(${text}, optimize := true, skip_null := true, skip_empty := true)`,
  );
  const plan = parsePlan(String(answer.getRows()[0]?.[0]));
  if ('failure' in plan) throw new Error(plan.failure);
  const stubs = new Map(
    bound.relations.map(({ alias, columns }) => [alias, columns.map(({ column }) => column)]),
  );
  return {
    facts: readPlan(plan.plans, (stub) => stubs.get(stub)),
    tables: new Map(bound.relations.map(({ alias, table }) => [alias, table.name])),
  };
}

describe.each([
  ['of TPC-H', TPCH],
  ['of other shapes', MIXED.map(([sql, filtered]) => ({ name: sql, sql, filtered }))],
])('the plans of statements %s', (_, statements) => {
  it.each(statements)('are serialized with their conditions: $name', async ({ sql, filtered }) => {
    const { facts, tables } = await explainInDuckDb(sql);
    expect([...facts.scans.keys()].toSorted()).toEqual([...tables.keys()].toSorted());
    const found = new Map<string, string>();
    for (const [alias, { conditions }] of facts.scans) {
      const table = tables.get(alias) ?? '';
      found.set(
        table,
        `${found.get(table) ?? ''} ${conditions.map((condition) => condition.text).join(' ')}`,
      );
    }
    for (const [table, columns] of Object.entries(filtered))
      for (const column of columns)
        expect([table, found.get(table)]).toEqual([table, expect.stringContaining(column)]);
  });
});
