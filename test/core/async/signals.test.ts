import { getMaxListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { anySignal, newController } from '../../../src/core/async/signals.ts';

describe('one signal for several', () => {
  it('fires when the first of them does, with its reason', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const either = anySignal(one.signal, undefined, other.signal);
    expect(either.aborted).toBe(false);
    other.abort('enough');
    expect({ aborted: either.aborted, reason: either.reason as unknown }).toEqual({
      aborted: true,
      reason: 'enough',
    });
  });

  it('has fired where one of them had', () => {
    expect(anySignal(AbortSignal.abort('before'), new AbortController().signal).reason).toBe('before');
  });

  it('never fires where there are none', () => {
    expect(anySignal(undefined).aborted).toBe(false);
  });

  it('lets any number of requests listen without a warning', () => {
    expect(getMaxListeners(anySignal(new AbortController().signal))).toBe(Infinity);
    expect(getMaxListeners(newController().signal)).toBe(Infinity);
  });
});
