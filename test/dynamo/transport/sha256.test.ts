import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSha256 } from '../../../src/dynamo/transport/sha256.ts';

const Sha256 = createSha256();
const bytes = fc.uint8Array({ maxLength: 300 });

async function hmac(secret: string, data: string): Promise<string> {
  const sha256 = new Sha256(secret);
  sha256.update(data);
  return Buffer.from(await sha256.digest()).toString('hex');
}

describe('the hash of the signer', () => {
  it('is SHA-256 of the concatenated chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 4 }), async (pieces) => {
        const sha256 = new Sha256();
        for (const piece of pieces) sha256.update(piece);
        const expected = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');
        expect(Buffer.from(await sha256.digest()).toString('hex')).toBe(expected);
      }),
    );
  });

  it('is HMAC if there is a secret: a string, a view or a buffer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: 'binary' }), bytes, async (secret, data) => {
        const expected = createHmac('sha256', secret).update(data).digest('hex');
        const { buffer } = new Uint8Array(Buffer.from(secret));
        for (const form of [secret, Buffer.from(secret), buffer]) {
          const sha256 = new Sha256(form);
          sha256.update(data);
          expect(Buffer.from(await sha256.digest()).toString('hex')).toBe(expected);
        }
      }),
    );
  });

  it('caches the last HMAC, for the same secret and data only', async () => {
    const asked = ['a b', 'a b', 'a c', 'b c', 'b b', 'a b'].map((pair) => pair.split(' '));
    for (const [secret = '', data = ''] of asked)
      expect(await hmac(secret, data)).toBe(createHmac('sha256', secret).update(data).digest('hex'));
  });
});
