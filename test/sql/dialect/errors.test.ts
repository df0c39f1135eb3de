import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeSync } from 'node:fs';
import { ExpressionRunner } from './expression-runner.ts';
import { type Outcome, readExpressions, readRecorded, TABLES_SQL } from './recorded.ts';

/** Headings of statements that the driver treats otherwise than PostgreSQL. */
const ACCEPTED = /^accepted/;
const OTHER_STATE = /^another SQLSTATE/;

/** Words of DuckDB, and names that the driver gives to its functions there. */
const ENGINE =
  /[Dd]uck|\w+ Error:|[Mm]acro|[Cc]andidate|STRUCT|VARCHAR|\b(?:BIG|HUGE|SMALL|TINY)INT\b|\bINT(?:8|16|32|64|128)\b|\bDOUBLE\b|DECIMAL\(|_LITERAL|explicit cast|\b(?:pg|num)_\w+|list_\w+|array_extract|json_extract|json_group|\bstub|\br\d+\.|UNNEST|LIMIT\/OFFSET/g;

let runner: ExpressionRunner;
beforeAll(async () => {
  runner = await ExpressionRunner.open(TABLES_SQL);
});
afterAll(() => runner.close());

function messageOf(outcome: Outcome | undefined): string {
  return outcome !== undefined && 'error' in outcome ? (outcome.message ?? '') : '';
}

describe('the errors of statements', () => {
  const recorded = readRecorded('errors');
  const statements = readExpressions('errors');
  let same = 0;
  let other = 0;
  afterAll(() => {
    writeSync(1, `errors: ${same} with PostgreSQL's message, ${other} with another one\n`);
  });

  it.each(statements.filter(({ family }) => !ACCEPTED.test(family)))(
    '$family: $sql',
    async ({ sql, family }) => {
      const expected = recorded.get(sql);
      const found = await runner.run(sql);
      const [message, expectedMessage] = [messageOf(found), messageOf(expected)];
      // What the statement itself says, or PostgreSQL, may be repeated.
      const leaked = [...message.matchAll(ENGINE)].map(([word]) => word);
      expect(leaked.filter((word) => !`${sql} ${expectedMessage}`.includes(word))).toEqual([]);
      expect(message).toMatch(/^\S[^\n]*$/);
      if (OTHER_STATE.test(family)) return;
      expect({ message, state: 'error' in found && found.error }).toEqual({
        message,
        state: expected !== undefined && 'error' in expected && expected.error,
      });
      if (message === expectedMessage) same += 1;
      else other += 1;
    },
  );

  it.each(statements.filter(({ family }) => ACCEPTED.test(family)))('$family: $sql', async ({ sql }) => {
    const [expected, found] = [recorded.get(sql), await runner.run(sql)];
    // Where the driver refuses one of them one day, it does so as PostgreSQL.
    const states = [undefined, expected !== undefined && 'error' in expected && expected.error];
    expect(states).toContain('error' in found ? found.error : undefined);
  });

  it('have the text of PostgreSQL in nine of ten cases', () => {
    expect(same / (same + other)).toBeGreaterThan(0.9);
  });
});
