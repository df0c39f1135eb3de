import { describe, expect, it } from '@jest/globals';
import { singleFlight } from '../../../src/core/async/single-flight.ts';
import { thrownBy } from '../../support/thrown.ts';

/** A single-flight whose runs the test ends, and the runs that were started. */
function runs() {
  const share = singleFlight<string>();
  const begun: { end(answer: string): void; fail(error: Error): void; readonly signal: AbortSignal }[] = [];
  return {
    begun,
    ask: (values: readonly string[], signal = new AbortController().signal) =>
      share(values, signal, (shared) => {
        return new Promise<string>((resolve, reject) => {
          begun.push({ end: resolve, fail: reject, signal: shared });
        });
      }),
  };
}

describe('a single-flight run', () => {
  it('serves all callers with the same values, and no others', async () => {
    const { begun, ask } = runs();
    const waiting = [ask(['ana', 'a']), ask(['ana', 'a']), ask(['ana', 'b'])];
    expect(begun).toHaveLength(2);
    begun[0]?.end('first');
    begun[1]?.end('second');
    await expect(Promise.all(waiting)).resolves.toEqual(['first', 'first', 'second']);
  });

  it('is shared with its failure, and forgotten afterwards', async () => {
    const { begun, ask } = runs();
    const waiting = [ask(['a']), ask(['a'])];
    begun[0]?.fail(new Error('refused'));
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = ask(['a']);
    begun[1]?.end('welcome');
    await expect(again).resolves.toBe('welcome');
  });

  it('goes on while any caller waits, and is aborted when the last one leaves', async () => {
    const { begun, ask } = runs();
    const [one, other] = [new AbortController(), new AbortController()];
    const leaving = [thrownBy(() => ask(['a'], one.signal)), thrownBy(() => ask(['a'], other.signal))];
    one.abort();
    await leaving[0];
    expect(begun[0]?.signal.aborted).toBe(false);
    other.abort();
    await expect(leaving[1]).resolves.toMatchObject({ code: 'EXEC_CANCELLED' });
    expect(begun[0]?.signal.aborted).toBe(true);
  });

  it('is not joined by the next caller when all others have left', async () => {
    const { begun, ask } = runs();
    const caller = new AbortController();
    const leaving = thrownBy(() => ask(['a'], caller.signal));
    caller.abort();
    await leaving;
    const next = ask(['a']);
    begun[1]?.end('anew');
    await expect(next).resolves.toBe('anew');
  });
});
