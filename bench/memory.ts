import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { type Measurement, ms, type Result } from './measurement.ts';
import type { MemoryReport } from './memory-report.ts';
import { connectionTo } from './sides.ts';
import { LARGE_TABLE, TABLE_SIZES } from './tables.ts';

/** What a process holds that streams a table. */
export const memory: Measurement = {
  name: 'memory',
  async run({ endpoint }) {
    const report = await measured(connectionTo(endpoint), 'SELECT * FROM t1m');
    return [
      peak(`memory while streaming ${TABLE_SIZES.t1m.toLocaleString('en')} items`, report, 300),
      {
        what: 'the last third of the time less the first',
        value: report.growthMb,
        unit: 'MB',
        target: { atMost: 50 },
        from: 'the means of both',
      },
    ];
  },
};

/** What a process holds that groups more than fits, spilling to disk. */
export const memoryGroupBy: Measurement = {
  name: 'memory-groupby',
  long: true,
  async run({ endpoint }) {
    const folder = await mkdtemp(join(tmpdir(), 'dynadbc-bench-'));
    try {
      const connection = { ...connectionTo(endpoint), MemoryLimit: '300MB', TempDirectory: folder };
      const groups = `SELECT pk, count(*) AS items, sum(n) AS n, max(s) AS s FROM ${LARGE_TABLE} GROUP BY pk`;
      const report = await measured(connection, `SELECT count(*), sum(items), max(s) FROM (${groups})`);
      return [peak('memory while grouping 4 GB of items by their key', report, 700)];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function measured(connection: Record<string, string>, sql: string): Promise<MemoryReport> {
  await using child = await startChild('./memory.mjs', [JSON.stringify(connection), sql]);
  return JSON.parse(child.firstLine) as MemoryReport;
}

function peak(what: string, report: MemoryReport, atMost: number): Result {
  const from = `${ms(report.elapsedMs)}, ${report.startMb.toFixed(0)} MB from before, rows that began with ${report.first}`;
  return { what, value: report.peakMb, unit: 'MB', target: { atMost }, from };
}
