import { describe, expect, it } from '@jest/globals';
import {
  privateFailureCache,
  REFUSAL_MS,
  sharedFailureCache,
} from '../../src/credentials/login-failure-cache.ts';
import { DriverError } from '../../src/core/errors.ts';

const refused = new DriverError('AUTH_REFUSED', 'no');

describe('a refusal', () => {
  it('is remembered for half a minute', () => {
    const memory = privateFailureCache();
    memory.note(refused, 1000);
    expect(memory.current(1000 + REFUSAL_MS - 1)).toBe(refused);
    expect(memory.current(1000 + REFUSAL_MS)).toBeUndefined();
  });

  it('is shared by those who sign in with the same values, and by nobody else', () => {
    sharedFailureCache(['Okta', 'ana', 'wrong']).note(refused, 0);
    expect(sharedFailureCache(['Okta', 'ana', 'wrong']).current(1)).toBe(refused);
    expect(sharedFailureCache(['Okta', 'ana', 'right']).current(1)).toBeUndefined();
    expect(sharedFailureCache(['Okta', 'anawrong', '']).current(1)).toBeUndefined();
    expect(privateFailureCache().current(1)).toBeUndefined();
  });

  it('is what somebody said, not what went wrong', () => {
    const memory = privateFailureCache();
    for (const code of ['CONN_NETWORK', 'AUTH_UNAVAILABLE', 'AUTH_CODE_NEEDED', 'AUTH_PROFILE'] as const) {
      memory.note(new DriverError(code, 'x'), 0);
    }
    memory.note(new Error('x'), 0);
    expect(memory.current(1)).toBeUndefined();
  });

  it('does not outlast a clock that was set back', () => {
    const memory = privateFailureCache();
    memory.note(refused, 1_000_000);
    expect(memory.current(0)).toBeUndefined();
  });
});
