import { describe, expect, it } from '@jest/globals';
import { getErrorCode, unlessAbsent } from '../../src/core/error-code.ts';

const failing = (code: string): Promise<string> => Promise.reject(Object.assign(new Error(code), { code }));

describe('unlessAbsent', () => {
  it('gives what the work gives', async () => {
    await expect(unlessAbsent(Promise.resolve('text'))).resolves.toBe('text');
  });

  it.each(['ENOENT', 'ENOTDIR'])('takes %s for a file that is not there', async (code) => {
    await expect(unlessAbsent(failing(code))).resolves.toBeUndefined();
  });

  it('lets every other failure through', async () => {
    await expect(unlessAbsent(failing('EACCES'))).rejects.toThrow('EACCES');
  });
});

describe('errorCode', () => {
  it.each([undefined, null, 'ENOENT', {}, new Error('x')])('finds none in %p', (failure) => {
    expect(getErrorCode(failure)).toBeUndefined();
  });
});
