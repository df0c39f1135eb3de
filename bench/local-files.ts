import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { aggregate } from './sides.ts';
import { type Comparison, compareSides, measureTime } from './comparison.ts';
import { type Bench, type Measurement, formatMs } from './measurement.ts';
import { TABLE } from './tables.ts';

/** An aggregate over DynamoDB's pages, compared with DuckDB over the same pages in files. */
export const localFiles: Measurement = {
  name: 'local-files',
  async run(bench) {
    const folder = await mkdtemp(join(tmpdir(), 'dynadbc-bench-'));
    try {
      await savePages(bench, folder);
      const instance = await DuckDBInstance.create(':memory:');
      const connection = await instance.connect();
      const select = createAggregate(join(folder, '*.json'));
      const comparison: Comparison = {
        ...aggregate(bench.db, bench.sdk, TABLE),
        sdk: () =>
          measureTime(async () =>
            String((await connection.runAndReadAll(select)).getRows().map(([, ...row]) => row)),
          ),
      };
      const { driverMs, sdkMs: filesMs } = await compareSides(comparison, bench.rounds);
      connection.closeSync();
      instance.closeSync();
      return [
        {
          what: 'aggregate, DuckDB over local pages = 1',
          value: driverMs / filesMs,
          unit: 'of the time',
          target: { atMost: 1.5 },
          from: `${formatMs(driverMs)} against ${formatMs(filesMs)} of DuckDB over files`,
        },
      ];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** The statement of `aggregate` over pages in files. Numbers are summed as integers, which they are in this data. */
function createAggregate(files: string): string {
  const items = `STRUCT(n STRUCT(N VARCHAR), s STRUCT(S VARCHAR))[]`;
  return `SELECT 0, count(*), sum(CAST(i.n.N AS BIGINT)), max(i.s.S) FROM (SELECT unnest("Items") AS i FROM read_json('${files}', columns = {Items: '${items}'}, maximum_object_size = 33554432))`;
}

async function savePages({ endpoint }: Bench, folder: string): Promise<void> {
  let start: unknown;
  for (let page = 0; ; page += 1) {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.Scan' },
      body: JSON.stringify({
        TableName: TABLE,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    });
    const text = await response.text();
    await writeFile(join(folder, `${String(page).padStart(4, '0')}.json`), text);
    start = (JSON.parse(text) as { readonly LastEvaluatedKey?: unknown }).LastEvaluatedKey;
    if (start === undefined) return;
  }
}
