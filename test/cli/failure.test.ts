import { describe, expect, it } from '@jest/globals';
import { formatFailure, toFailureReport, formatStack, StatementFailure } from '../../src/cli/failure.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { DriverError } from '../../src/core/errors.ts';

const LOOK = { colors: false, columns: 60 };

describe('a failure on the command line', () => {
  it('says what, where and what to do', () => {
    const sql = 'SELECT id\nFROM\torders\nWHERE custmer = 1';
    const failure = new DriverError('SQL_UNKNOWN_COLUMN', 'column "custmer" does not exist', {
      position: 29,
      candidates: ['customer'],
      attempts: [{ what: 'orders', why: 'it has no such attribute' }],
      remedy: 'Check the name.',
    });
    expect(formatFailure(new StatementFailure(sql, failure), LOOK)).toBe(
      [
        'error: column "custmer" does not exist (SQLSTATE 42703)',
        'LINE 3: WHERE custmer = 1',
        '              ^',
        'did you mean "customer"?',
        'tried:',
        '  - orders: it has no such attribute',
        'hint: Check the name.',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['京都 x', 4, 'LINE 1: 京都 x', '             ^'],
    ['👍 x', 3, 'LINE 1: 👍 x', '           ^'],
    ['ab', 3, 'LINE 1: ab', '          ^'],
    ['a\nb', 99, 'LINE 2: b', '         ^'],
    ['\nx', 1, 'LINE 1: ', '        ^'],
  ])('points under the character of %j at %i', (sql, position, line, caret) => {
    const failure = new DriverError('SQL_SYNTAX', 'x', { position });
    expect(formatFailure(new StatementFailure(sql, failure), LOOK).split('\n').slice(1, 3)).toEqual([
      line,
      caret,
    ]);
  });

  it('shows the surroundings of a position in a long line', () => {
    const sql = `${'a'.repeat(500)}X${'b'.repeat(500)}`;
    const failure = new DriverError('SQL_SYNTAX', 'x', { position: 501 });
    const [, line = '', caret = ''] = formatFailure(new StatementFailure(sql, failure), LOOK).split('\n');
    expect(line.length).toBeLessThanOrEqual(60);
    expect(line[caret.length - 1]).toBe('X');
  });

  it('names candidates once', () => {
    const failure = new DriverError('SQL_UNKNOWN_COLUMN', 'Is it "a"?', { candidates: ['a', 'b'] });
    expect(formatFailure(failure, LOOK)).toContain('\ndid you mean "b"?\n');
  });

  it('leaves out candidates that the hint names', () => {
    const failure = new DriverError('SQL_UNKNOWN_COLUMN', 'column "custmer" does not exist', {
      candidates: ['customer', 'name'],
      remedy: 'Perhaps you meant to reference the column "orders.customer". Check the name.',
    });
    expect(formatFailure(failure, LOOK)).toContain('\ndid you mean "name"?\n');
  });

  it('never shows a connection string', () => {
    const failure = new DriverError('CONN_SYNTAX', 'Expected "=".', { position: 5 });
    expect(formatFailure(new StatementFailure('SELECT 1', failure), LOOK)).not.toContain('LINE');
  });

  it('does not let a message drive the terminal', () => {
    expect(formatFailure(new DriverError('DYNAMO_REFUSED', 'no\u001b[2J'), LOOK)).toContain('no\\x1b[2J');
  });

  it('shows no stack, and the causes where one is asked for', () => {
    const failure = new StatementFailure(
      'x',
      new DriverError('EXEC_ENGINE', 'outer', { cause: new Error('inner') }),
    );
    expect(formatFailure(failure, LOOK)).not.toMatch(/^\s+at /m);
    expect(formatStack(failure)).toMatch(/outer[^]+caused by: Error: inner/);
  });

  it('names a candidate once, and what to do on a command line', () => {
    const failed = new DriverError('SQL_PARAMETERS', 'Unknown AWSRegon; did you mean AWSRegion?', {
      candidates: ['AWSRegion', 'Region'],
    });
    const text = formatFailure(failed, { colors: false, columns: 80 });
    expect(text).toContain('did you mean "Region"?');
    expect(text).toContain('--param name=value');
  });

  it('is complete as JSON', () => {
    expect(toFailureReport(new UsageError('a', 'b'))).toMatchObject({
      code: 'USAGE',
      message: 'a',
      remedy: 'b',
    });
    expect(toFailureReport(new TypeError('odd'))).toMatchObject({
      code: 'EXEC_ENGINE',
      sqlState: 'XX000',
      message: 'odd',
    });
    expect(Object.keys(toFailureReport(new DriverError('SQL_SYNTAX', 'x')))).toEqual([
      'code',
      'sqlState',
      'retryable',
      'message',
      'remedy',
      'position',
      'candidates',
      'attempts',
    ]);
  });
});
