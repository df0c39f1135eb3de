import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './comparison.ts';
import { type Measurement, formatMs, type Result } from './measurement.ts';
import { connect } from './product.ts';
import { createItem, createKey } from './replay-items.ts';
import { toConnectionOptions } from './sides.ts';
import { SMALL_TABLE } from './tables.ts';

/** What a fresh process measured. Times include the import. */
interface ColdStart {
  readonly importMs: number;
  readonly lookUpMs: number;
  /** Only the aggregate. */
  readonly aggregateMs: number;
  readonly rssMb: number;
  readonly result: string;
}

interface Run extends Partial<ColdStart> {
  /** The process from spawn to exit. */
  readonly processMs: number;
}

/** The item that is looked up, and the value of its attribute "n". */
const INDEX = 13;
const KEY = { pk: createKey(INDEX).pk.S, sk: Number(createKey(INDEX).sk.N) };
const EXPECTED = (createItem(INDEX)['n'] as { readonly N: string }).N;

/** Processes of each kind per round of the bench. */
const PROCESSES = 5;

/** The cold start of a Lambda function or the command line, in fresh processes that alternate. */
export const coldStart: Measurement = {
  name: 'cold-start',
  async run({ endpoint, rounds }) {
    const folder = await mkdtemp(join(tmpdir(), 'dynadbc-bench-'));
    try {
      const sampled = toConnectionOptions(endpoint);
      const declared = { ...sampled, Location: folder };
      await writeSchemaFile({ ...declared, Tables: SMALL_TABLE });
      const cli = fileURLToPath(new URL(`../${await binPath()}`, import.meta.url));
      const runs = runInTurn(rounds * PROCESSES, {
        sdkImport: clientCommand('sdk', 'import', sampled),
        driverImport: clientCommand('driver', 'import', sampled),
        sdkLookUp: clientCommand('sdk', 'look-up', sampled),
        declaredLookUp: clientCommand('driver', 'look-up', declared),
        sampledLookUp: clientCommand('driver', 'look-up', sampled),
        aggregate: clientCommand('driver', 'aggregate', sampled),
        node: ['-e', '0'],
        version: [cli, '--version'],
      });
      return toResults(runs);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

type Kind =
  | 'sdkImport'
  | 'driverImport'
  | 'sdkLookUp'
  | 'declaredLookUp'
  | 'sampledLookUp'
  | 'aggregate'
  | 'node'
  | 'version';

function toResults(runs: Readonly<Record<Kind, readonly Run[]>>): readonly Result[] {
  const figure = (kind: Kind, name: keyof Run): number => median(runs[kind].map((run) => Number(run[name])));
  const ratio = (
    what: string,
    name: keyof Run,
    [driver, base]: readonly [Kind, Kind],
    atMost: number,
  ): Result => {
    const [value, reference] = [figure(driver, name), figure(base, name)];
    const format = name === 'rssMb' ? (mb: number) => `${mb.toFixed(0)} MB` : formatMs;
    return {
      what,
      value: value / reference,
      unit: 'x',
      target: { atMost },
      from: `${format(value)} against ${format(reference)}`,
    };
  };
  const lookUpMs = figure('aggregate', 'lookUpMs');
  return [
    ratio('import', 'importMs', ['driverImport', 'sdkImport'], 1.3),
    ratio('import to first look-up, schema file', 'lookUpMs', ['declaredLookUp', 'sdkLookUp'], 1.6),
    ratio('import to first look-up, sampled', 'lookUpMs', ['sampledLookUp', 'sdkLookUp'], 2.2),
    ratio('memory after the look-up, schema file', 'rssMb', ['declaredLookUp', 'sdkLookUp'], 1.5),
    ratio('memory after the look-up, sampled', 'rssMb', ['sampledLookUp', 'sdkLookUp'], 1.5),
    {
      what: 'first aggregate after the look-up',
      value: figure('aggregate', 'aggregateMs'),
      unit: 'ms',
      target: { atMost: 600 },
      from: `after ${formatMs(lookUpMs)}`,
    },
    ratio('dynadbc --version, node -e 0 = 1', 'processMs', ['version', 'node'], 2.5),
  ];
}

/** Runs every command once per round, so that all of them meet the same load. The first round is discarded. */
function runInTurn<K extends string>(
  rounds: number,
  commands: Readonly<Record<K, readonly string[]>>,
): Record<K, Run[]> {
  const kinds = Object.keys(commands) as K[];
  const runs = Object.fromEntries(kinds.map((kind) => [kind, []])) as unknown as Record<K, Run[]>;
  for (let round = 0; round <= rounds; round += 1) {
    for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
      const run = runOnce(commands[kind]);
      if (round > 0) runs[kind].push(run);
    }
  }
  return runs;
}

function runOnce(args: readonly string[]): Run {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const processMs = performance.now() - start;
  if (status !== 0) throw new Error(`node ${args.join(' ')} exited with status ${String(status)}: ${stderr}`);
  if (!stdout.startsWith('{')) return { processMs };
  const report = JSON.parse(stdout) as Partial<ColdStart>;
  if (report.result !== undefined && report.result !== EXPECTED)
    throw new Error(`${stdout} is not ${EXPECTED}`);
  return { ...report, processMs };
}

/** The command line of a process that runs `cold-start.mjs`. */
function clientCommand(
  name: 'sdk' | 'driver',
  last: 'import' | 'look-up' | 'aggregate',
  connection: Record<string, string>,
): readonly string[] {
  const script = fileURLToPath(new URL('./cold-start.mjs', import.meta.url));
  return [script, name, last, JSON.stringify({ connection, table: SMALL_TABLE, key: KEY })];
}

async function writeSchemaFile(connection: Record<string, string>): Promise<void> {
  await using db = await connect(connection);
  await db.schemas.export();
}

async function binPath(): Promise<string> {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly bin: { readonly dynadbc: string } }).bin.dynadbc;
}
