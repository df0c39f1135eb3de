import { describe, expect, it } from '@jest/globals';
import { retrying, getBackoffMs } from '../../src/credentials/retrying.ts';
import type { CredentialSource } from '../../src/core/credentials.ts';
import { DriverError, type ErrorCode } from '../../src/core/errors.ts';
import { thrownBy } from '../support/thrown.ts';

const neverAborted = new AbortController().signal;
const keys = { accessKeyId: 'A', secretAccessKey: 'S' };

/** A source that fails with these codes in turn and then returns keys. */
function failing(...codes: readonly ErrorCode[]): { source: CredentialSource; calls: () => number } {
  let calls = 0;
  const source: CredentialSource = async () => {
    const code = codes[calls];
    calls += 1;
    if (code !== undefined) throw new DriverError(code, `failure ${calls}`);
    return keys;
  };
  return { source, calls: () => calls };
}

describe('retrying', () => {
  it('retries after transient failures', async () => {
    const { source, calls } = failing('CONN_NETWORK', 'AUTH_UNAVAILABLE');
    expect(await retrying(source, { maxAttempts: 5, waitMs: 0 })(neverAborted)).toBe(keys);
    expect(calls()).toBe(3);
  });

  it('gives up after maxAttempts with the last failure', async () => {
    const { source, calls } = failing('CONN_NETWORK', 'CONN_NETWORK', 'CONN_NETWORK');
    const error = await thrownBy(() => retrying(source, { maxAttempts: 2, waitMs: 0 })(neverAborted));
    expect(error.message).toBe('failure 2');
    expect(calls()).toBe(2);
  });

  it.each([
    'AUTH_REFUSED',
    'AUTH_DENIED',
    'AUTH_EXPIRED',
    'AUTH_MALFORMED',
    'AUTH_CODE_NEEDED',
    'AUTH_PROFILE',
  ] as const)('does not retry after %s', async (code) => {
    const { source, calls } = failing(code);
    await thrownBy(() => retrying(source, { maxAttempts: 5, waitMs: 0 })(neverAborted));
    expect(calls()).toBe(1);
  });

  it('stops waiting when the caller aborts', async () => {
    const { source, calls } = failing('CONN_NETWORK');
    const caller = new AbortController();
    const waiting = retrying(source, { maxAttempts: 5, waitMs: 60_000 })(caller.signal).catch(
      (error: unknown) => error,
    );
    caller.abort();
    expect(await waiting).toBeInstanceOf(Error);
    expect(calls()).toBe(1);
  });
});

describe('waitBefore', () => {
  it('doubles up to a maximum', () => {
    const waits = [0, 1, 2, 20].map((retry) => getBackoffMs(retry, { maxAttempts: 5, waitMs: 100 }));
    expect(waits).toEqual([100, 200, 400, 20_000]);
  });

  it('applies up to 50 % of jitter', () => {
    const waits = [0, 0.5, 1].map((random) =>
      getBackoffMs(0, { maxAttempts: 5, waitMs: 100, random: () => random }),
    );
    expect(waits).toEqual([100, 75, 50]);
  });
});
