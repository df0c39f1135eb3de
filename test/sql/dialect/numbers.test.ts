import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareOutcomes, type Verdict } from './compare.ts';
import { ExpressionRunner } from './expression-runner.ts';
import { type Outcome, readExpressions, readRecorded, TABLES_SQL } from './recorded.ts';

/** Statements whose numbers may have other zeros at the end than PostgreSQL's, and why. */
const OTHER_ZEROS: ReadonlyMap<RegExp, string> = new Map([
  [/::float8::numeric/, 'how many digits a double has is known only when it is read'],
  [/^select (?:sum|min|max)\(x\) as v from \(values/, 'the scales of the rows differ, the column has one'],
  [/^select stddev/, 'the scale of a root is that of its variance'],
  [/^select var_pop/, 'a variance of zero has no digits after the point'],
  [/^select \(1\.5\) \/ \(1\)|avg\(x\) as v from \(values \(1\.9\)\)/, 'operands with the same first digit'],
]);

/** Compares rows with all zeros at the end of numbers. */
function compareDigits(expected: Outcome, found: Outcome): Verdict {
  if ('error' in expected || 'error' in found) return compareOutcomes(expected, found);
  return isDeepStrictEqual(found.rows, expected.rows) ? 'equal' : 'different';
}

let runner: ExpressionRunner;
beforeAll(async () => {
  runner = await ExpressionRunner.open(TABLES_SQL);
});
afterAll(() => runner.close());

describe('random expressions of numbers, recorded from PostgreSQL', () => {
  const recorded = readRecorded('arithmetic');

  it.each(readExpressions('arithmetic'))('$family: $sql', async ({ sql }) => {
    const expected = recorded.get(sql) ?? { error: 'not recorded' };
    const found = await runner.run(sql);
    const mayHaveOtherZeros = [...OTHER_ZEROS.keys()].some((pattern) => pattern.test(sql));
    const verdict = mayHaveOtherZeros ? compareOutcomes(expected, found) : compareDigits(expected, found);
    expect({ verdict, expected, found }).toEqual({ verdict: 'equal', expected, found });
  });
});
