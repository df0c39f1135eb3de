import { parseArgs } from 'node:util';
import { connect } from '../src/index.ts';
import { startChild } from './child.ts';
import { type Duel, fight, type Outcome } from './duel.ts';
import type { MemoryReport } from './memory-report.ts';
import { aggregate, connectionTo, documentClient, lookup, stream } from './sides.ts';

/** Measures the driver against the SDK's document client in one run, side by side, and prints the ratios. */
const TABLE = 't250k';
const LARGE_TABLE = 't1m';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' } },
});

async function measure(rounds: number): Promise<{ outcomes: Outcome[]; memory: MemoryReport }> {
  await using server = await startChild('./replay-server.ts', [`${TABLE}=250000`, `${LARGE_TABLE}=1000000`]);
  const endpoint = `http://127.0.0.1:${server.firstLine}`;

  await using streaming = await startChild('./memory.mjs', [
    JSON.stringify(connectionTo(endpoint)),
    LARGE_TABLE,
  ]);
  const memory = JSON.parse(streaming.firstLine) as MemoryReport;

  await using db = await connect(connectionTo(endpoint));
  const sdk = documentClient(endpoint);
  const duels: Duel[] = [aggregate(db, sdk, TABLE), stream(db, sdk, TABLE), await lookup(db, sdk, TABLE)];
  const outcomes: Outcome[] = [];
  for (const duel of duels) outcomes.push(await fight(duel, rounds));
  sdk.destroy();
  return { outcomes, memory };
}

function table({ outcomes, memory }: Awaited<ReturnType<typeof measure>>): string {
  return [
    row('', 'dynadbc'.padStart(12), 'AWS SDK'.padStart(12), 'ratio'.padStart(10)),
    ...outcomes.map(({ name, driverMs, sdkMs, ratio }) =>
      row(name, ms(driverMs), ms(sdkMs), `${ratio.toFixed(2)} x`.padStart(10)),
    ),
    '',
    `Streaming ${memory.rows.toLocaleString('en')} items took ${ms(memory.elapsedMs).trim()} and at most ` +
      `${memory.peakMb.toFixed(0)} MB of memory, ${memory.startMb.toFixed(0)} MB of them from before;`,
    `the last third held ${memory.growthMb.toFixed(0)} MB more than the first.`,
    '',
  ].join('\n');
}

function row(name: string, ...cells: string[]): string {
  return name.padEnd(32) + cells.join('');
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 3 : 0)} ms`.padStart(12);
}

const result = await measure(Number(options.rounds));
process.stdout.write(options.json ? `${JSON.stringify(result, undefined, 2)}\n` : table(result));
