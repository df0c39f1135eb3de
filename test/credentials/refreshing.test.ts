import { describe, expect, it } from '@jest/globals';
import { RENEW_EARLY_MS } from '../../src/core/credentials.ts';
import { refreshing } from '../../src/credentials/refreshing.ts';
import { REFUSAL_MS } from '../../src/credentials/login-failure-cache.ts';
import type { CredentialSource, Credentials } from '../../src/core/credentials.ts';
import { DriverError } from '../../src/core/errors.ts';
import { fakePorts } from '../doubles/ports.ts';
import { printsOf } from '../support/prints.ts';
import { thrownBy } from '../support/thrown.ts';

const HOUR_MS = 3_600_000;
const nobody = new AbortController().signal;

/** A source that counts, and whose answers are settled by hand. */
function handSource(): { source: CredentialSource; calls: PromiseWithResolvers[]; signals: AbortSignal[] } {
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

/** Lets everything that is under way come to its end. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** A source that gives the next credentials of a list at each call. */
function listSource(...list: readonly (Credentials | Error)[]): CredentialSource {
  const rest = [...list];
  return async () => {
    const next = rest.shift();
    if (next === undefined || next instanceof Error) throw next ?? new Error('asked too often');
    return next;
  };
}

describe('refreshing', () => {
  it('fetches once what never expires', async () => {
    const get = refreshing(listSource(keys('A')), fakePorts());
    expect((await get(nobody)).accessKeyId).toBe('A');
    expect((await get(nobody)).accessKeyId).toBe('A');
  });

  it('renews five minutes before the credentials expire, not earlier, and lets nobody wait for it', async () => {
    const clock = fakePorts();
    const { source, calls } = handSource();
    const get = refreshing(source, clock);
    const first = get(nobody);
    calls[0]?.resolve(keys('A', clock.now() + HOUR_MS));
    await first;
    clock.advance(HOUR_MS - RENEW_EARLY_MS - 1);
    await get(nobody);
    expect(calls).toHaveLength(1);
    clock.advance(1);
    expect((await get(nobody)).accessKeyId).toBe('A');
    expect(calls).toHaveLength(2);
    expect((await get(nobody)).accessKeyId).toBe('A');
    calls[1]?.resolve(keys('B'));
    await settled();
    expect((await get(nobody)).accessKeyId).toBe('B');
    expect(calls).toHaveLength(2);
  });

  it('renews what lasts for minutes only in the last part of its time', async () => {
    const clock = fakePorts();
    const get = refreshing(listSource(keys('A', clock.now() + 100_000), keys('B')), clock);
    await get(nobody);
    clock.advance(79_000);
    await get(nobody);
    await settled();
    expect((await get(nobody)).accessKeyId).toBe('A');
    clock.advance(1000);
    await get(nobody);
    await settled();
    expect((await get(nobody)).accessKeyId).toBe('B');
  });

  it('lets all who ask at once share one fetch', async () => {
    const { source, calls } = handSource();
    const get = refreshing(source, fakePorts());
    const asked = Promise.all([get(nobody), get(nobody), get(nobody)]);
    await Promise.resolve();
    calls[0]?.resolve(keys('A'));
    expect((await asked).map((credentials) => credentials.accessKeyId)).toEqual(['A', 'A', 'A']);
    expect(calls).toHaveLength(1);
  });

  it('tells a failure to all who waited and then forgets it', async () => {
    const get = refreshing(listSource(new DriverError('AUTH_PROFILE', 'no'), keys('A')), fakePorts());
    const [first, second] = await Promise.all([thrownBy(() => get(nobody)), thrownBy(() => get(nobody))]);
    expect([first.message, second.message]).toEqual(['no', 'no']);
    expect((await get(nobody)).accessKeyId).toBe('A');
  });

  it.each(['AUTH_REFUSED', 'AUTH_DENIED'] as const)('remembers %s for half a minute', async (code) => {
    const clock = fakePorts();
    const get = refreshing(listSource(new DriverError(code, 'no'), keys('A')), clock);
    await thrownBy(() => get(nobody));
    clock.advance(REFUSAL_MS - 1);
    expect((await thrownBy(() => get(nobody))).message).toBe('no');
    clock.advance(1);
    expect((await get(nobody)).accessKeyId).toBe('A');
  });

  it('remembers no refusal of what a person has just typed', async () => {
    let answers = 0;
    const refused: CredentialSource = async () => {
      answers += 1;
      if (answers === 2) return keys('A');
      throw new DriverError('AUTH_REFUSED', 'no');
    };
    const person = { isAsked: () => false, answers: () => answers };
    const get = refreshing(refused, { now: () => 0, person });
    await thrownBy(() => get(nobody));
    expect((await get(nobody)).accessKeyId).toBe('A');
  });

  it('goes on with credentials that are still good when renewing fails, warns once, and tries again by itself', async () => {
    const clock = fakePorts();
    const no = new DriverError('CONN_NETWORK', 'no');
    const source = listSource(keys('A', clock.now() + RENEW_EARLY_MS), no, no, keys('B'));
    const get = refreshing(source, { ...clock, backgroundWaitMs: 1 });
    await get(nobody);
    clock.advance(RENEW_EARLY_MS - 1000);
    while ((await get(nobody)).accessKeyId === 'A') await new Promise((resolve) => setTimeout(resolve, 1));
    expect((await get(nobody)).accessKeyId).toBe('B');
    expect(clock.warnings).toEqual(['Credentials could not be renewed yet: no']);
    get.close();
  });

  it('asks no more in the background once it is closed', async () => {
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
    await get(nobody);
    clock.advance(RENEW_EARLY_MS - 1000);
    await get(nobody);
    await settled();
    get.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toBe(2);
  });

  it('replaces credentials that AWS calls expired, once for all who were told so', async () => {
    const get = refreshing(listSource(keys('A'), keys('B')), fakePorts());
    const expired = await get(nobody);
    const renewed = await Promise.all([get.renew(expired, nobody), get.renew(expired, nobody)]);
    expect(renewed.map((credentials) => credentials.accessKeyId)).toEqual(['B', 'B']);
    expect((await get.renew(expired, nobody)).accessKeyId).toBe('B');
  });

  it('lets no time limit run while a person is asked', async () => {
    const { source, calls } = handSource();
    const person = { isAsked: () => true, answers: () => 0 };
    const get = refreshing(source, { now: Date.now, timeoutMs: 5, person });
    const waiting = get(nobody);
    await new Promise((resolve) => setTimeout(resolve, 50));
    calls[0]?.resolve(keys('A'));
    expect((await waiting).accessKeyId).toBe('A');
  });

  it('fails when renewing fails and the credentials have expired', async () => {
    const clock = fakePorts();
    const get = refreshing(
      listSource(keys('A', clock.now() + HOUR_MS), new DriverError('AUTH_REFUSED', 'no'), keys('B')),
      clock,
    );
    await get(nobody);
    clock.advance(HOUR_MS);
    expect((await thrownBy(() => get(nobody))).message).toBe('no');
  });

  it('refuses credentials that come expired', async () => {
    const clock = fakePorts();
    const get = refreshing(listSource({ ...keys('A', clock.now()), origin: 'a file' }), clock);
    const error = await thrownBy(() => get(nobody));
    expect(error.code).toBe('AUTH_EXPIRED');
    expect(error.message).toBe('The credentials of a file expired at 2026-01-01T00:00:00.000Z');
  });

  it('lets one who waits give up without ending the fetch of the others', async () => {
    const { source, calls, signals } = handSource();
    const get = refreshing(source, fakePorts());
    const impatient = new AbortController();
    const given = thrownBy(() => get(impatient.signal));
    const patient = get(nobody);
    impatient.abort();
    expect((await given).code).toBe('EXEC_CANCELLED');
    expect(signals[0]?.aborted).toBe(false);
    calls[0]?.resolve(keys('A'));
    expect((await patient).accessKeyId).toBe('A');
  });

  it('gives up a fetch that takes too long, and may be asked again', async () => {
    const { source, calls, signals } = handSource();
    const get = refreshing(source, { now: Date.now, timeoutMs: 5 });
    expect((await thrownBy(() => get(nobody))).code).toBe('CONN_NETWORK');
    expect(signals[0]?.aborted).toBe(true);
    const again = get(nobody);
    await Promise.resolve();
    calls[1]?.resolve(keys('B'));
    expect((await again).accessKeyId).toBe('B');
  });

  it('ends the fetch and all waits when it is closed, and gives nothing afterwards', async () => {
    const { source, signals } = handSource();
    const get = refreshing(source, fakePorts());
    const waiting = thrownBy(() => get(nobody));
    await Promise.resolve();
    get.close();
    expect((await waiting).code).toBe('CONN_CLOSED');
    expect(signals[0]?.aborted).toBe(true);
    expect((await thrownBy(() => get(nobody))).code).toBe('CONN_CLOSED');
    expect(get.latest()).toBeUndefined();
  });

  it('keeps nothing of a fetch that ends after closing', async () => {
    const { source, calls } = handSource();
    const get = refreshing(source, fakePorts());
    const waiting = thrownBy(() => get(nobody));
    await Promise.resolve();
    get.close();
    calls[0]?.resolve(keys('A'));
    await waiting;
    expect(get.latest()).toBeUndefined();
  });

  it('hands out credentials that do not print', async () => {
    const get = refreshing(listSource(keys('A')), fakePorts());
    expect(printsOf(await get(nobody))).not.toContain('CANARY');
    expect(printsOf(get)).not.toContain('CANARY');
  });
});
