import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Connection } from '../src/session/connection.ts';
import { type Comparison, median, measureTime } from './comparison.ts';
import { createKey } from './replay-items.ts';

const ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE';
const SECRET_KEY = 'example-secret-key';
const REGION = 'us-east-1';
/** 2,000 look-ups per round, so that both sides are measured with compiled code, as in a long-lived process. */
const LOOKUPS = { samples: 20, gets: 100 };

/** The driver's connection options. */
export function toConnectionOptions(endpoint: string): Record<string, string> {
  return {
    AuthScheme: 'AwsRootKeys',
    AWSAccessKey: ACCESS_KEY,
    AWSSecretKey: SECRET_KEY,
    AWSRegion: REGION,
    Endpoint: endpoint,
  };
}

export function createDocumentClient(endpoint: string): DynamoDBDocumentClient {
  const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY };
  return DynamoDBDocumentClient.from(new DynamoDBClient({ region: REGION, endpoint, credentials }));
}

/** `SELECT count(*), sum(n), max(s)` and the same over the SDK's pages. */
export function aggregate(db: Connection, sdk: DynamoDBDocumentClient, table: string): Comparison {
  return {
    name: 'count(*), sum(n), max(s)',
    driver: () =>
      measureTime(async () => {
        const { rows } = await db.query<unknown[]>(`SELECT count(*), sum(n), max(s) FROM ${table}`, [], {
          rowMode: 'array',
        });
        return String(rows[0]);
      }),
    sdk: () =>
      measureTime(async () => {
        let [count, sum, max] = [0, 0, ''];
        for await (const { Items = [] } of paginateScan({ client: sdk }, { TableName: table })) {
          for (const item of Items) {
            count += 1;
            sum += Number(item['n']);
            const s = String(item['s']);
            if (s > max) max = s;
          }
        }
        return `${count},${sum},${max}`;
      }),
  };
}

/** Every item as a JavaScript object. */
export function stream(db: Connection, sdk: DynamoDBDocumentClient, table: string): Comparison {
  return {
    name: 'SELECT * streamed to objects',
    driver: () =>
      measureTime(async () => {
        let [count, sum] = [0, 0];
        for await (const row of await db.stream(`SELECT * FROM ${table}`)) {
          count += 1;
          sum += Number(row['n']);
        }
        return `${count},${sum}`;
      }),
    sdk: () =>
      measureTime(async () => {
        let [count, sum] = [0, 0];
        for await (const { Items = [] } of paginateScan({ client: sdk }, { TableName: table })) {
          for (const item of Items) {
            count += 1;
            sum += Number(item['n']);
          }
        }
        return `${count},${sum}`;
      }),
  };
}

/** Every item as a CSV line in a file. */
export function csv(db: Connection, sdk: DynamoDBDocumentClient, table: string, folder: string): Comparison {
  return {
    name: 'SELECT * to CSV on disk',
    driver: () =>
      measureTime(async () => {
        const file = join(folder, 'driver.csv');
        const { rowCount } = await db.query(
          `COPY (SELECT * FROM ${table}) TO '${file}' WITH (HEADER, OVERWRITE)`,
        );
        return String(rowCount);
      }),
    sdk: () =>
      measureTime(async () => {
        const file = createWriteStream(join(folder, 'sdk.csv'));
        let names: readonly string[] | undefined;
        let count = 0;
        for await (const { Items = [] } of paginateScan({ client: sdk }, { TableName: table })) {
          const header = names === undefined;
          const columns = (names ??= Object.keys(Items[0] ?? {}));
          const lines = Items.map((item) => columns.map((name) => formatField(item[name])).join(','));
          count += Items.length;
          if (!file.write(`${[...(header ? [columns.join(',')] : []), ...lines].join('\r\n')}\r\n`))
            await once(file, 'drain');
        }
        file.end();
        await finished(file);
        return String(count);
      }),
  };
}

function formatField(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value instanceof Set ? [...value] : value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One item by its key: the median time of a call. */
export async function lookup(
  db: Connection,
  sdk: DynamoDBDocumentClient,
  table: string,
): Promise<Comparison> {
  const statement = await db.prepare(`SELECT * FROM ${table} WHERE pk = ? AND sk = ?`);
  const keys = Array.from({ length: LOOKUPS.gets }, (_, at) => createKey(at * 13));
  const each = async (get: (pk: string, sk: number) => Promise<unknown>): ReturnType<Comparison['sdk']> => {
    const times: number[] = [];
    let sum = 0;
    for (const { pk, sk } of keys) {
      const start = performance.now();
      const n = await get(pk.S, Number(sk.N));
      times.push(performance.now() - start);
      sum += Number(n);
    }
    return { ms: median(times), result: String(sum) };
  };
  return {
    name: 'prepared SELECT * by key, p50',
    samplesPerRound: LOOKUPS.samples,
    driver: () => each(async (pk, sk) => (await statement.query([pk, sk])).rows[0]?.['n']),
    sdk: () =>
      each(
        async (pk, sk) => (await sdk.send(new GetCommand({ TableName: table, Key: { pk, sk } }))).Item?.['n'],
      ),
  };
}
