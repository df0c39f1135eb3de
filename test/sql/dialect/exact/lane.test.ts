import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareOutcomes } from '../compare.ts';
import { expectedVerdict } from '../expected-verdict.ts';
import { ExpressionRunner } from '../expression-runner.ts';
import { readExpressions, readRecorded, TABLES_SQL } from '../recorded.ts';

let runner: ExpressionRunner;
beforeAll(async () => {
  runner = await ExpressionRunner.open(TABLES_SQL, true);
});
afterAll(() => runner.close());

describe.each(['expressions', 'formats'] as const)(
  'numbers of any digits in the %s of other statements',
  (fixture) => {
    const recorded = readRecorded(fixture);

    it.each(readExpressions(fixture))('$sql', async ({ sql }) => {
      const expected = recorded.get(sql) ?? { error: '' };
      const found = await runner.run(sql);
      const verdict = compareOutcomes(expected, found);
      expect({ verdict, expected, found }).toEqual({ verdict: expectedVerdict(sql), expected, found });
    });
  },
);
