import { describe, expect, it } from '@jest/globals';
import { batchGetUnits, getItemUnits, pageUnits, readUnits } from '../../../src/dynamo/read/capacity.ts';

describe('read capacity', () => {
  it('of a Query of 100 items of 200 bytes is 2.5 units, of a BatchGetItem of the same 50', () => {
    expect(pageUnits(100 * 200, false)).toBe(2.5);
    expect(
      batchGetUnits(
        Array.from({ length: 100 }, () => 200),
        false,
      ),
    ).toBe(50);
  });

  it('of a consistent read is twice that', () => {
    expect(getItemUnits(5000, false)).toBe(1);
    expect(getItemUnits(5000, true)).toBe(2);
  });

  it('of a read without results is that of 4 KB for each part', () => {
    expect(getItemUnits(0, false)).toBe(0.5);
    expect(readUnits(0, false, 4)).toBe(2);
    expect(readUnits(40_960, false, 4)).toBe(5);
  });
});
