import { parseArgs } from 'node:util';
import { startChild } from './child.ts';
import { isTargetMet, type Result } from './measurement.ts';
import { MEASUREMENTS } from './measurements.ts';
import { connect } from './product.ts';
import { toConnectionOptions, createDocumentClient } from './sides.ts';
import { LARGE_TABLE, LARGE_TABLE_ITEMS, TABLE_SIZES } from './tables.ts';

/** Measures the driver, mostly compared with the SDK's document client in the same run, and prints figures and targets. */
const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true, default: [] },
  },
});

function chooseMeasurements(names: readonly string[]): typeof MEASUREMENTS {
  if (names.length === 0) return MEASUREMENTS.filter(({ long }) => long !== true);
  const unknown = names.find((name) => !MEASUREMENTS.some((each) => each.name === name));
  if (unknown === undefined) return MEASUREMENTS.filter(({ name }) => names.includes(name));
  throw new Error(
    `measurement "${unknown}" does not exist: expected one of ${MEASUREMENTS.map(({ name }) => name).join(', ')}`,
  );
}

async function measure(names: readonly string[], rounds: number): Promise<Result[]> {
  const measurements = chooseMeasurements(names);
  const tables = { ...TABLE_SIZES, [LARGE_TABLE]: LARGE_TABLE_ITEMS };
  await using server = await startChild(
    './replay-server.ts',
    Object.entries(tables).map(([name, count]) => `${name}=${count}`),
  );
  const endpoint = `http://127.0.0.1:${server.firstLine}`;
  await using db = await connect(toConnectionOptions(endpoint));
  const sdk = createDocumentClient(endpoint);
  const results: Result[] = [];
  for (const measurement of measurements) {
    for (const result of await measurement.run({ endpoint, db, sdk, rounds })) {
      results.push(result);
      if (!options.json) process.stdout.write(`${formatLine(result)}\n`);
    }
  }
  sdk.destroy();
  return results;
}

function formatLine(result: Result): string {
  const { what, value, unit, target, from } = result;
  const figure = value.toFixed(value < 100 ? 2 : 0);
  const goal = 'atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;
  return `${what.padEnd(56)}${`${figure} ${unit}`.padStart(18)}   ${`${goal}: ${isTargetMet(result) ? 'yes' : 'NO'}`.padEnd(20)} ${from}`;
}

const results = await measure(options.only, Number(options.rounds));
if (options.json) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
