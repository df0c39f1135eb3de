import { describe, expect, it } from '@jest/globals';
import { getErrorCode, unlessAbsent } from '../../src/core/error-code.ts';

const failing = (code: string): Promise<string> => Promise.reject(Object.assign(new Error(code), { code }));

describe('unlessAbsent', () => {
  it('returns the result', async () => {
    await expect(unlessAbsent(Promise.resolve('text'))).resolves.toBe('text');
  });

  it.each(['ENOENT', 'ENOTDIR'])('treats %s as a missing file', async (code) => {
    await expect(unlessAbsent(failing(code))).resolves.toBeUndefined();
  });

  it('throws every other failure', async () => {
    await expect(unlessAbsent(failing('EACCES'))).rejects.toThrow('EACCES');
  });
});

describe('errorCode', () => {
  it.each([undefined, null, 'ENOENT', {}, new Error('x')])('is undefined for %p', (failure) => {
    expect(getErrorCode(failure)).toBeUndefined();
  });
});
