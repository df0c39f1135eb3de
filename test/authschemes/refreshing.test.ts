import { describe, expect, it } from '@jest/globals';
import { EARLY_MS, refreshing } from '../../src/authschemes/refreshing.ts';
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

  it('fetches again five minutes before the credentials expire, not earlier', async () => {
    const clock = fakePorts();
    const get = refreshing(listSource(keys('A', clock.now() + HOUR_MS), keys('B')), clock);
    await get(nobody);
    clock.advance(HOUR_MS - EARLY_MS - 1);
    expect((await get(nobody)).accessKeyId).toBe('A');
    clock.advance(1);
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
    const get = refreshing(listSource(new DriverError('AUTH_REFUSED', 'no'), keys('A')), fakePorts());
    const [first, second] = await Promise.all([thrownBy(() => get(nobody)), thrownBy(() => get(nobody))]);
    expect([first.message, second.message]).toEqual(['no', 'no']);
    expect((await get(nobody)).accessKeyId).toBe('A');
  });

  it('goes on with credentials that are still good when renewing them fails, and tries again', async () => {
    const clock = fakePorts();
    const expiration = clock.now() + EARLY_MS;
    const get = refreshing(listSource(keys('A', expiration), new Error('no'), keys('B')), clock);
    await get(nobody);
    expect((await get(nobody)).accessKeyId).toBe('A');
    expect((await get(nobody)).accessKeyId).toBe('B');
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
    // The timer does not keep the process alive, so something else must.
    const alive = setInterval(() => undefined, 1000);
    expect((await thrownBy(() => get(nobody))).code).toBe('CONN_NETWORK');
    expect(signals[0]?.aborted).toBe(true);
    clearInterval(alive);
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
