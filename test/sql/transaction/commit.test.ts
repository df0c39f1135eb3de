import { describe, expect, it } from '@jest/globals';
import type { ItemWrite } from '../../../src/dynamo/write/item-write.ts';
import type { CancellationReason } from '../../../src/dynamo/write/write.ts';
import { cancellationError } from '../../../src/sql/transaction/commit.ts';
import { openTransaction } from '../../../src/sql/transaction/open-transaction.ts';
import { key, table } from '../../support/tables.ts';

const TABLE = table([], { key: key('id:S') });
const NONE: CancellationReason = { code: 'None', message: undefined, item: undefined };

function write(id: string, kind: 'put' | 'delete'): ItemWrite {
  const item = { id: { S: id } };
  return kind === 'put'
    ? { kind, table: 't', item, conditions: [{ kind: 'absent', attribute: 'id' }] }
    : { kind, table: 't', key: item, conditions: [{ kind: 'exists', attribute: 'id' }] };
}

describe('a cancelled transaction', () => {
  const open = openTransaction(false);
  const begin = (text: string, looksFirst = false) => open.beginStatement({ text, looksFirst }).buffer;
  const options = { returned: 'NONE', base: undefined } as const;
  begin('INSERT INTO t VALUES (1)').write(write('a', 'put'), TABLE, options);
  begin('INSERT INTO t VALUES (2) ON CONFLICT DO NOTHING', true).write(write('b', 'put'), TABLE, options);
  begin(`DELETE\n  FROM t`).write(write('c', 'delete'), TABLE, options);

  it.each<[number, string, string | undefined, string, string]>([
    [
      0,
      'ConditionalCheckFailed',
      'The conditional request failed',
      '23505',
      `statement 1 (INSERT INTO t VALUES (1)): duplicate key value: an item with id = 'a' already exists in "t"`,
    ],
    [
      1,
      'ConditionalCheckFailed',
      'The conditional request failed',
      '40001',
      `statement 2 (INSERT INTO t VALUES (2) ON CONFLICT DO …): the item with id = 'b' in "t" was modified concurrently`,
    ],
    [
      2,
      'ConditionalCheckFailed',
      'The conditional request failed',
      '40001',
      `statement 3 (DELETE FROM t): the item with id = 'c' in "t" was modified concurrently`,
    ],
    [
      2,
      'TransactionConflict',
      'Transaction is ongoing for the item',
      '40001',
      `statement 3 (DELETE FROM t): the item with id = 'c' in "t" is part of another transaction`,
    ],
    [
      0,
      'ItemCollectionSizeLimitExceeded',
      'Collection size exceeded.',
      '54000',
      `statement 1 (INSERT INTO t VALUES (1)): the item with id = 'a' in "t": Collection size exceeded (ItemCollectionSizeLimitExceeded)`,
    ],
    [
      0,
      'ThrottlingError',
      'Throughput exceeds the current capacity',
      '53000',
      `statement 1 (INSERT INTO t VALUES (1)): the item with id = 'a' in "t": Throughput exceeds the current capacity (ThrottlingError)`,
    ],
    [
      2,
      'ValidationError',
      'The provided expression refers to an attribute that does not exist in the item',
      '58000',
      `statement 3 (DELETE FROM t): the item with id = 'c' in "t": The provided expression refers to an attribute that does not exist in the item (ValidationError)`,
    ],
  ])('names the statement of write %i for %s', (at, code, message, sqlState, expected) => {
    const reasons = [0, 1, 2].map((i) => (i === at ? { code, message, item: undefined } : NONE));
    const error = cancellationError(reasons, open.writes);
    expect(error.sqlState).toBe(sqlState);
    expect(error.message).toBe(`transaction rolled back: ${expected}`);
  });

  it('lists all reasons, and has the code of the first', () => {
    const failed = { code: 'ConditionalCheckFailed', message: undefined, item: undefined };
    const error = cancellationError([failed, NONE, failed], open.writes);
    expect(error.sqlState).toBe('23505');
    expect(error.message).toMatch(/statement 1 .* statement 3 /);
  });

  it('is a conflict if DynamoDB returns no reason', () => {
    expect(cancellationError([], open.writes)).toMatchObject({ sqlState: '40001' });
  });
});
