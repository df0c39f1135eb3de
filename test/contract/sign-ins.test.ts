import { describe, expect, it } from '@jest/globals';
import { loadAllSchemes } from '../../src/authschemes/registry.ts';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { DriverError } from '../../src/core/errors.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { printsOf } from '../support/prints.ts';
import { thrownBy } from '../support/thrown.ts';
import { ELSEWHERE, SIGN_IN_CASES, type Mood, type SignInWorld } from './sign-in-worlds.ts';

const nobody = new AbortController().signal;

/** A sign-in of that scheme in that world. */
async function enter(
  scheme: string,
  world: SignInWorld,
  more = '',
): Promise<{ way: SignIn; ports: FakePorts }> {
  const ports = fakePorts({ env: world.env ?? {}, files: world.files ?? {} });
  // One try: what is tried again is another test's matter.
  const text = `AuthScheme=${scheme};AWSRegion=eu-west-1;MaximumRequestRetries=1;${world.connection};${more}`;
  const { options } = await parseConnection(text, ports);
  return { way: await signIn(options, ports), ports };
}

/** What a sign-in may show of itself; undici's part of it knows no secrets, and prints without end. */
function shownOf(way: SignIn): unknown {
  return { ...way, network: way.network.settings };
}

describe('the sign-ins of this contract', () => {
  it('are those of every scheme, but for the ones that are tested elsewhere', async () => {
    const known = new Set([...SIGN_IN_CASES.map(({ scheme }) => scheme), ...ELSEWHERE.keys()]);
    expect(known).toEqual(new Set((await loadAllSchemes()).map(({ name }) => name)));
  });
});

/** A scheme, and which of its ways where it has several. */
const titled = SIGN_IN_CASES.map(
  (one) => [one.way === undefined ? one.scheme : `${one.scheme} by ${one.way}`, one] as const,
);

describe.each(titled)('AuthScheme %s', (_, { scheme, open, keepsExpired }) => {
  it('gives credentials that end, tells where they came from and shows no secret', async () => {
    await using world = await open(() => 'well');
    const { way, ports } = await enter(scheme, world);
    const credentials = await way.source(nobody);
    expect(credentials.accessKeyId).toMatch(/^ASIA/);
    expect(credentials.expiration).toEqual(new Date('2026-01-01T06:00:00Z'));
    expect(way.describe()).not.toBe(`AuthScheme ${scheme}`);
    expect(printsOf([shownOf(way), credentials, way.describe(), ports.warnings])).not.toContain('CANARY');
    way.close();
  });

  it('asks once for ten who come at the same time', async () => {
    await using world = await open(() => 'well');
    const alone = await enter(scheme, world);
    await alone.way.source(nobody);
    const once = world.heard();
    const { way } = await enter(scheme, world);
    await Promise.all(Array.from({ length: 10 }, () => way.source(nobody)));
    expect(world.heard()).toBe(2 * once);
    alone.way.close();
    way.close();
  });

  it('asks again when they end, and gives expired ones only where that is right', async () => {
    await using world = await open(() => 'well');
    const { way, ports } = await enter(scheme, world);
    await way.source(nobody);
    const once = world.heard();
    ports.advance(6 * 3_600_000);
    const outcome = await way.source(nobody).then(
      () => 'kept',
      (error: unknown) => (error instanceof DriverError ? error.code : error),
    );
    expect(outcome).toBe(keepsExpired === undefined ? 'AUTH_EXPIRED' : 'kept');
    expect(world.heard()).toBeGreaterThan(once);
    way.close();
  });

  it.each<[Mood, RegExp]>([
    ['refusing', /^AUTH_(REFUSED|DENIED)$/],
    ['babbling', /^AUTH_MALFORMED$/],
    ['endless', /^AUTH_MALFORMED$/],
    ['late', /^AUTH_EXPIRED$/],
  ])('tells what became of a service that is %s, and shows no secret', async (mood, code) => {
    await using world = await open(() => mood);
    const { way, ports } = await enter(scheme, world);
    const error = await thrownBy(() => way.source(nobody));
    expect(error.code).toMatch(code);
    expect(error.message).not.toBe('');
    expect(printsOf([error, shownOf(way), ports.warnings])).not.toContain('CANARY');
    way.close();
  });

  it('asks a service that refused again after half a minute only', async () => {
    let mood: Mood = 'refusing';
    await using world = await open(() => mood);
    const { way, ports } = await enter(scheme, world);
    const first = await thrownBy(() => way.source(nobody));
    const once = world.heard();
    expect(await thrownBy(() => way.source(nobody))).toBe(first);
    expect(world.heard()).toBe(once);
    mood = 'well';
    ports.advance(30_000);
    expect((await way.source(nobody)).accessKeyId).toMatch(/^ASIA/);
    way.close();
  });

  it('waits for a silent service until its time is over, its caller leaves or the connection closes', async () => {
    await using world = await open(() => 'silent');
    const { way } = await enter(scheme, world, 'MaxRecoverySeconds=1');
    const late = await thrownBy(() => way.source(nobody));
    expect(late.code).toBe('CONN_NETWORK');
    const leaving = new AbortController();
    const left = thrownBy(() => way.source(leaving.signal));
    leaving.abort();
    expect((await left).code).toBe('EXEC_CANCELLED');
    const waiting = thrownBy(() => way.source(nobody));
    way.close();
    expect((await waiting).code).toBe('CONN_CLOSED');
    expect(printsOf([late, shownOf(way)])).not.toContain('CANARY');
  });
});
