import { describe, expect, it } from '@jest/globals';
import {
  createFailureCache,
  LOGIN_FAILURE_TTL_MS,
  sharedFailureCache,
} from '../../src/credentials/login-failure-cache.ts';
import { DriverError } from '../../src/core/errors.ts';

const rejected = new DriverError('AUTH_REFUSED', 'no');

describe('a rejected sign-in', () => {
  it('is remembered for half a minute', () => {
    const cache = createFailureCache();
    cache.record(rejected, 1000);
    expect(cache.get(1000 + LOGIN_FAILURE_TTL_MS - 1)).toBe(rejected);
    expect(cache.get(1000 + LOGIN_FAILURE_TTL_MS)).toBeUndefined();
  });

  it('is shared only by connections that sign in with the same values', () => {
    sharedFailureCache(['Okta', 'ana', 'wrong']).record(rejected, 0);
    expect(sharedFailureCache(['Okta', 'ana', 'wrong']).get(1)).toBe(rejected);
    expect(sharedFailureCache(['Okta', 'ana', 'right']).get(1)).toBeUndefined();
    expect(sharedFailureCache(['Okta', 'anawrong', '']).get(1)).toBeUndefined();
    expect(createFailureCache().get(1)).toBeUndefined();
  });

  it('is remembered, but not other failures', () => {
    const cache = createFailureCache();
    for (const code of ['CONN_NETWORK', 'AUTH_UNAVAILABLE', 'AUTH_CODE_NEEDED', 'AUTH_PROFILE'] as const) {
      cache.record(new DriverError(code, 'x'), 0);
    }
    cache.record(new Error('x'), 0);
    expect(cache.get(1)).toBeUndefined();
  });

  it('is forgotten if the clock is set back', () => {
    const cache = createFailureCache();
    cache.record(rejected, 1_000_000);
    expect(cache.get(0)).toBeUndefined();
  });
});
