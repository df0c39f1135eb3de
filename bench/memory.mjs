// Streams a statement's rows and prints the memory of the process, as a line of JSON (`MemoryReport`). Started as
// `memory.mjs connection sql` in a child process, in plain JavaScript over the built package, so that nothing else is counted.
import { connect } from '../dist/index.js';

const SAMPLE_EVERY_MS = 100;
const [connection = '{}', sql = ''] = process.argv.slice(2);
const samples = [];
const db = await connect(JSON.parse(connection));

const startMb = residentMb();
const sampling = setInterval(() => samples.push(residentMb()), SAMPLE_EVERY_MS);
const start = performance.now();
let rows = 0;
let first = '';
for await (const row of await db.stream(sql)) {
  if (rows === 0) first = JSON.stringify(Object.values(row).slice(0, 3));
  rows += 1;
}
await db.close();
clearInterval(sampling);

const third = Math.floor(samples.length / 3);
const report = {
  first,
  rows,
  elapsedMs: performance.now() - start,
  startMb,
  peakMb: Math.max(...samples),
  growthMb: mean(samples.slice(-third)) - mean(samples.slice(0, third)),
};
process.stdout.write(`${JSON.stringify(report)}\n`);

function residentMb() {
  return process.memoryUsage.rss() / 2 ** 20;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
