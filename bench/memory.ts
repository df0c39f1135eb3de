import type { connect as Connect } from '../src/index.ts';
import { connectionTo } from './sides.ts';

/**
 * Streams a table and prints what memory the process held meanwhile, as a line of JSON. Started as
 * `memory.ts endpoint table`, in a process of its own so that nothing else is counted.
 */
export interface MemoryReport {
  readonly rows: number;
  readonly elapsedMs: number;
  /** Connected, before the first row. */
  readonly startMb: number;
  readonly peakMb: number;
  /** The mean of the last third of the samples less that of the first. */
  readonly growthMb: number;
}

const SAMPLE_EVERY_MS = 100;
const [endpoint = '', table = ''] = process.argv.slice(2);
const samples: number[] = [];
// As it is installed: compiled, so that no compiler shares the process.
const built = new URL('../dist/index.js', import.meta.url).href;
const { connect } = (await import(built)) as { readonly connect: typeof Connect };
const db = await connect(connectionTo(endpoint));

const startMb = residentMb();
const sampling = setInterval(() => samples.push(residentMb()), SAMPLE_EVERY_MS);
const start = performance.now();
let rows = 0;
for await (const row of await db.stream(`SELECT * FROM ${table}`)) if (row['pk'] !== null) rows += 1;
await db.close();
clearInterval(sampling);

const third = Math.floor(samples.length / 3);
const report: MemoryReport = {
  rows,
  elapsedMs: performance.now() - start,
  startMb,
  peakMb: Math.max(...samples),
  growthMb: mean(samples.slice(-third)) - mean(samples.slice(0, third)),
};
process.stdout.write(`${JSON.stringify(report)}\n`);

function residentMb(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
