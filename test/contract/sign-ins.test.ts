import { describe, expect, it } from '@jest/globals';
import { loadAllSchemes } from '../../src/authschemes/registry.ts';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { DriverError } from '../../src/core/errors.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';
import { ELSEWHERE, SIGN_IN_CASES, type ServiceState, type SignInService } from './sign-in-cases.ts';

const neverAborted = new AbortController().signal;

/** A sign-in with that scheme at that service. */
async function openSignIn(
  scheme: string,
  service: SignInService,
  more = '',
): Promise<{ opened: SignIn; ports: FakePorts }> {
  const ports = fakePorts({ env: service.env ?? {}, files: service.files ?? {} });
  // One attempt: other tests cover retries.
  const text = `AuthScheme=${scheme};AWSRegion=eu-west-1;MaximumRequestRetries=1;${service.connection};${more}`;
  const { options } = await parseConnection(text, ports);
  return { opened: await signIn(options, ports), ports };
}

/** The sign-in without its dispatcher, which contains no secrets and prints a lot. */
function toPrintable(opened: SignIn): unknown {
  return { ...opened, network: opened.network.settings };
}

describe('the sign-ins of this contract', () => {
  it('cover every scheme that is not tested elsewhere', async () => {
    const known = new Set([...SIGN_IN_CASES.map(({ scheme }) => scheme), ...ELSEWHERE.keys()]);
    expect(known).toEqual(new Set((await loadAllSchemes()).map(({ name }) => name)));
  });
});

/** The cases with their titles. */
const titled = SIGN_IN_CASES.map(
  (one) => [one.method === undefined ? one.scheme : `${one.scheme} with ${one.method}`, one] as const,
);

describe.each(titled)('AuthScheme %s', (_, { scheme, start, keepsExpired }) => {
  it('returns temporary credentials with their origin and shows no secret', async () => {
    await using service = await start(() => 'working');
    const { opened, ports } = await openSignIn(scheme, service);
    const credentials = await opened.source(neverAborted);
    expect(credentials.accessKeyId).toMatch(/^ASIA/);
    expect(credentials.expiration).toEqual(new Date('2026-01-01T06:00:00Z'));
    expect(opened.describe()).not.toBe(`AuthScheme ${scheme}`);
    expect(
      collectOutput([toPrintable(opened), credentials, opened.describe(), ports.warnings]),
    ).not.toContain('CANARY');
    opened.close();
  });

  it('signs in once for ten concurrent callers', async () => {
    await using service = await start(() => 'working');
    const single = await openSignIn(scheme, service);
    await single.opened.source(neverAborted);
    const once = service.countRequests();
    const { opened } = await openSignIn(scheme, service);
    await Promise.all(Array.from({ length: 10 }, () => opened.source(neverAborted)));
    expect(service.countRequests()).toBe(2 * once);
    single.opened.close();
    opened.close();
  });

  it('renews expired credentials, and uses expired ones only if that is allowed', async () => {
    await using service = await start(() => 'working');
    const { opened, ports } = await openSignIn(scheme, service);
    await opened.source(neverAborted);
    const once = service.countRequests();
    ports.advance(6 * 3_600_000);
    const outcome = await opened.source(neverAborted).then(
      () => 'kept',
      (error: unknown) => (error instanceof DriverError ? error.code : error),
    );
    expect(outcome).toBe(keepsExpired === undefined ? 'AUTH_EXPIRED' : 'kept');
    expect(service.countRequests()).toBeGreaterThan(once);
    opened.close();
  });

  it.each<[ServiceState, RegExp]>([
    ['rejecting', /^AUTH_(REFUSED|DENIED)$/],
    ['invalid', /^AUTH_MALFORMED$/],
    ['endless', /^AUTH_MALFORMED$/],
    ['expired', /^AUTH_EXPIRED$/],
  ])('reports a service that is %s, and shows no secret', async (state, code) => {
    await using service = await start(() => state);
    const { opened, ports } = await openSignIn(scheme, service);
    const error = await thrownBy(() => opened.source(neverAborted));
    expect(error.code).toMatch(code);
    expect(error.message).not.toBe('');
    expect(collectOutput([error, toPrintable(opened), ports.warnings])).not.toContain('CANARY');
    opened.close();
  });

  it('calls a service that rejected the sign-in again only after half a minute', async () => {
    let state: ServiceState = 'rejecting';
    await using service = await start(() => state);
    const { opened, ports } = await openSignIn(scheme, service);
    const first = await thrownBy(() => opened.source(neverAborted));
    const once = service.countRequests();
    expect(await thrownBy(() => opened.source(neverAborted))).toBe(first);
    expect(service.countRequests()).toBe(once);
    state = 'working';
    ports.advance(30_000);
    expect((await opened.source(neverAborted)).accessKeyId).toMatch(/^ASIA/);
    opened.close();
  });
});

describe('a service that does not respond', () => {
  // Together, because the shortest timeout is a second.
  it('is waited for until the timeout, an abort of the caller or the close of the connection', async () => {
    const outcomes = await Promise.all(
      titled.map(async ([title, { scheme, start }]) => [title, await waitForSilence(scheme, start)] as const),
    );
    const codes = ['CONN_NETWORK', 'EXEC_CANCELLED', 'CONN_CLOSED'];
    expect(outcomes.map(([title, outcome]) => [title, outcome.codes])).toEqual(
      titled.map(([title]) => [title, codes]),
    );
    expect(outcomes.map(([, { printed }]) => printed).join('\n')).not.toContain('CANARY');
  });
});

/** The errors of three sign-ins: one that times out, one that its caller aborts, one whose connection is closed. */
async function waitForSilence(
  scheme: string,
  start: (typeof SIGN_IN_CASES)[number]['start'],
): Promise<{ readonly codes: readonly string[]; readonly printed: string }> {
  await using service = await start(() => 'silent');
  const { opened } = await openSignIn(scheme, service, 'MaxRecoverySeconds=1');
  const late = await thrownBy(() => opened.source(neverAborted));
  const caller = new AbortController();
  const aborted = thrownBy(() => opened.source(caller.signal));
  caller.abort();
  const { code } = await aborted;
  const waiting = thrownBy(() => opened.source(neverAborted));
  opened.close();
  const closed = await waiting;
  return { codes: [late.code, code, closed.code], printed: collectOutput([late, toPrintable(opened)]) };
}
