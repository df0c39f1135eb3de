import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { toJsonOrderKey } from '../../../src/sql/types/json-order.ts';

/** Documents and their ranks in PostgreSQL 15 with the locale C: SELECT dense_rank() OVER (ORDER BY x::jsonb), x. */
const RECORDED: readonly (readonly [rank: number, json: string])[] = JSON.parse(
  readFileSync(new URL('../../fixtures/types/jsonb-order.json', import.meta.url), 'utf8'),
);

function compareKeys(left: string, right: string): number {
  return Math.sign(Buffer.compare(Buffer.from(toJsonOrderKey(left)), Buffer.from(toJsonOrderKey(right))));
}

describe('the order of documents', () => {
  it('is that of jsonb in PostgreSQL', () => {
    const different = RECORDED.flatMap(([rank, left], i) =>
      RECORDED.slice(0, i).flatMap(([other, right]) =>
        compareKeys(left, right) === Math.sign(rank - other) ? [] : [`${left} and ${right}`],
      ),
    );
    expect(RECORDED.length).toBeGreaterThan(350);
    expect(different).toEqual([]);
  });

  it('goes by number for numbers of any length', () => {
    const integer = fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n });
    fc.assert(
      fc.property(integer, integer, fc.integer({ min: -300, max: 300 }), (left, right, exponent) => {
        const expected = left < right ? -1 : left > right ? 1 : 0;
        expect(compareKeys(`${left}E${exponent}`, `${right}E${exponent}`)).toBe(expected);
      }),
    );
  });
});
