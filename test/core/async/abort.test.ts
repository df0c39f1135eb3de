import { getMaxListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { abortError, anySignal, createAbortController, raceAbort } from '../../../src/core/async/abort.ts';
import { DriverError } from '../../../src/core/errors.ts';
import { thrownBy } from '../../support/thrown.ts';

describe('raceAbort', () => {
  it('settles as the work does', async () => {
    const { signal } = new AbortController();
    await expect(raceAbort(Promise.resolve('done'), signal)).resolves.toBe('done');
    await expect(raceAbort(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
    await expect(raceAbort(Promise.resolve('done'), undefined)).resolves.toBe('done');
  });

  it('ends the wait of one caller, and the work goes on for the others', async () => {
    let finish!: (value: string) => void;
    const work = new Promise<string>((resolve) => (finish = resolve));
    const leaving = new AbortController();
    const left = thrownBy(() => raceAbort(work, leaving.signal));
    const staying = raceAbort(work, new AbortController().signal);
    leaving.abort();
    await expect(left).resolves.toMatchObject({
      code: 'EXEC_CANCELLED',
      message: 'canceling statement due to user request',
    });
    finish('done');
    await expect(staying).resolves.toBe('done');
  });

  it('rejects at once where the signal was aborted before', async () => {
    await expect(raceAbort(new Promise(() => undefined), AbortSignal.abort())).rejects.toMatchObject({
      code: 'EXEC_CANCELLED',
    });
  });
});

describe('abortError', () => {
  it('is the reason of the signal where that is a DriverError', () => {
    const reason = new DriverError('EXEC_TIMEOUT', 'too slow');
    expect(abortError(AbortSignal.abort(reason))).toBe(reason);
  });

  it('keeps another reason as its cause', () => {
    expect(abortError(AbortSignal.abort('enough'))).toMatchObject({
      code: 'EXEC_CANCELLED',
      cause: 'enough',
    });
  });
});

describe('one signal for several', () => {
  it('aborts when the first of them does, with its reason', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const either = anySignal(one.signal, undefined, other.signal);
    expect(either.aborted).toBe(false);
    other.abort('enough');
    expect({ aborted: either.aborted, reason: either.reason as unknown }).toEqual({
      aborted: true,
      reason: 'enough',
    });
  });

  it('is aborted where one of them was', () => {
    expect(anySignal(AbortSignal.abort('before'), new AbortController().signal).reason).toBe('before');
  });

  it('never aborts without any', () => {
    expect(anySignal(undefined).aborted).toBe(false);
  });

  it('lets any number of requests listen without a warning', () => {
    expect(getMaxListeners(anySignal(new AbortController().signal))).toBe(Infinity);
    expect(getMaxListeners(createAbortController().signal)).toBe(Infinity);
  });
});
