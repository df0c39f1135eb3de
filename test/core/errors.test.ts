import { describe, expect, it } from '@jest/globals';
import { DriverError } from '../../src/core/errors.ts';

describe('a DriverError as JSON', () => {
  it('has what loggers look for', () => {
    const error = new DriverError('SQL_UNKNOWN_COLUMN', 'There is no column nam.', {
      position: 8,
      candidates: ['name'],
    });
    expect(JSON.parse(JSON.stringify({ error }))).toEqual({
      error: {
        name: 'DriverError',
        code: 'SQL_UNKNOWN_COLUMN',
        sqlState: '42703',
        message: 'There is no column nam.',
        remedy: expect.any(String),
        position: 8,
        candidates: ['name'],
        attempts: [],
      },
    });
  });

  it('leaves out the cause and whatever somebody else attached', () => {
    const cause = Object.assign(new Error('page with a token'), { body: 's3cret' });
    const error = Object.assign(new DriverError('EXEC_ENGINE', 'It failed.', { cause }), {
      request: 's3cret',
    });
    expect(JSON.stringify(error)).not.toMatch(/token|s3cret|cause|stack/);
  });
});
