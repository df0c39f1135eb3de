import { describe, expect, it } from '@jest/globals';
import { withKeySources } from '../../../src/sql/plan/key-sources.ts';
import { PUSHDOWN_RULES } from '../../../src/sql/plan/rules/index.ts';
import { column } from '../../support/columns.ts';
import { scan, SETTINGS } from '../../support/reads.ts';
import { table } from '../../support/tables.ts';

const pk = column('pk', 'text');

/** The read that gives a join's keys, if one does, where the tables have so many bytes. */
function sourceOf(small: number, large: number): string | undefined {
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
  it('are those of a table that is much the smaller, though neither is large', () => {
    expect(sourceOf(5_000, 800_000)).toBe('names');
    expect(sourceOf(100_000_000, 500_000_000)).toBe('names');
  });

  it('are not waited for where the tables are alike, or a request or two reads either', () => {
    expect(sourceOf(400_000, 800_000)).toBeUndefined();
    expect(sourceOf(0, 200_000)).toBeUndefined();
  });
});
