import { describe, expect, it } from '@jest/globals';
import { maskKeyId, sealCredentials } from '../../src/core/credentials.ts';
import { collectOutput } from '../support/collect-output.ts';

const credentials = {
  accessKeyId: 'AKIAABCDEFGHIJKLMNOP',
  secretAccessKey: 'CANARY',
  sessionToken: 'CANARY',
  expiration: new Date(0),
  origin: 'a test',
};

describe('sealCredentials', () => {
  it('lets credentials be used and copied as before', () => {
    const sealed = sealCredentials(credentials);
    expect(sealed.secretAccessKey).toBe('CANARY');
    expect({ ...sealed }).toEqual(credentials);
  });

  it('masks their secrets in JSON and util.inspect', () => {
    const printed = collectOutput({ inner: [sealCredentials(credentials)] });
    expect(printed).not.toContain('CANARY');
    expect(printed).toContain('a test');
  });
});

describe('maskKeyId', () => {
  it('shows the ends of an access key ID, and nothing of a string too short to be one', () => {
    expect(maskKeyId('AKIAABCDEFGHIJKLMNOP')).toBe('AKIA…MNOP');
    expect(maskKeyId('short')).toBe('***');
  });
});
