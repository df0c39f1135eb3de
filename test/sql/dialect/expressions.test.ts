import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeSync } from 'node:fs';
import { MACROS } from '../../../src/sql/dialect/macros.ts';
import { compareOutcomes, type Verdict } from './compare.ts';
import { expectedVerdict } from './expected-verdict.ts';
import { ExpressionRunner } from './expression-runner.ts';
import { readExpressions, readRecorded, TABLES_SQL } from './recorded.ts';

let runner: ExpressionRunner;
beforeAll(async () => {
  runner = await ExpressionRunner.open(TABLES_SQL);
});
afterAll(() => runner.close());

describe("PostgreSQL's dialect", () => {
  const recorded = readRecorded('expressions');
  const expressions = readExpressions('expressions');
  const counts = new Map<Verdict, number>();
  afterAll(() => {
    const parts = [...counts].map(([verdict, count]) => `${count} ${verdict}`);
    writeSync(1, `dialect: of ${expressions.length} expressions ${parts.join(', ')}\n`);
  });

  it.each(expressions)('$family: $sql', async ({ sql }) => {
    const expected = recorded.get(sql);
    if (expected === undefined) throw new Error(`${sql} has not been recorded`);
    const found = await runner.run(sql);
    const verdict = compareOutcomes(expected, found);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    // The results are compared too, so that a failure shows them.
    expect({ verdict, expected, found }).toEqual({ verdict: expectedVerdict(sql), expected, found });
  });

  it('agrees for at least 345 of them', () => {
    expect(expressions).toHaveLength(353);
    expect(counts.get('equal')).toBeGreaterThanOrEqual(345);
  });
});

describe.each(['arrays', 'formats', 'functions', 'documents', 'equality', 'jsonpath'] as const)(
  '%s',
  (fixture) => {
    const recorded = readRecorded(fixture);

    it.each(readExpressions(fixture))('$sql', async ({ sql }) => {
      const expected = recorded.get(sql);
      if (expected === undefined) throw new Error(`${sql} has not been recorded`);
      const found = await runner.run(sql);
      const verdict = compareOutcomes(expected, found);
      expect({ verdict, expected, found }).toEqual({ verdict: 'equal', expected, found });
    });
  },
);

describe('the table of macros', () => {
  const statements = (['arrays', 'expressions', 'formats', 'functions', 'documents'] as const)
    .flatMap(readExpressions)
    .map(({ sql }) => sql);

  it('lists each function once, with a reason', () => {
    expect(new Set(MACROS.map(({ name }) => name)).size).toBe(MACROS.length);
    expect(MACROS.filter(({ why }) => why.length < 10)).toEqual([]);
  });

  it.each(MACROS.filter(({ internal }) => internal !== true))(
    '$name is compared with PostgreSQL',
    ({ name }) => {
      expect(statements.some((sql) => sql.includes(name))).toBe(true);
    },
  );
});

describe('planning', () => {
  it.each([
    [`select sk from o where status::text = 'NEW'`, 1],
    [`select sk from o where qty > 2 and status = any(array['NEW', 'PAID']) and placed::text >= '2024'`, 3],
  ])('still pushes down the conditions of %s', async (sql, pushed) => {
    const [read] = (await runner.plan(sql)).reads;
    expect(read?.filter).toHaveLength(pushed);
    expect(read?.residual).toEqual([]);
  });
});
