import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { type Measurement, formatMs, type Result } from './measurement.ts';
import type { MemoryReport } from './memory-report.ts';
import { toConnectionOptions } from './sides.ts';
import { LARGE_TABLE, TABLE_SIZES } from './tables.ts';

/** The memory of a process that streams a table. */
export const memory: Measurement = {
  name: 'memory',
  async run({ endpoint }) {
    const report = await measureMemory(toConnectionOptions(endpoint), 'SELECT * FROM t1m');
    return [
      toPeakResult(`memory while streaming ${TABLE_SIZES.t1m.toLocaleString('en')} items`, report, 300),
      {
        what: 'growth from the first to the last third of the time',
        value: report.growthMb,
        unit: 'MB',
        target: { atMost: 50 },
        from: 'the means of both thirds',
      },
    ];
  },
};

/** The memory of a process that groups more than fits into it, and spills to disk. */
export const memoryGroupBy: Measurement = {
  name: 'memory-groupby',
  long: true,
  async run({ endpoint }) {
    const folder = await mkdtemp(join(tmpdir(), 'dynadbc-bench-'));
    try {
      const connection = { ...toConnectionOptions(endpoint), MemoryLimit: '300MB', TempDirectory: folder };
      const groups = `SELECT pk, count(*) AS items, sum(n) AS n, max(s) AS s FROM ${LARGE_TABLE} GROUP BY pk`;
      const report = await measureMemory(connection, `SELECT count(*), sum(items), max(s) FROM (${groups})`);
      return [toPeakResult('memory while grouping 4 GB of items by their key', report, 700)];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function measureMemory(connection: Record<string, string>, sql: string): Promise<MemoryReport> {
  await using child = await startChild('./memory.mjs', [JSON.stringify(connection), sql]);
  return JSON.parse(child.firstLine) as MemoryReport;
}

function toPeakResult(what: string, report: MemoryReport, atMost: number): Result {
  const from = `${formatMs(report.elapsedMs)}, ${report.startMb.toFixed(0)} MB before, first row ${report.first}`;
  return { what, value: report.peakMb, unit: 'MB', target: { atMost }, from };
}
