import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DriverError, ERRORS, isConnectionFailure } from '../../src/core/errors.ts';

describe('a DriverError as JSON', () => {
  it('has what loggers look for', () => {
    const error = new DriverError('SQL_UNKNOWN_COLUMN', 'column "nam" does not exist', {
      position: 8,
      candidates: ['name'],
    });
    expect(JSON.parse(JSON.stringify({ error }))).toEqual({
      error: {
        name: 'DriverError',
        code: 'SQL_UNKNOWN_COLUMN',
        sqlState: '42703',
        retryable: false,
        message: 'column "nam" does not exist',
        remedy: expect.any(String),
        position: 8,
        candidates: ['name'],
        attempts: [],
      },
    });
  });

  it('leaves out the cause and properties that others attached', () => {
    const cause = Object.assign(new Error('page with a token'), { body: 's3cret' });
    const error = Object.assign(new DriverError('EXEC_ENGINE', 'it failed', { cause }), {
      request: 's3cret',
    });
    expect(JSON.stringify(error)).not.toMatch(/token|s3cret|cause|stack/);
  });
});

describe('retryable', () => {
  it('is true for exactly these codes', () => {
    const retryable = Object.entries(ERRORS).filter(([, spec]) => spec.retryable);
    expect(retryable.map(([code]) => code)).toEqual([
      'CONN_NETWORK',
      'AUTH_UNAVAILABLE',
      'DYNAMO_THROTTLED',
      'DYNAMO_IN_USE',
      'DYNAMO_QUOTA',
      'CATALOG_UNKNOWN_ATTRIBUTE',
      'EXEC_CONFLICT',
    ]);
  });

  it('is a property of the error', () => {
    expect(new DriverError('DYNAMO_THROTTLED', 'slow down').retryable).toBe(true);
    expect(new DriverError('SQL_SYNTAX', 'syntax error').retryable).toBe(false);
  });

  it('can be set for one failure, and stays when the error is wrapped under the same code', () => {
    const partial = new DriverError('DYNAMO_THROTTLED', 'slow down', { retryable: false });
    expect(partial.retryable).toBe(false);
    expect(new DriverError('DYNAMO_THROTTLED', 'row 3: slow down', { cause: partial }).retryable).toBe(false);
    expect(new DriverError('CONN_NETWORK', 'no answer', { cause: partial }).retryable).toBe(true);
  });
});

describe('a remedy', () => {
  it.each(Object.entries(ERRORS))('%s is whole sentences', (_, { remedy }) => {
    expect(remedy).toMatch(/^[A-Z].*[^.]\.$/s);
  });
});

describe('isConnectionFailure', () => {
  it.each(['CONN_NETWORK', 'CONN_TLS', 'AUTH_REFUSED', 'AUTH_MALFORMED', 'AUTH_NOT_SUPPORTED'] as const)(
    'is true of %s',
    (code) => {
      expect(isConnectionFailure(new DriverError(code, 'x'))).toBe(true);
    },
  );

  it.each(['AUTH_DENIED', 'CATALOG_UNKNOWN_TABLE', 'DYNAMO_THROTTLED'] as const)('is false of %s', (code) => {
    expect(isConnectionFailure(new DriverError(code, 'x'))).toBe(false);
  });

  it('is false of errors that are not from the driver', () => {
    expect(isConnectionFailure(new Error('CONN_NETWORK'))).toBe(false);
  });
});

describe('an address of the documentation in the source', () => {
  const root = join(import.meta.dirname, '../..');
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  const addresses = new Set(
    sources.flatMap((path) =>
      [...read(join('src', path)).matchAll(/(?<![\w/])docs\/[\w/-]+\.\w+(?:#[\w-]+)?/g)].map(
        ([address]) => address,
      ),
    ),
  );
  const packed: readonly string[] = JSON.parse(read('package.json')).files;

  it.each([...addresses])('%s exists and is in the package', (address) => {
    const [page = '', anchor] = address.split('#');
    expect(packed.some((path) => page === path || page.startsWith(`${path}/`))).toBe(true);
    const anchors = [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    );
    expect(anchor === undefined || anchors.includes(anchor)).toBe(true);
  });

  it('is found in the table of errors', () => {
    expect([...addresses]).toContain('docs/guide/limits.md');
  });
});
