import { describe, expect, it } from '@jest/globals';
import { retrying, waitBefore } from '../../src/credentials/retrying.ts';
import type { CredentialSource } from '../../src/core/credentials.ts';
import { DriverError, type ErrorCode } from '../../src/core/errors.ts';
import { thrownBy } from '../support/thrown.ts';

const nobody = new AbortController().signal;
const keys = { accessKeyId: 'A', secretAccessKey: 'S' };

/** Fails with these codes, one after another, and then has keys. */
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
  it('asks again after what may pass', async () => {
    const { source, calls } = failing('CONN_NETWORK', 'AUTH_UNAVAILABLE');
    expect(await retrying(source, { maxAttempts: 5, waitMs: 0 })(nobody)).toBe(keys);
    expect(calls()).toBe(3);
  });

  it('gives up after so many attempts, with the last failure', async () => {
    const { source, calls } = failing('CONN_NETWORK', 'CONN_NETWORK', 'CONN_NETWORK');
    const error = await thrownBy(() => retrying(source, { maxAttempts: 2, waitMs: 0 })(nobody));
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
  ] as const)('never asks again after %s', async (code) => {
    const { source, calls } = failing(code);
    await thrownBy(() => retrying(source, { maxAttempts: 5, waitMs: 0 })(nobody));
    expect(calls()).toBe(1);
  });

  it('waits no longer than its caller', async () => {
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
  it('doubles up to a bound', () => {
    const waits = [0, 1, 2, 20].map((retry) => waitBefore(retry, { maxAttempts: 5, waitMs: 100 }));
    expect(waits).toEqual([100, 200, 400, 20_000]);
  });

  it('varies by chance, up to half', () => {
    const waits = [0, 0.5, 1].map((random) =>
      waitBefore(0, { maxAttempts: 5, waitMs: 100, random: () => random }),
    );
    expect(waits).toEqual([100, 75, 50]);
  });
});
