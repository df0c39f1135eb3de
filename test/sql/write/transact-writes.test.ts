import { describe, expect, it } from '@jest/globals';
import type { BuiltWrite, ItemWrite } from '../../../src/dynamo/write/item-write.ts';
import { newWriteStats } from '../../../src/dynamo/write/write-stats.ts';
import type { WriteOutcome } from '../../../src/dynamo/write/write.ts';
import { transactWrites } from '../../../src/sql/write/transact-writes.ts';

const FAILED = { code: 'ConditionalCheckFailed', message: undefined, item: undefined };
const NONE = { code: 'None', message: undefined, item: undefined };

const document: ItemWrite = {
  table: 'teas',
  kind: 'delete',
  key: { id: { S: '1' } },
  conditions: [{ kind: 'unchanged', path: ['spec'], value: { M: { grams: { N: '5' }, l: { L: [] } } } }],
};
const scalar: ItemWrite = {
  ...document,
  key: { id: { S: '2' } },
  conditions: [{ kind: 'unchanged', path: ['n'], value: { N: '1' } }],
};

describe('a transaction whose conditions compare documents', () => {
  it('is repeated with conditions on members if such a condition fails', async () => {
    const { sent, outcome } = await run([document, scalar], [FAILED, NONE]);
    expect(outcome.kind).toBe('done');
    expect(sent).toHaveLength(2);
    expect(conditions(sent[0])).toEqual(['#0 = :0', '#0 = :0']);
    expect(conditions(sent[1])[0]).toBe(
      'attribute_type(#0, :0) AND size(#0) = :1 AND #0.#1 = :2 AND attribute_type(#0.#2, :3) AND size(#0.#2) = :4',
    );
    expect(conditions(sent[1])[1]).toBe('#0 = :0');
  });

  it('is not repeated if another condition fails as well', async () => {
    const { sent, outcome } = await run([document, scalar], [FAILED, FAILED]);
    expect(outcome.kind).toBe('cancelled');
    expect(sent).toHaveLength(1);
  });
});

async function run(
  writes: readonly ItemWrite[],
  reasons: Extract<WriteOutcome, { kind: 'cancelled' }>['reasons'],
): Promise<{ readonly sent: BuiltWrite[]; readonly outcome: { readonly kind: string } }> {
  const sent: BuiltWrite[] = [];
  const outcome = await transactWrites(
    {
      write: async (built) => {
        sent.push(built);
        return sent.length === 1
          ? { kind: 'cancelled', reasons }
          : { kind: 'done', item: undefined, response: {} };
      },
    },
    writes,
    newWriteStats(),
    new AbortController().signal,
  );
  return { sent, outcome };
}

function conditions(built: BuiltWrite | undefined): unknown[] {
  const { TransactItems: items } = JSON.parse(JSON.stringify(built?.input ?? {}));
  return items.map(
    ({ Delete: { ConditionExpression: text } }: { Delete: { ConditionExpression: string } }) => text,
  );
}
