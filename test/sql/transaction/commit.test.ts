import { describe, expect, it } from '@jest/globals';
import type { ItemWrite } from '../../../src/dynamo/write/item-write.ts';
import type { CancellationReason } from '../../../src/dynamo/write/write.ts';
import { cancellation } from '../../../src/sql/transaction/commit.ts';
import { openTransaction } from '../../../src/sql/transaction/open-transaction.ts';
import { key, table } from '../../support/tables.ts';

const TABLE = table([], { key: key('id:S') });
const NONE: CancellationReason = { code: 'None', message: undefined, item: undefined };

function write(id: string, kind: 'put' | 'delete'): ItemWrite {
  const own = { id: { S: id } };
  return kind === 'put'
    ? { kind, table: 't', item: own, conditions: [{ kind: 'absent', attribute: 'id' }] }
    : { kind, table: 't', key: own, conditions: [{ kind: 'exists', attribute: 'id' }] };
}

describe('a cancelled transaction', () => {
  const open = openTransaction(false);
  const begin = (text: string, looksFirst = false) => open.begin({ text, looksFirst }).sink;
  const wanted = { returned: 'NONE', base: undefined } as const;
  begin('INSERT INTO t VALUES (1)').write(write('a', 'put'), TABLE, wanted);
  begin('INSERT INTO t VALUES (2) ON CONFLICT DO NOTHING', true).write(write('b', 'put'), TABLE, wanted);
  begin(`DELETE\n  FROM t`).write(write('c', 'delete'), TABLE, wanted);

  it.each<[number, string, string | undefined, string, string]>([
    [
      0,
      'ConditionalCheckFailed',
      'The conditional request failed',
      '23505',
      `Statement 1 (INSERT INTO t VALUES (1)): there is the item of t with the key id 'a' already.`,
    ],
    [
      1,
      'ConditionalCheckFailed',
      'The conditional request failed',
      '40001',
      `Statement 2 (INSERT INTO t VALUES (2) ON CONFLICT DO …): the item of t with the key id 'b' was changed by somebody else meanwhile.`,
    ],
    [
      2,
      'ConditionalCheckFailed',
      'The conditional request failed',
      '40001',
      `Statement 3 (DELETE FROM t): the item of t with the key id 'c' was changed by somebody else meanwhile.`,
    ],
    [
      2,
      'TransactionConflict',
      'Transaction is ongoing for the item',
      '40001',
      `Statement 3 (DELETE FROM t): the item of t with the key id 'c' is part of another transaction.`,
    ],
    [
      0,
      'ItemCollectionSizeLimitExceeded',
      'Collection size exceeded.',
      '54000',
      `Statement 1 (INSERT INTO t VALUES (1)): the item of t with the key id 'a': Collection size exceeded. (ItemCollectionSizeLimitExceeded).`,
    ],
    [
      0,
      'ThrottlingError',
      'Throughput exceeds the current capacity',
      '53000',
      `Statement 1 (INSERT INTO t VALUES (1)): the item of t with the key id 'a': Throughput exceeds the current capacity (ThrottlingError).`,
    ],
    [
      2,
      'ValidationError',
      'The provided expression refers to an attribute that does not exist in the item',
      '58000',
      `Statement 3 (DELETE FROM t): the item of t with the key id 'c': The provided expression refers to an attribute that does not exist in the item (ValidationError).`,
    ],
  ])('blames write %i for %s', (at, code, message, sqlState, expected) => {
    const reasons = [0, 1, 2].map((i) => (i === at ? { code, message, item: undefined } : NONE));
    const error = cancellation(reasons, open.writes);
    expect(error.sqlState).toBe(sqlState);
    expect(error.message).toBe(`Nothing of the transaction was written. ${expected}`);
  });

  it('tells all reasons, and bears the code of the first', () => {
    const failed = { code: 'ConditionalCheckFailed', message: undefined, item: undefined };
    const error = cancellation([failed, NONE, failed], open.writes);
    expect(error.sqlState).toBe('23505');
    expect(error.message).toMatch(/Statement 1 .* Statement 3 /);
  });

  it('is a conflict where DynamoDB gives no reason', () => {
    expect(cancellation([], open.writes)).toMatchObject({ sqlState: '40001' });
  });
});
