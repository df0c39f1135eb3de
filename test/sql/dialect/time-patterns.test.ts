import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExpressionRunner } from './expression-runner.ts';
import { TABLES_SQL } from './recorded.ts';

const FIELDS =
  'YYYY YY MM FMMM DD FMDD DDD FMDDD HH24 FMHH24 HH12 FMHH12 MI FMMI SS US MS FF3 FF6 IYYY IW ID AM pm Month FMMonth MONTH month FMDay DAY day Dy DY Mon mon Q D J'.split(
    ' ',
  );

const pattern = fc
  .array(fc.tuple(fc.constantFrom(...FIELDS), fc.constantFrom(' ', '-', ':', '/', '.', ', ', '"at"', '%')), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.map(([field, separator]) => field + separator).join(''));

const time = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().replace('T', ' ').replace('Z', ''));

describe('to_char of times', () => {
  let runner: ExpressionRunner;
  beforeAll(async () => {
    runner = await ExpressionRunner.open(TABLES_SQL);
  });
  afterAll(() => runner.close());

  it('prints the same in DuckDB, by a constant pattern, as in JavaScript, by one of a column', async () => {
    await fc.assert(
      fc.asyncProperty(pattern, fc.array(time, { minLength: 1, maxLength: 5 }), async (format, times) => {
        const rows = times.map((each) => `(timestamp '${each}', '${format}')`).join(', ');
        const found = await runner.run(
          `select to_char(t, '${format}') as a, to_char(t, p) as b from (values ${rows}) as v(t, p)`,
        );
        const [a, b] = [0, 1].map((i) => ('rows' in found ? found.rows.map((row) => row[i]) : found));
        expect(a).toEqual(b);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
