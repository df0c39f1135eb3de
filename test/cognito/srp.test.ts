import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { secretHash } from '../../src/cognito/secret-hash.ts';
import { beginSrp, srpTimestamp } from '../../src/cognito/srp.ts';
import { Secret } from '../../src/core/secret.ts';
import { MODULUS, serverRun, verifierOf } from '../doubles/srp-server.ts';
import { printsOf } from '../support/prints.ts';
import { thrownBy } from '../support/thrown.ts';

const vector = JSON.parse(
  await readFile(new URL('../fixtures/cognito-srp.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;
const of = (name: string): string => vector[name] ?? '';
const challenge = {
  userId: of('username'),
  salt: of('salt'),
  serverB: of('largeB'),
  secretBlock: of('secretBlock'),
};

describe('SRP', () => {
  it('gives the published number and signature', async () => {
    const run = await beginSrp(of('poolName'), of('smallA'));
    expect(run.publicA).toBe(of('largeA'));
    expect(run.prove(challenge, of('password'), of('timestamp'))).toBe(of('signature'));
  });

  it('draws another number for each run', async () => {
    const [one, other] = await Promise.all([beginSrp('p'), beginSrp('p')]);
    expect(one.publicA).toMatch(/^[0-9a-f]{700,768}$/);
    expect(one.publicA).not.toBe(other.publicA);
  });

  it('convinces a server that knows the verifier, for any names and passwords, and no other', async () => {
    const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(word, word, word, async (userId, password, other) => {
        const run = await beginSrp('Pool');
        const server = serverRun('Pool', userId, verifierOf('Pool', userId, password), run.publicA);
        const asked = { userId, salt: server.salt, serverB: server.publicB, secretBlock: server.secretBlock };
        const timestamp = await srpTimestamp();
        const accepts = (text: string): boolean =>
          server.accepts({
            timestamp,
            secretBlock: server.secretBlock,
            signature: run.prove(asked, text, timestamp),
          });
        expect(accepts(password)).toBe(true);
        expect(accepts(`${password}${other}`)).toBe(false);
      }),
      { numRuns: 5 },
    );
  });

  it.each([
    '00',
    '1',
    '7f',
    '80',
    '00ff',
    'ff'.repeat(16),
    `00${'ab'.repeat(15)}`,
    '0'.repeat(32),
    `8${'0'.repeat(31)}`,
  ])('convinces a server whose salt is %s', async (digits) => {
    const run = await beginSrp('Pool');
    const server = serverRun(
      'Pool',
      'ana',
      verifierOf('Pool', 'ana', 'word', BigInt(`0x${digits}`)),
      run.publicA,
    );
    const timestamp = await srpTimestamp();
    const { secretBlock, publicB: serverB } = server;
    const signature = run.prove({ userId: 'ana', salt: digits, serverB, secretBlock }, 'word', timestamp);
    expect(server.accepts({ timestamp, secretBlock, signature })).toBe(true);
  });

  it('shows no number of its own that is zero, or below it', async () => {
    const runs = await Promise.all(Array.from({ length: 5 }, () => beginSrp('Pool')));
    for (const { publicA } of runs) {
      expect(publicA).toMatch(/^[0-9a-f]+$/);
      expect(BigInt(`0x${publicA}`) % BigInt(`0x${MODULUS}`)).not.toBe(0n);
    }
  });

  it.each([
    ['zero', '0'],
    ['zero at length', '0'.repeat(700)],
    ['twice the modulus', (2n * BigInt(`0x${MODULUS}`)).toString(16)],
    ['less than nothing', '-1'],
    ['more than it may', '1'.repeat(1025)],
    ['the modulus, which is zero as well', MODULUS],
    ['no number', 'xyz'],
    ['nothing', ''],
  ])('refuses a server that sends %s', async (_, serverB) => {
    const run = await beginSrp(of('poolName'), of('smallA'));
    const error = await thrownBy(() => run.prove({ ...challenge, serverB }, 'CANARY', of('timestamp')));
    expect(error.code).toBe('AUTH_MALFORMED');
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it('tells the time in English, without a zero before the day', async () => {
    expect(await srpTimestamp()).toMatch(/^[A-Z][a-z]{2} [A-Z][a-z]{2} [1-9]\d? \d\d:\d\d:\d\d UTC \d{4}$/);
  });
});

describe('secretHash', () => {
  it('gives the published value', () => {
    expect(secretHash(of('username'), of('clientId'), new Secret(of('clientSecret')))).toBe(of('secretHash'));
  });
});
