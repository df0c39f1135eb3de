import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { computeSecretHash } from '../../src/cognito/user-pool.ts';
import { beginSrp, formatSrpTimestamp } from '../../src/cognito/srp.ts';
import { Secret } from '../../src/core/secret.ts';
import { MODULUS, serverRun, createVerifier } from '../doubles/srp-server.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const vector = JSON.parse(
  await readFile(new URL('../fixtures/cognito-srp.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;
const getVector = (name: string): string => vector[name] ?? '';
const challenge = {
  userId: getVector('username'),
  salt: getVector('salt'),
  serverB: getVector('largeB'),
  secretBlock: getVector('secretBlock'),
};

describe('SRP', () => {
  it('computes the published number and signature', async () => {
    const run = await beginSrp(getVector('poolName'), getVector('smallA'));
    expect(run.publicA).toBe(getVector('largeA'));
    expect(run.prove(challenge, getVector('password'), getVector('timestamp'))).toBe(getVector('signature'));
  });

  it('uses a new random number for each exchange', async () => {
    const [one, other] = await Promise.all([beginSrp('p'), beginSrp('p')]);
    expect(one.publicA).toMatch(/^[0-9a-f]{700,768}$/);
    expect(one.publicA).not.toBe(other.publicA);
  });

  it('convinces a server that knows the verifier, for any names and passwords, and no other', async () => {
    const value = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(value, value, value, async (userId, password, other) => {
        const run = await beginSrp('Pool');
        const server = serverRun('Pool', userId, createVerifier('Pool', userId, password), run.publicA);
        const asked = { userId, salt: server.salt, serverB: server.publicB, secretBlock: server.secretBlock };
        const timestamp = await formatSrpTimestamp();
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
  ])('is accepted by a server with the salt %s', async (digits) => {
    const run = await beginSrp('Pool');
    const server = serverRun(
      'Pool',
      'ana',
      createVerifier('Pool', 'ana', 'word', BigInt(`0x${digits}`)),
      run.publicA,
    );
    const timestamp = await formatSrpTimestamp();
    const { secretBlock, publicB: serverB } = server;
    const signature = run.prove({ userId: 'ana', salt: digits, serverB, secretBlock }, 'word', timestamp);
    expect(server.accepts({ timestamp, secretBlock, signature })).toBe(true);
  });

  it('never sends a number that is zero or negative', async () => {
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
    ['a negative number', '-1'],
    ['a number that is too long', '1'.repeat(1025)],
    ['the modulus, which is zero as well', MODULUS],
    ['not a number', 'xyz'],
    ['an empty string', ''],
  ])('rejects a server that sends %s', async (_, serverB) => {
    const run = await beginSrp(getVector('poolName'), getVector('smallA'));
    const error = await thrownBy(() =>
      run.prove({ ...challenge, serverB }, 'CANARY', getVector('timestamp')),
    );
    expect(error.code).toBe('AUTH_MALFORMED');
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('formats the time in English, without a leading zero in the day', async () => {
    expect(await formatSrpTimestamp()).toMatch(
      /^[A-Z][a-z]{2} [A-Z][a-z]{2} [1-9]\d? \d\d:\d\d:\d\d UTC \d{4}$/,
    );
  });
});

describe('secretHash', () => {
  it('computes the published value', () => {
    expect(
      computeSecretHash(getVector('username'), getVector('clientId'), new Secret(getVector('clientSecret'))),
    ).toBe(getVector('secretHash'));
  });
});
