import { describe, expect, it } from '@jest/globals';
import { newWriteStats } from '../../../src/dynamo/write/write-stats.ts';
import { type BatchedWrite, writeBatches } from '../../../src/dynamo/write/writer.ts';

const KEY = { partition: [{ name: 'id', type: 'S' }], sort: [] } as const;
const put = (id: string, n: number): BatchedWrite => ({
  kind: 'put',
  item: { id: { S: id }, n: { N: String(n) } },
});
const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Sent {
  readonly PutRequest?: {
    readonly Item: { readonly id: { readonly S: string }; readonly n: { readonly N: string } };
  };
  readonly DeleteRequest?: { readonly Key: unknown };
}

function listRequests(input: Readonly<Record<string, unknown>>): readonly Sent[] {
  return JSON.parse(JSON.stringify(input))['RequestItems']['tab'];
}

const ANSWER = Buffer.from(
  '{"UnprocessedItems":{},"ConsumedCapacity":[{"TableName":"tab","CapacityUnits":2}]}',
);

describe('batches', () => {
  it('contain up to 25 puts and deletes, and count their cost', async () => {
    const sizes: number[] = [];
    const stats = newWriteStats();
    const writes = [
      ...Array.from({ length: 30 }, (_, i) => put(`k${i}`, i)),
      { kind: 'delete', key: { id: { S: 'gone' } } } as const,
    ];
    const count = await writeBatches(
      async (input) => {
        sizes.push(listRequests(input).length);
        return ANSWER;
      },
      'tab',
      [writes],
      { stats, key: KEY },
    );
    expect([count, stats.itemsWritten, sizes]).toEqual([31, 31, [25, 6]]);
    expect(stats.capacity).toEqual(new Map([['tab', 4]]));
  });

  it('send only the last of several writes of an item, and count all of them', async () => {
    const sent: Sent[] = [];
    const count = await writeBatches(
      async (input) => {
        sent.push(...listRequests(input));
        return ANSWER;
      },
      'tab',
      [[put('a', 1), put('b', 2), put('a', 3)]],
      { key: KEY },
    );
    expect(count).toBe(3);
    expect(sent.map(({ PutRequest }) => PutRequest?.Item.n.N)).toEqual(['3', '2']);
  });

  it('keep the order of writes of one item across requests', async () => {
    const left = new Map<string, string>();
    const writes = Array.from({ length: 200 }, (_, i) => put(`k${i % 40}`, i));
    let calls = 0;
    await writeBatches(
      async (input) => {
        calls += 1;
        // The earlier a request, the longer it takes.
        for (let i = calls; i < 12; i += 1) await later();
        for (const { PutRequest } of listRequests(input))
          if (PutRequest !== undefined) left.set(PutRequest.Item.id.S, PutRequest.Item.n.N);
        return ANSWER;
      },
      'tab',
      [writes],
      { key: KEY, concurrency: 8 },
    );
    expect(Object.fromEntries(left)).toEqual(
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, String(160 + i)])),
    );
  });

  it('count the confirmed writes if one of them fails', async () => {
    const stats = newWriteStats();
    let calls = 0;
    const work = writeBatches(
      async (input) => {
        calls += 1;
        if (calls === 3) throw new Error('no');
        const rest = calls === 1 ? listRequests(input).slice(0, 5) : [];
        return Buffer.from(JSON.stringify({ UnprocessedItems: rest.length > 0 ? { tab: rest } : {} }));
      },
      'tab',
      [Array.from({ length: 100 }, (_, i) => put(`k${i}`, i))],
      { stats, key: KEY, concurrency: 1 },
    );
    await expect(work).rejects.toThrow('no');
    expect(stats.itemsWritten).toBe(25);
  });

  it('stop waiting to send unprocessed items when they are cancelled', async () => {
    const stop = new AbortController();
    const work = writeBatches(
      async (input) => {
        setImmediate(() => stop.abort());
        return Buffer.from(JSON.stringify({ UnprocessedItems: { tab: listRequests(input) } }));
      },
      'tab',
      [[put('a', 1)]],
      { signal: stop.signal },
    );
    await expect(work).rejects.toMatchObject({ code: 'EXEC_CANCELLED' });
  });
});
