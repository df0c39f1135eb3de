import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareOutcomes } from '../compare.ts';
import { ExpressionRunner } from '../expression-runner.ts';
import { readExpressions, readRecorded, TABLES_SQL } from '../recorded.ts';

let runner: ExpressionRunner;
beforeAll(async () => {
  runner = await ExpressionRunner.open(TABLES_SQL);
});
afterAll(() => runner.close());

describe('columns of numbers that need more digits together than DuckDB has', () => {
  const recorded = readRecorded('numbers');

  it.each(readExpressions('numbers'))('$family: $sql', async ({ sql }) => {
    const expected = recorded.get(sql) ?? { error: '' };
    const found = await runner.run(sql);
    const verdict = compareOutcomes(expected, found);
    expect({ verdict, expected, found }).toEqual({ verdict: 'equal', expected, found });
  });
});
