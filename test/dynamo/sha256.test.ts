import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Sha256 } from '../../src/dynamo/sha256.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('the hash of the signer', () => {
  it('is SHA-256 of what it was given, in whatever pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 4 }), async (pieces) => {
        const sha256 = new Sha256();
        for (const piece of pieces) sha256.update(piece);
        const expected = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');
        expect(Buffer.from(await sha256.digest()).toString('hex')).toBe(expected);
      }),
    );
  });

  it('is HMAC where there is a secret: text, a view or a buffer', async () => {
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

  it('begins anew after a reset', async () => {
    const sha256 = new Sha256();
    sha256.update('forgotten');
    sha256.reset();
    sha256.update('kept');
    expect(await sha256.digest()).toEqual(createHash('sha256').update('kept').digest());
  });
});
