import { describe, expect, it } from '@jest/globals';
import { DriverError } from '../../../src/core/errors.ts';
import { newWriteStats } from '../../../src/dynamo/write/write-stats.ts';
import { withPartialResult } from '../../../src/sql/write/returning.ts';

const throttled = new DriverError('DYNAMO_THROTTLED', 'slow down');

describe('a statement that failed after writing some items', () => {
  it.each([
    ['inserted', false],
    ['updated', false],
    ['copied', false],
    ['deleted', true],
  ])('that were %s is retryable: %p', (verb, retryable) => {
    const error = withPartialResult(throttled, { ...newWriteStats(), requests: 2, itemsWritten: 2 }, verb);
    expect(error).toMatchObject({ code: 'DYNAMO_THROTTLED', retryable });
  });

  it('keeps its error where nothing was written', () => {
    expect(withPartialResult(throttled, newWriteStats(), 'inserted')).toBe(throttled);
    // The writes of a transaction wait for COMMIT.
    expect(withPartialResult(throttled, { ...newWriteStats(), itemsWritten: 2 }, 'inserted')).toBe(throttled);
  });
});
