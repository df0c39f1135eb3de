import { describe, expect, it } from '@jest/globals';
import { withKeySources } from '../../../src/sql/plan/key-sources.ts';
import { PUSHDOWN_RULES } from '../../../src/sql/plan/rules/index.ts';
import { column } from '../../support/columns.ts';
import { scan, SETTINGS } from '../../support/reads.ts';
import { table } from '../../support/tables.ts';

const pk = column('pk', 'text');

/** The read that a join's keys come from, if any, for tables of these sizes in bytes. */
function findKeySource(small: number, large: number): string | undefined {
  const [names, items] = (
    [
      ['names', small],
      ['items', large],
    ] as const
  ).map(([alias, sizeBytes]) => scan(table([pk], { sizeBytes, itemCount: sizeBytes / 100 }), [], { alias }));
  if (names === undefined || items === undefined) return undefined;
  const edge = {
    restricted: { alias: 'items', column: pk },
    source: { alias: 'names', column: pk },
    nullSafe: false,
  };
  return withKeySources([names, items], [edge], SETTINGS, PUSHDOWN_RULES).find(
    ({ alias }) => alias === 'items',
  )?.keysFrom?.alias;
}

describe('the keys of a join', () => {
  it('come from the table that is much smaller, even if neither is large', () => {
    expect(findKeySource(5_000, 800_000)).toBe('names');
    expect(findKeySource(100_000_000, 500_000_000)).toBe('names');
  });

  it('are not used if the tables have similar sizes or are tiny', () => {
    expect(findKeySource(400_000, 800_000)).toBeUndefined();
    expect(findKeySource(0, 200_000)).toBeUndefined();
  });
});
