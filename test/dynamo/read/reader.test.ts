import { describe, expect, it } from '@jest/globals';
import { DriverError } from '../../../src/core/errors.ts';
import type { AccessPath, Key, ReadRequest } from '../../../src/dynamo/read/access-path.ts';
import type { ReadOperation } from '../../../src/dynamo/transport/client.ts';
import { newReadStats } from '../../../src/dynamo/read/read-stats.ts';
import { readPages, scanSegments, type ReadOptions } from '../../../src/dynamo/read/reader.ts';

type Input = Readonly<Record<string, unknown>>;
type Answer = (
  operation: ReadOperation,
  input: Input,
  signal: AbortSignal | undefined,
) => object | Promise<object>;

const key = (id: number): Key => ({ id: { N: String(id) } });
const page = (ids: readonly number[], next?: number, scanned = ids.length) => ({
  Items: ids.map(key),
  Count: ids.length,
  ScannedCount: scanned,
  ...(next !== undefined && { LastEvaluatedKey: key(next) }),
  ConsumedCapacity: { TableName: 'T', CapacityUnits: 0.5, Table: { CapacityUnits: 0.5 } },
});

/** Reads with the responses of `answer`; returns the ids read, the inputs sent, and the cost. */
async function read(
  access: AccessPath,
  answer: Answer,
  more: Partial<ReadRequest> = {},
  options: Partial<ReadOptions> = {},
) {
  const sent: Input[] = [];
  const stats = newReadStats();
  const client = {
    read: async (operation: ReadOperation, input: Input, _stats: unknown, signal?: AbortSignal) => {
      sent.push(input);
      return Buffer.from(JSON.stringify(await answer(operation, input, signal)));
    },
  };
  const request: ReadRequest = { table: 'T', access, filter: [], consistent: false, ...more };
  const ids: number[] = [];
  let failure: unknown;
  try {
    for await (const { items } of readPages(client, request, { stats, concurrency: 4, ...options })) {
      const parsed: readonly { readonly id: { readonly N: string } }[] = JSON.parse(items.toString());
      ids.push(...parsed.map(({ id }) => Number(id.N)));
    }
  } catch (error) {
    failure = error;
  }
  return { ids, sent, stats, failure };
}

/** The number with this name in a member of the request. */
function findNumber(input: Input, member: string, name: string): string | undefined {
  return JSON.parse(JSON.stringify(input[member] ?? {}))[name]?.N;
}

function listKeys(input: Input): readonly Key[] {
  return JSON.parse(JSON.stringify(input['RequestItems']))['T'].Keys;
}

function createBatchResponse(found: readonly Key[], left: readonly Key[]): object {
  return { Responses: { T: found }, UnprocessedKeys: left.length > 0 ? { T: { Keys: left } } : {} };
}

const oneScan = { kind: 'Scan', segments: 1 } as const satisfies AccessPath;

const endless: Answer = (_operation, { Limit }) =>
  page(
    Array.from({ length: Math.min(40, Number(Limit)) }, () => 1),
    1,
  );

describe('a Scan', () => {
  it('reads all pages in order, including empty ones', async () => {
    const pages = new Map<unknown, object>([
      [undefined, page([1, 2], 2)],
      ['2', page([], 5, 3)],
      ['5', page([6], 6)],
      ['6', page([])],
    ]);
    const { ids, stats } = await read(
      oneScan,
      (_operation, input) => pages.get(findNumber(input, 'ExclusiveStartKey', 'id')) ?? {},
    );
    expect(ids).toEqual([1, 2, 6]);
    expect(stats).toMatchObject({ pages: 4, itemsRead: 6, itemsReturned: 3 });
    expect(stats.capacity).toEqual(new Map([['T', 2]]));
  });

  it('starts after startKey, with pages of pageSize', async () => {
    const { sent } = await read(oneScan, () => page([8]), {}, { startKey: key(7), pageSize: 50 });
    expect(sent).toMatchObject([{ ExclusiveStartKey: key(7), Limit: 50 }]);
  });

  it('reads every segment once', async () => {
    const { ids, sent } = await read({ kind: 'Scan', segments: 9 }, (_operation, { Segment }) =>
      page([Number(Segment)]),
    );
    expect(ids.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(sent).toHaveLength(9);
  });

  it('aborts the other segments when one fails, and throws that failure', async () => {
    const failure = new DriverError('DYNAMO_REFUSED', 'segment 2');
    let aborted = 0;
    const { failure: thrown } = await read(
      { kind: 'Scan', segments: 4 },
      async (_operation, { Segment }, signal) => {
        if (Segment === 2) throw failure;
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            aborted += 1;
            reject(new Error('aborted'));
          });
        });
      },
    );
    expect(thrown).toBe(failure);
    expect(aborted).toBe(3);
  });

  it('names the segment that is throttled repeatedly', async () => {
    const failure = new DriverError('DYNAMO_THROTTLED', 'slow down');
    const { failure: thrown } = await read({ kind: 'Scan', segments: 4 }, (_operation, { Segment }) => {
      if (Segment === 2) throw failure;
      return page([Number(Segment)]);
    });
    expect(thrown).toMatchObject({
      code: 'DYNAMO_THROTTLED',
      message: 'slow down; throttled repeatedly on segment 2 of 4',
      remedy: expect.stringContaining('3,000 read units'),
      cause: failure,
    });
  });

  it('is not sent if it exceeds a limit', async () => {
    const filter = Array.from({ length: 301 }, (_, at) => ({ kind: 'isNull', path: [`a${at}`] }) as const);
    const { failure, sent } = await read(oneScan, () => page([]), { filter });
    expect(failure).toMatchObject({ code: 'DYNAMO_LIMIT' });
    expect(sent).toEqual([]);
  });

  it('counts without items', async () => {
    const { ids, stats, sent } = await read(oneScan, () => ({ Count: 5, ScannedCount: 9 }), {
      countOnly: true,
    });
    expect([ids, stats.itemsReturned, stats.itemsRead]).toEqual([[], 5, 9]);
    expect(sent).toMatchObject([{ Select: 'COUNT' }]);
  });
});

describe('a limit', () => {
  it('without a filter requests exactly the missing items', async () => {
    const { sent, ids } = await read(oneScan, endless, { limit: 100 });
    expect(sent.map(({ Limit }) => Limit)).toEqual([100, 60, 20]);
    expect(ids).toHaveLength(100);
  });

  it('with a filter requests pages that start small and double, and stops after enough items', async () => {
    const filter = [{ kind: 'isNotNull', path: ['x'] }] as const;
    const { sent } = await read(oneScan, () => page([1, 2, 3], 3), { limit: 12, filter });
    expect(sent.map(({ Limit }) => Limit)).toEqual([100, 200, 400, 800]);
  });

  it('reads the ranges of a Query one after another', async () => {
    const ranges = [3, 1, 2].map((id) => ({ equals: key(id) }));
    const { ids, sent } = await read(
      { kind: 'Query', ranges },
      (_operation, input) => page([Number(findNumber(input, 'ExpressionAttributeValues', ':0'))]),
      { limit: 2 },
    );
    expect(ids).toEqual([3, 1]);
    expect(sent).toHaveLength(2);
  });

  it('of 0 sends no request', async () => {
    expect((await read(oneScan, endless, { limit: 0 })).sent).toEqual([]);
  });

  it('stops the segments of a parallel Scan', async () => {
    const { ids, sent } = await read({ kind: 'Scan', segments: 1000 }, () => page([1]), { limit: 3 });
    expect(ids).toHaveLength(3);
    expect(sent.length).toBeLessThan(30);
  });
});

describe('a BatchGetItem', () => {
  it('requests unprocessed keys again until there are none', async () => {
    const keys = Array.from({ length: 250 }, (_, at) => key(at));
    const { ids, sent } = await read(
      { kind: 'BatchGetItem', keys: [...keys, ...keys] },
      (_operation, input) => {
        const requested = listKeys(input);
        return createBatchResponse(requested.slice(0, 60), requested.slice(60));
      },
    );
    expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 250 }, (_, at) => at));
    expect(sent).toHaveLength(5);
  });

  it('fails after ten attempts without items', async () => {
    const { failure, sent } = await read(
      { kind: 'BatchGetItem', keys: [key(1)] },
      (_operation, input) => createBatchResponse([], listKeys(input)),
      {},
      { retryBaseMs: 1 },
    );
    expect(failure).toMatchObject({
      code: 'DYNAMO_THROTTLED',
      message: 'BatchGetItem: 1 key still unprocessed after 10 attempts',
    });
    expect(sent).toHaveLength(10);
  });

  it('can be cancelled while it waits to request keys again', async () => {
    const stop = new AbortController();
    const { failure } = await read(
      { kind: 'BatchGetItem', keys: [key(1)] },
      (_operation, input) => {
        setTimeout(() => stop.abort(), 1);
        return createBatchResponse([], listKeys(input));
      },
      {},
      { signal: stop.signal, retryBaseMs: 1_000_000 },
    );
    expect(failure).toMatchObject({ code: 'EXEC_CANCELLED' });
  });
});

describe('the other reads', () => {
  it('of one key are one request and one page', async () => {
    const { ids, stats } = await read({ kind: 'GetItem', key: key(4) }, () => ({ Item: key(4) }));
    expect(ids).toEqual([4]);
    expect(stats).toMatchObject({ pages: 1, itemsRead: 1, itemsReturned: 1 });
  });

  it('of nothing send no request', async () => {
    expect((await read({ kind: 'Empty' }, () => page([1]))).sent).toEqual([]);
  });

  it('that are cancelled before they start send no request', async () => {
    const { failure, sent } = await read(
      { kind: 'GetItem', key: key(4) },
      () => ({}),
      {},
      { signal: AbortSignal.abort() },
    );
    expect(failure).toMatchObject({ code: 'EXEC_CANCELLED' });
    expect(sent).toEqual([]);
  });
});

describe('scanSegments', () => {
  it('uses one segment for a small table, and several for each thread for a large one', () => {
    const MB = 1024 * 1024;
    expect(scanSegments({ sizeBytes: 0 }, 4)).toBe(1);
    expect(scanSegments({ sizeBytes: 7 * MB }, 4)).toBe(1);
    expect(scanSegments({ sizeBytes: 20 * MB }, 4)).toBe(3);
    expect(scanSegments({ sizeBytes: 900 * MB }, 4)).toBe(16);
    expect(scanSegments({ sizeBytes: 900 * MB }, 1)).toBe(1);
  });
});
