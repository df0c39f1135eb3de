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
  it('tries again with the same token while others are in the way', async () => {
    const client = clientWith([cancelled('None', 'TransactionConflict'), cancelled('ThrottlingError'), DONE]);
    expect(await transact(client, [WRITE], newWriteStats())).toEqual({ kind: 'done' });
    expect(client.sent).toHaveLength(3);
    expect(new Set(client.sent.map(({ input }) => input['ClientRequestToken'])).size).toBe(1);
  });

  it('gives each transaction a token of its own', async () => {
    const client = clientWith([DONE]);
    for (let i = 0; i < 2; i += 1) await transact(client, [WRITE], newWriteStats());
    expect(new Set(client.sent.map(({ input }) => input['ClientRequestToken'])).size).toBe(2);
  });

  it('gives up on a conflict that lasts', async () => {
    const client = clientWith([cancelled('TransactionConflict')]);
    expect(await transact(client, [WRITE], newWriteStats())).toMatchObject({ kind: 'cancelled' });
    expect(client.sent).toHaveLength(8);
  });

  it('does not repeat what a condition refused', async () => {
    const client = clientWith([cancelled('ConditionalCheckFailed', 'TransactionConflict')]);
    expect(await transact(client, [WRITE], newWriteStats())).toMatchObject({ kind: 'cancelled' });
    expect(client.sent).toHaveLength(1);
  });

  it('ends its waiting with the signal', async () => {
    const stop = new AbortController();
    const client = clientWith([cancelled('TransactionConflict')]);
    const work = transact(client, [WRITE], newWriteStats(), stop.signal);
    stop.abort();
    await expect(work).rejects.toMatchObject({ code: 'EXEC_CANCELLED' });
  });
});
