import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DriverError } from '../../src/core/errors.ts';
import { connect } from '../../src/index.ts';
import { type DynamoRequest, type Reply, startHttpDouble } from '../doubles/dynamodb-http.ts';
import { toPage, serveTable, type ServedTable } from '../doubles/served-table.ts';
import { thrownBy } from '../support/thrown.ts';

const PATHS = [
  ['direct', 'SELECT id FROM things'],
  ['engine', 'SELECT id FROM things ORDER BY id'],
] as const;

/** Serves a table of `count` pages with two items each. */
const pages =
  (count: number) =>
  (_: number, { input }: DynamoRequest): Reply => {
    const { ExclusiveStartKey: from } = input as {
      readonly ExclusiveStartKey?: { readonly id: { readonly S: string } };
    };
    const at = from === undefined ? 0 : Number(from.id.S.slice(1)) + 1;
    return toPage([`a${at}`, `b${at}`], at + 1 < count);
  };

let served: ServedTable | undefined;
const serve = async (...arguments_: Parameters<typeof serveTable>): Promise<ServedTable> => {
  served = await serveTable(...arguments_);
  return served;
};
afterEach(() => served?.close());

describe('leaving a stream early', () => {
  it('stops the reads', async () => {
    const table = await serve(pages(1000));
    await using db = await connect(table.string());
    const stream = await db.stream('SELECT id FROM things');
    for await (const row of stream) {
      expect(row).toEqual({ id: 'a0' });
      break;
    }
    const reads = table.reads();
    // The page that was consumed, and those read ahead.
    expect(reads).toBeLessThan(6);
    await sleep(50);
    expect(table.reads()).toBe(reads);
    expect(stream.stats.pages).toBeLessThanOrEqual(reads);
  });

  it('stops the reads of batches, and when the stream goes out of scope', async () => {
    const table = await serve(pages(1000));
    await using db = await connect(table.string());
    for await (const batch of (await db.stream('SELECT id FROM things')).batches()) {
      expect(batch).toEqual([['a0'], ['b0']]);
      break;
    }
    {
      await using stream = await db.stream('SELECT id FROM things');
      await stream[Symbol.asyncIterator]().next();
    }
    await sleep(20);
    const reads = table.reads();
    await sleep(50);
    expect(table.reads()).toBe(reads);
    expect(reads).toBeLessThan(12);
  });

  it('returns no more rows after close', async () => {
    const table = await serve(pages(20));
    await using db = await connect(table.string());
    for (const [, sql] of PATHS) {
      const stream = await db.stream(sql);
      const rows = stream[Symbol.asyncIterator]();
      expect(await rows.next()).toEqual({ done: false, value: { id: 'a0' } });
      await stream.close();
      expect(await rows.next()).toEqual({ done: true, value: undefined });
    }
  });

  it('is not needed with LIMIT, which reads nothing ahead', async () => {
    const table = await serve(pages(1000));
    await using db = await connect(table.string());
    expect((await db.query('SELECT id FROM things LIMIT 3')).rows).toEqual([
      { id: 'a0' },
      { id: 'b0' },
      { id: 'a1' },
    ]);
    expect(table.reads()).toBe(2);
  });

  it('sends no request if no row was requested', async () => {
    const table = await serve(pages(1000));
    await using db = await connect(table.string());
    const stream = await db.stream('SELECT id FROM things');
    await stream.close();
    expect(table.reads()).toBe(0);
  });
});

describe('an aborted statement', () => {
  it.each(PATHS)('ends while its table is described or sampled: %s', async (_, sql) => {
    const controller = new AbortController();
    await using double = await startHttpDouble(() => {
      controller.abort();
      return 'hang';
    });
    await using db = await connect(
      `AWSAccessKey=AKIDTEST;AWSSecretKey=not-a-secret;Endpoint=${double.endpoint};`,
    );
    await expect(db.query(sql, [], { signal: controller.signal })).rejects.toMatchObject({
      code: 'EXEC_CANCELLED',
    });
  });

  describe.each(PATHS)('on the %s path', (_, sql) => {
    it('sends nothing if it was aborted before', async () => {
      const table = await serve(pages(3));
      await using db = await connect(table.string());
      await db.prepare(sql);
      await expect(db.query(sql, [], { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'EXEC_CANCELLED',
        sqlState: '57014',
      });
      expect(table.reads()).toBe(0);
    });

    it.each([0, 1, 2])('ends when it is aborted during request %i', async (during) => {
      const controller = new AbortController();
      const table = await serve((at, received) => {
        if (at === during) controller.abort();
        return at === during ? 'hang' : pages(3)(at, received);
      });
      await using db = await connect(table.string());
      await expect(db.query(sql, [], { signal: controller.signal })).rejects.toMatchObject({
        code: 'EXEC_CANCELLED',
      });
      await sleep(20);
      expect(table.reads()).toBe(during + 1);
    });

    it('ends wherever it is aborted, and leaves the connection usable', async () => {
      const table = await serve(pages(3));
      await using db = await connect(table.string());
      const everything = (await db.query(sql)).rows;
      const codes = new Set<string>();
      for (let turns = 0; turns < 60; turns++) {
        await using fresh = await connect(table.string());
        const controller = new AbortController();
        const outcome = fresh.query(sql, [], { signal: controller.signal }).then(
          ({ rows }) => {
            expect(rows).toHaveLength(everything.length);
            return 'rows';
          },
          (error: unknown) => (error instanceof DriverError ? error.code : String(error)),
        );
        for (let i = 0; i < turns; i++) await turn();
        controller.abort();
        codes.add(await outcome);
      }
      codes.delete('rows');
      expect([...codes]).toEqual(['EXEC_CANCELLED']);
    }, 60_000);

    it('ends with the reason of the abort, in the middle of its rows', async () => {
      const table = await serve(pages(1000));
      await using db = await connect(table.string());
      const controller = new AbortController();
      const stream = await db.stream('SELECT id FROM things', [], { signal: controller.signal });
      const reason = new DriverError('EXEC_TIMEOUT', 'enough');
      const drain = async (): Promise<void> => {
        for await (const row of stream) {
          expect(row).toEqual({ id: expect.stringMatching(/^[ab]0$/) });
          controller.abort(reason);
        }
      };
      await expect(drain()).rejects.toBe(reason);
    });
  });
});

describe('closing the connection', () => {
  it.each(PATHS)('ends running statements on the %s path, and refuses later ones', async (_, sql) => {
    const table = await serve((at) => (at === 0 ? toPage(['a'], true) : 'hang'));
    const db = await connect(table.string());
    const running = thrownBy(() => db.query(sql));
    while (table.reads() < 2) await sleep(5);
    await db.close();
    expect(await running).toMatchObject({ code: 'CONN_CLOSED', sqlState: '08003' });
    await expect(db.query(sql)).rejects.toMatchObject({ code: 'CONN_CLOSED' });
    await expect(db.prepare(sql)).rejects.toMatchObject({ code: 'CONN_CLOSED' });
    await expect(db.explain(sql)).rejects.toMatchObject({ code: 'CONN_CLOSED' });
    await expect(db.metadata.tables()).rejects.toMatchObject({ code: 'CONN_CLOSED' });
    await expect(db.whoami()).rejects.toMatchObject({ code: 'CONN_CLOSED' });
  });

  it('can be called twice, and leaves no socket open', async () => {
    const table = await serve(pages(3));
    const db = await connect(table.string());
    await db.query('SELECT id FROM things ORDER BY id');
    await Promise.all([db.close(), db.close()]);
    await sleep(50);
    expect(await table.openConnections()).toBe(0);
  });
});
