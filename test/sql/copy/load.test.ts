import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../../src/index.ts';
import { newWriteStats } from '../../../src/dynamo/write/write-stats.ts';
import { createWriteRateLimiter } from '../../../src/sql/copy/write-rate-limiter.ts';
import { createWatermark } from '../../../src/sql/copy/resume-point.ts';
import type { DynamoRequest, Reply } from '../../doubles/dynamodb-http.ts';
import { serveTable } from '../../doubles/served-table.ts';
import { fakeClock } from '../../support/clock.ts';
import { thrownBy } from '../../support/thrown.ts';

let folder: string;
let next = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynadbc-load-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function rowsFile(count: number): Promise<string> {
  const file = join(folder, `${++next}.ndjson`);
  await writeFile(file, Array.from({ length: count }, (_, i) => `{"id":"k${i}"}\n`).join(''));
  return file;
}

interface Put {
  readonly PutRequest: { readonly Item: { readonly id: { readonly S: string } } };
}

function putsOf({ input }: DynamoRequest): readonly Put[] {
  const tables: Readonly<Record<string, readonly Put[]>> = Object(input['RequestItems']);
  return tables['things'] ?? [];
}

function answer(puts: readonly Put[], left: readonly Put[] = []): Reply {
  return {
    body: JSON.stringify({
      UnprocessedItems: left.length === 0 ? {} : { things: left },
      ConsumedCapacity: [{ TableName: 'things', CapacityUnits: puts.length - left.length }],
    }),
  };
}

function refusal(name: string, status = 400): Reply {
  return {
    status,
    body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'no' }),
  };
}

/** A table that records its writes, unless the test overrides the response. */
async function loading(override: (at: number, puts: readonly Put[]) => Reply | undefined) {
  const written: string[] = [];
  const server = await serveTable((at, received) => {
    const puts = putsOf(received);
    const response = override(at, puts);
    if (response !== undefined) return response;
    written.push(...puts.map(({ PutRequest: { Item: item } }) => item.id.S));
    return answer(puts);
  });
  return { ...server, written };
}

describe('a load', () => {
  it('resends unprocessed items, and counts each row once', async () => {
    let kept: readonly Put[] = [];
    const server = await loading((at, puts) => {
      if (at !== 0) return undefined;
      kept = puts.slice(0, 10);
      return answer(puts, puts.slice(10));
    });
    await using db = await connect(server.string());
    const result = await db.query(`COPY things FROM '${await rowsFile(60)}'`);
    expect(result.rowCount).toBe(60);
    const first = kept.map(({ PutRequest: { Item: item } }) => item.id.S);
    expect(new Set([...first, ...server.written]).size).toBe(60);
    expect(server.written).toHaveLength(50);
    await server.close();
  });

  it('survives throttling and service errors', async () => {
    const server = await loading((at) =>
      at % 3 === 0
        ? refusal('ProvisionedThroughputExceededException')
        : at % 3 === 1
          ? refusal('InternalServerError', 500)
          : undefined,
    );
    await using db = await connect(server.string('MaximumRequestRetries=5'));
    expect((await db.query(`COPY things FROM '${await rowsFile(100)}'`)).rowCount).toBe(100);
    expect(server.written.toSorted()).toEqual(Array.from({ length: 100 }, (_, i) => `k${i}`).toSorted());
    await server.close();
  });

  it('reports how many rows were written before it failed', async () => {
    const server = await loading((at) => (at === 2 ? refusal('AccessDeniedException') : undefined));
    await using db = await connect(server.string());
    const error = await thrownBy(async () => db.query(`COPY things FROM '${await rowsFile(100)}'`));
    expect(error.code).toBe('AUTH_DENIED');
    expect(error.message).toContain('50 items were copied before');
    await server.close();
  });

  it('resumes after an interruption, and writes every row', async () => {
    let broken = true;
    const server = await loading((at) => (broken && at >= 3 ? refusal('AccessDeniedException') : undefined));
    await using db = await connect(server.string());
    const file = await rowsFile(200);
    const load = `COPY things FROM '${file}' (RESUME true)`;
    await thrownBy(() => db.query(load));
    const note: unknown = JSON.parse(await readFile(`${file}.dynadbc-resume`, 'utf8'));
    expect(note).toMatchObject({ version: 1, table: 'things', rows: 75 });
    broken = false;
    expect((await db.query(load)).rowCount).toBe(125);
    expect(server.written).toHaveLength(200);
    expect(new Set(server.written).size).toBe(200);
    await expect(readFile(`${file}.dynadbc-resume`)).rejects.toThrow('ENOENT');
    await server.close();
  });

  it('fails again on an invalid row when it is resumed', async () => {
    const server = await loading(() => undefined);
    await using db = await connect(server.string());
    const file = await rowsFile(25);
    await appendFile(file, '{"n":1}\n{"id":"last"}\n');
    const load = `COPY things FROM '${file}' (RESUME true)`;
    for (const error of [await thrownBy(() => db.query(load)), await thrownBy(() => db.query(load))])
      expect(error.message).toMatch(
        /line 26: null value in column "id" of relation "things" violates not-null constraint/,
      );
    expect(server.written).toHaveLength(25);
    await server.close();
  });

  it('writes full batches of rows before an invalid one', async () => {
    const server = await loading(() => undefined);
    await using db = await connect(server.string());
    const file = await rowsFile(60);
    await appendFile(file, 'no item\n');
    await thrownBy(() => db.query(`COPY things FROM '${file}'`));
    expect(server.written).toHaveLength(50);
    await server.close();
  });

  it('resumes after it was cancelled', async () => {
    const stop = new AbortController();
    const server = await loading((at) => {
      if (at === 2) stop.abort();
      return undefined;
    });
    await using db = await connect(server.string());
    const file = await rowsFile(200);
    const load = `COPY things FROM '${file}' (RESUME true)`;
    expect((await thrownBy(() => db.query(load, [], { signal: stop.signal }))).code).toBe('EXEC_CANCELLED');
    await db.query(load);
    expect(new Set(server.written).size).toBe(200);
    await server.close();
  });

  it('does not resume with another file or other options', async () => {
    const server = await loading((at) => (at === 1 ? refusal('AccessDeniedException') : undefined));
    await using db = await connect(server.string());
    const file = await rowsFile(100);
    await thrownBy(() => db.query(`COPY things FROM '${file}' (RESUME true)`));
    const options = await thrownBy(() => db.query(`COPY things FROM '${file}' (RESUME true, NULLS store)`));
    await writeFile(file, '{"id":"other"}\n');
    const changed = await thrownBy(() => db.query(`COPY things FROM '${file}' (RESUME true)`));
    for (const error of [options, changed]) expect(error.message).toMatch(/belongs to a different load/);
    await server.close();
  });

  it('accepts items that an earlier run has written', async () => {
    const stored = new Map<string, unknown>();
    let broken = true;
    const server = await serveTable((_at, { operation, input }) => {
      if (operation === 'BatchGetItem')
        return {
          body: JSON.stringify({ Responses: { things: [{ id: { S: 'k3' } }] }, UnprocessedKeys: {} }),
        };
      const { id }: { readonly id: { readonly S: string } } = Object(input['Item']);
      if (stored.has(id.S)) return refusal('ConditionalCheckFailedException');
      stored.set(id.S, { id });
      // This put succeeds, but its response is an error.
      return broken && id.S === 'k3' ? refusal('AccessDeniedException') : { body: '{}' };
    });
    await using db = await connect(server.string());
    const load = `COPY things FROM '${await rowsFile(8)}' (RESUME true, ON_CONFLICT error)`;
    await thrownBy(() => db.query(load));
    expect(stored.size).toBe(4);
    broken = false;
    await db.query(load);
    expect(stored.size).toBe(8);
    // Without saved progress the items count as existing.
    expect((await thrownBy(() => db.query(load))).code).toBe('SQL_UNIQUE');
    await server.close();
  });

  it('stops at MaxWCU', async () => {
    const server = await loading(() => undefined);
    await using db = await connect(server.string('MaxWCU=100'));
    const error = await thrownBy(async () => db.query(`COPY things FROM '${await rowsFile(1000)}'`));
    expect(error.code).toBe('EXEC_CAPACITY');
    expect(server.written).toHaveLength(100);
    await server.close();
  });
});

describe('RATE_LIMIT', () => {
  it('delays writes, also for consumption beyond the estimates', async () => {
    const clock = fakeClock();
    const stats = newWriteStats();
    const limiter = createWriteRateLimiter(100, stats, clock);
    const { signal } = new AbortController();
    for (let request = 0; request < 20; request += 1) {
      await limiter.wait(25, signal);
      stats.capacity.set('things', 50 * (request + 1));
    }
    // 1,000 units, of which the last 50 are still in flight.
    expect(clock.now()).toBeGreaterThanOrEqual(9000);
    expect(clock.now()).toBeLessThanOrEqual(10_500);
  });
});

describe('a watermark', () => {
  it('counts the rows before the first unfinished one', () => {
    const mark = createWatermark(10);
    expect(mark.rows()).toBe(10);
    for (const row of [11, 12, 14, 15]) {
      mark.advance(row);
      mark.start(row);
    }
    mark.finish(1, 1);
    expect(mark.rows()).toBe(10);
    mark.finish(0, 1);
    expect(mark.rows()).toBe(13);
    mark.finish(2, 2);
    mark.advance(16);
    expect(mark.rows()).toBe(16);
  });
});
