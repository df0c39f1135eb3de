import { describe, expect, it } from '@jest/globals';
import { RENEW_EARLY_MS } from '../../src/core/credentials.ts';
import { refreshing } from '../../src/credentials/refreshing.ts';
import { LOGIN_FAILURE_TTL_MS } from '../../src/credentials/login-failure-cache.ts';
import type { CredentialSource, Credentials } from '../../src/core/credentials.ts';
import { DriverError } from '../../src/core/errors.ts';
import { fakePorts } from '../doubles/ports.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const HOUR_MS = 3_600_000;
const neverAborted = new AbortController().signal;

/** A source that records its calls, which the test settles. */
function manualSource(): { source: CredentialSource; calls: PromiseWithResolvers[]; signals: AbortSignal[] } {
  const calls: PromiseWithResolvers[] = [];
  const signals: AbortSignal[] = [];
  const source: CredentialSource = (signal) =>
    new Promise<Credentials>((resolve, reject) => {
      signals.push(signal);
      calls.push({ resolve, reject });
    });
  return { source, calls, signals };
}
interface PromiseWithResolvers {
  resolve(credentials: Credentials): void;
  reject(error: unknown): void;
}

function keys(id: string, expiration?: number): Credentials {
  return {
    accessKeyId: id,
    secretAccessKey: 'CANARY',
    ...(expiration === undefined ? {} : { expiration: new Date(expiration) }),
  };
}

/** Runs all pending microtasks. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

/** A source that returns the next credentials of a list at each call. */
function listSource(...list: readonly (Credentials | Error)[]): CredentialSource {
  const rest = [...list];
  return async () => {
    const next = rest.shift();
    if (next === undefined || next instanceof Error) throw next ?? new Error('called too often');
    return next;
  };
}

describe('refreshing', () => {
  it('fetches credentials without expiration once', async () => {
    const get = refreshing(listSource(keys('A')), fakePorts());
    expect((await get(neverAborted)).accessKeyId).toBe('A');
    expect((await get(neverAborted)).accessKeyId).toBe('A');
  });

  it('renews in the background five minutes before the credentials expire, not earlier', async () => {
    const clock = fakePorts();
    const { source, calls } = manualSource();
    const get = refreshing(source, clock);
    const first = get(neverAborted);
    calls[0]?.resolve(keys('A', clock.now() + HOUR_MS));
    await first;
    clock.advance(HOUR_MS - RENEW_EARLY_MS - 1);
    await get(neverAborted);
    expect(calls).toHaveLength(1);
    clock.advance(1);
    expect((await get(neverAborted)).accessKeyId).toBe('A');
    expect(calls).toHaveLength(2);
    expect((await get(neverAborted)).accessKeyId).toBe('A');
    calls[1]?.resolve(keys('B'));
    await settled();
    expect((await get(neverAborted)).accessKeyId).toBe('B');
    expect(calls).toHaveLength(2);
  });

  it('renews credentials with a short lifetime in the last fifth of it', async () => {
    const clock = fakePorts();
    const get = refreshing(listSource(keys('A', clock.now() + 100_000), keys('B')), clock);
    await get(neverAborted);
    clock.advance(79_000);
    await get(neverAborted);
    await settled();
    expect((await get(neverAborted)).accessKeyId).toBe('A');
    clock.advance(1000);
    await get(neverAborted);
    await settled();
    expect((await get(neverAborted)).accessKeyId).toBe('B');
  });

  it('shares one fetch between concurrent callers', async () => {
    const { source, calls } = manualSource();
    const get = refreshing(source, fakePorts());
    const waiting = Promise.all([get(neverAborted), get(neverAborted), get(neverAborted)]);
    await Promise.resolve();
    calls[0]?.resolve(keys('A'));
    expect((await waiting).map((credentials) => credentials.accessKeyId)).toEqual(['A', 'A', 'A']);
    expect(calls).toHaveLength(1);
  });

  it('reports a failure to all waiting callers and fetches again afterwards', async () => {
    const get = refreshing(listSource(new DriverError('AUTH_PROFILE', 'no'), keys('A')), fakePorts());
    const [first, second] = await Promise.all([
      thrownBy(() => get(neverAborted)),
      thrownBy(() => get(neverAborted)),
    ]);
    expect([first.message, second.message]).toEqual(['no', 'no']);
    expect((await get(neverAborted)).accessKeyId).toBe('A');
  });

  it.each(['AUTH_REFUSED', 'AUTH_DENIED'] as const)('remembers %s for half a minute', async (code) => {
    const clock = fakePorts();
    const get = refreshing(listSource(new DriverError(code, 'no'), keys('A')), clock);
    await thrownBy(() => get(neverAborted));
    clock.advance(LOGIN_FAILURE_TTL_MS - 1);
    expect((await thrownBy(() => get(neverAborted))).message).toBe('no');
    clock.advance(1);
    expect((await get(neverAborted)).accessKeyId).toBe('A');
  });

  it('does not remember that an answer of the user was rejected', async () => {
    let answers = 0;
    const rejecting: CredentialSource = async () => {
      answers += 1;
      if (answers === 2) return keys('A');
      throw new DriverError('AUTH_REFUSED', 'no');
    };
    const prompts = { isOpen: () => false, countAnswers: () => answers };
    const get = refreshing(rejecting, { now: () => 0, prompts });
    await thrownBy(() => get(neverAborted));
    expect((await get(neverAborted)).accessKeyId).toBe('A');
  });

  it('keeps using valid credentials if a renewal fails, warns once and retries in the background', async () => {
    const clock = fakePorts();
    const no = new DriverError('CONN_NETWORK', 'no');
    const source = listSource(keys('A', clock.now() + RENEW_EARLY_MS), no, no, keys('B'));
    const get = refreshing(source, { ...clock, backgroundWaitMs: 1 });
    await get(neverAborted);
    clock.advance(RENEW_EARLY_MS - 1000);
    while ((await get(neverAborted)).accessKeyId === 'A')
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect((await get(neverAborted)).accessKeyId).toBe('B');
    expect(clock.warnings).toEqual(['could not refresh the credentials: no']);
    get.close();
  });

  it('stops background renewals when it is closed', async () => {
    const clock = fakePorts();
    let calls = 0;
    const get = refreshing(
      async () => {
        calls += 1;
        if (calls > 1) throw new Error('no');
        return keys('A', clock.now() + RENEW_EARLY_MS);
      },
      { ...clock, backgroundWaitMs: 1 },
    );
    await get(neverAborted);
    clock.advance(RENEW_EARLY_MS - 1000);
    await get(neverAborted);
    await settled();
    get.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toBe(2);
  });

  it('replaces credentials that AWS reported as expired once for all callers', async () => {
    const get = refreshing(listSource(keys('A'), keys('B')), fakePorts());
    const expired = await get(neverAborted);
    const renewed = await Promise.all([get.renew(expired, neverAborted), get.renew(expired, neverAborted)]);
    expect(renewed.map((credentials) => credentials.accessKeyId)).toEqual(['B', 'B']);
    expect((await get.renew(expired, neverAborted)).accessKeyId).toBe('B');
  });

  it('pauses the timeout while a prompt is open', async () => {
    const { source, calls } = manualSource();
    const prompts = { isOpen: () => true, countAnswers: () => 0 };
    const get = refreshing(source, { now: Date.now, timeoutMs: 5, prompts });
    const waiting = get(neverAborted);
    await new Promise((resolve) => setTimeout(resolve, 50));
    calls[0]?.resolve(keys('A'));
    expect((await waiting).accessKeyId).toBe('A');
  });

  it('fails if a renewal fails and the credentials have expired', async () => {
    const clock = fakePorts();
    const get = refreshing(
      listSource(keys('A', clock.now() + HOUR_MS), new DriverError('AUTH_REFUSED', 'no'), keys('B')),
      clock,
    );
    await get(neverAborted);
    clock.advance(HOUR_MS);
    expect((await thrownBy(() => get(neverAborted))).message).toBe('no');
  });

  it('rejects credentials that have already expired', async () => {
    const clock = fakePorts();
    const get = refreshing(listSource({ ...keys('A', clock.now()), origin: 'a file' }), clock);
    const error = await thrownBy(() => get(neverAborted));
    expect(error.code).toBe('AUTH_EXPIRED');
    expect(error.message).toBe('The credentials of a file expired at 2026-01-01T00:00:00.000Z');
  });

  it('lets one caller abort without aborting the shared fetch', async () => {
    const { source, calls, signals } = manualSource();
    const get = refreshing(source, fakePorts());
    const impatient = new AbortController();
    const aborted = thrownBy(() => get(impatient.signal));
    const patient = get(neverAborted);
    impatient.abort();
    expect((await aborted).code).toBe('EXEC_CANCELLED');
    expect(signals[0]?.aborted).toBe(false);
    calls[0]?.resolve(keys('A'));
    expect((await patient).accessKeyId).toBe('A');
  });

  it('aborts a fetch that times out, and fetches again when called', async () => {
    const { source, calls, signals } = manualSource();
    const get = refreshing(source, { now: Date.now, timeoutMs: 5 });
    expect((await thrownBy(() => get(neverAborted))).code).toBe('CONN_NETWORK');
    expect(signals[0]?.aborted).toBe(true);
    const again = get(neverAborted);
    await Promise.resolve();
    calls[1]?.resolve(keys('B'));
    expect((await again).accessKeyId).toBe('B');
  });

  it('aborts the fetch and all waiting callers when it is closed, and fails afterwards', async () => {
    const { source, signals } = manualSource();
    const get = refreshing(source, fakePorts());
    const waiting = thrownBy(() => get(neverAborted));
    await Promise.resolve();
    get.close();
    expect((await waiting).code).toBe('CONN_CLOSED');
    expect(signals[0]?.aborted).toBe(true);
    expect((await thrownBy(() => get(neverAborted))).code).toBe('CONN_CLOSED');
    expect(get.latest()).toBeUndefined();
  });

  it('discards the result of a fetch that ends after closing', async () => {
    const { source, calls } = manualSource();
    const get = refreshing(source, fakePorts());
    const waiting = thrownBy(() => get(neverAborted));
    await Promise.resolve();
    get.close();
    calls[0]?.resolve(keys('A'));
    await waiting;
    expect(get.latest()).toBeUndefined();
  });

  it('returns credentials that do not print their secrets', async () => {
    const get = refreshing(listSource(keys('A')), fakePorts());
    expect(collectOutput(await get(neverAborted))).not.toContain('CANARY');
    expect(collectOutput(get)).not.toContain('CANARY');
  });
});
