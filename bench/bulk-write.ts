import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startChild } from './child.ts';
import { type Comparison, compareSides, measureTime } from './comparison.ts';
import { type Measurement, formatMs, type Result } from './measurement.ts';
import type { MemoryReport } from './memory-report.ts';
import { connect } from './product.ts';
import { toConnectionOptions, createDocumentClient } from './sides.ts';

const ROWS = 20_000;
const MANY_ROWS = 1_000_000;
const ROWS_PER_INSERT = 1000;
const CONCURRENCY = 4;
const BATCH = 25;

/** COPY and INSERT into a server that stores nothing, compared with a loop over the SDK's BatchWriteCommand. */
export const bulkWrite: Measurement = {
  name: 'bulk-write',
  async run({ rounds }) {
    const folder = await mkdtemp(join(tmpdir(), 'dynadbc-bench-'));
    await using server = await startChild('./sink-server.ts', []);
    const endpoint = `http://127.0.0.1:${server.firstLine}`;
    const connection = {
      ...toConnectionOptions(endpoint),
      ThreadCount: String(CONCURRENCY),
      UseBatchWriteItemOperation: 'true',
    };
    await using db = await connect(connection);
    const sdk = createDocumentClient(endpoint);
    const results: Result[] = [];
    try {
      const file = join(folder, 'rows.ndjson');
      await writeRows(file, ROWS);
      const sdkSide = (): ReturnType<Comparison['sdk']> =>
        measureTime(async () => String(await sdkLoop(sdk, file)));
      const comparisons: readonly Comparison[] = [
        {
          name: 'COPY FROM NDJSON with BatchWriteItem',
          driver: () =>
            measureTime(async () => String((await db.query(`COPY sink FROM '${file}'`)).rowCount)),
          sdk: sdkSide,
        },
        {
          name: 'INSERT of 1,000 rows a statement with BatchWriteItem',
          driver: () =>
            measureTime(async () => {
              let rows = 0;
              for (let from = 0; from < ROWS; from += ROWS_PER_INSERT)
                rows += (await db.query(createInsert(from, ROWS_PER_INSERT))).rowCount;
              return String(rows);
            }),
          sdk: sdkSide,
        },
      ];
      for (const comparison of comparisons) {
        const { name: what, driverMs, sdkMs, ratio } = await compareSides(comparison, rounds);
        const from = `${formatMs(driverMs)} against ${formatMs(sdkMs)} of a loop with the SDK, ${ROWS.toLocaleString('en')} rows`;
        results.push({ what, value: ratio, unit: 'x', target: { atLeast: 1.5 }, from });
      }
      return results;
    } finally {
      sdk.destroy();
      await rm(folder, { recursive: true });
    }
  },
};

/** The memory of a process that loads a large file. */
export const bulkMemory: Measurement = {
  name: 'bulk-memory',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'dynadbc-bench-'));
    await using server = await startChild('./sink-server.ts', []);
    try {
      const file = join(folder, 'many.ndjson');
      await writeRows(file, MANY_ROWS);
      const connection = JSON.stringify(toConnectionOptions(`http://127.0.0.1:${server.firstLine}`));
      await using child = await startChild('./memory.mjs', [connection, `COPY sink FROM '${file}'`]);
      const { peakMb, growthMb, elapsedMs } = JSON.parse(child.firstLine) as MemoryReport;
      return [
        {
          what: `memory while loading ${MANY_ROWS.toLocaleString('en')} rows`,
          value: peakMb,
          unit: 'MB',
          target: { atMost: 300 },
          from: `${formatMs(elapsedMs)}, ${growthMb.toFixed(0)} MB more in the last third than in the first`,
        },
      ];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

function createRow(at: number): Readonly<Record<string, string | number | boolean>> {
  return {
    id: `customer-${at}`,
    total: (at * 37) % 10_007,
    price: (at % 977) / 100,
    open: at % 3 === 0,
    city: `Straße ${at % 500}`,
    note: 'a few words, as users write them into such fields',
  };
}

async function writeRows(file: string, count: number): Promise<void> {
  const out = createWriteStream(file);
  for (let at = 0; at < count; at += 1)
    if (!out.write(`${JSON.stringify(createRow(at))}\n`)) await once(out, 'drain');
  out.end();
  await finished(out);
}

function createInsert(from: number, count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const { id, total, price, open, city, note } = createRow(from + i);
    return `('${id}', ${total}, ${price}, ${open}, '${city}', '${note}')`;
  });
  return `INSERT INTO sink (id, total, price, open, city, note) VALUES ${rows.join(', ')}`;
}

/** A loop as an application would contain it: 25 items per request, several requests in parallel. */
async function sdkLoop(sdk: DynamoDBDocumentClient, file: string): Promise<number> {
  let rows = 0;
  const pending = new Set<Promise<void>>();
  const send = async (items: readonly Record<string, unknown>[]): Promise<void> => {
    let requests = { sink: items.map((Item) => ({ PutRequest: { Item } })) };
    while (requests.sink.length > 0) {
      const { UnprocessedItems: left } = await sdk.send(new BatchWriteCommand({ RequestItems: requests }));
      requests = { sink: [...((left?.['sink'] ?? []) as typeof requests.sink)] };
    }
    rows += items.length;
  };
  const begin = async (items: readonly Record<string, unknown>[]): Promise<void> => {
    if (pending.size >= CONCURRENCY) await Promise.race(pending);
    const sending: Promise<void> = send(items).finally(() => pending.delete(sending));
    pending.add(sending);
  };
  let batch: Record<string, unknown>[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    batch.push(JSON.parse(line) as Record<string, unknown>);
    if (batch.length < BATCH) continue;
    await begin(batch);
    batch = [];
  }
  if (batch.length > 0) await begin(batch);
  await Promise.all(pending);
  return rows;
}
