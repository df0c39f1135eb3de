import { describe, expect, it } from '@jest/globals';
import type { BuiltWrite, ItemWrite } from '../../../src/dynamo/write/item-write.ts';
import { transact } from '../../../src/dynamo/write/transact.ts';
import type { WriteOutcome } from '../../../src/dynamo/write/write.ts';
import { newWriteStats } from '../../../src/dynamo/write/write-stats.ts';

const WRITE: ItemWrite = { kind: 'delete', table: 't', key: { id: { S: 'a' } }, conditions: [] };
const DONE: WriteOutcome = { kind: 'done', item: undefined, response: {} };

function cancelled(...codes: readonly string[]): WriteOutcome {
  return { kind: 'cancelled', reasons: codes.map((code) => ({ code, message: undefined, item: undefined })) };
}

function clientWith(outcomes: readonly WriteOutcome[]) {
  const sent: BuiltWrite[] = [];
  return {
    sent,
    write: async (built: BuiltWrite) => {
      sent.push(built);
      return outcomes[Math.min(sent.length, outcomes.length) - 1] ?? DONE;
    },
  };
}

describe('transact', () => {
  it('retries conflicts with the same token', async () => {
    const client = clientWith([cancelled('None', 'TransactionConflict'), cancelled('ThrottlingError'), DONE]);
    expect(await transact(client, [WRITE], newWriteStats())).toEqual({ kind: 'done' });
    expect(client.sent).toHaveLength(3);
    expect(new Set(client.sent.map(({ input }) => input['ClientRequestToken'])).size).toBe(1);
  });

  it('uses a different token for each transaction', async () => {
    const client = clientWith([DONE]);
    for (let i = 0; i < 2; i += 1) await transact(client, [WRITE], newWriteStats());
    expect(new Set(client.sent.map(({ input }) => input['ClientRequestToken'])).size).toBe(2);
  });

  it('fails after repeated conflicts', async () => {
    const client = clientWith([cancelled('TransactionConflict')]);
    expect(await transact(client, [WRITE], newWriteStats())).toMatchObject({ kind: 'cancelled' });
    expect(client.sent).toHaveLength(8);
  });

  it('does not retry after a failed condition', async () => {
    const client = clientWith([cancelled('ConditionalCheckFailed', 'TransactionConflict')]);
    expect(await transact(client, [WRITE], newWriteStats())).toMatchObject({ kind: 'cancelled' });
    expect(client.sent).toHaveLength(1);
  });

  it('stops waiting when the signal is aborted', async () => {
    const stop = new AbortController();
    const client = clientWith([cancelled('TransactionConflict')]);
    const work = transact(client, [WRITE], newWriteStats(), stop.signal);
    stop.abort();
    await expect(work).rejects.toMatchObject({ code: 'EXEC_CANCELLED' });
  });
});
