import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './duel.ts';
import { type Measurement, ms, type Result } from './measurement.ts';
import { connect } from './product.ts';
import { itemAt, keyAt } from './replay-items.ts';
import { connectionTo } from './sides.ts';
import { SMALL_TABLE } from './tables.ts';

/** What a fresh process measured of itself; times are since before the import. */
interface ColdStart {
  readonly importMs: number;
  readonly lookUpMs: number;
  /** The aggregate alone. */
  readonly aggregateMs: number;
  readonly rssMb: number;
  readonly found: string;
}

interface Run extends Partial<ColdStart> {
  /** The process from spawn to exit. */
  readonly processMs: number;
}

/** The item that is looked up, and what its attribute "n" holds. */
const INDEX = 13;
const KEY = { pk: keyAt(INDEX).pk.S, sk: Number(keyAt(INDEX).sk.N) };
const FOUND = (itemAt(INDEX)['n'] as { readonly N: string }).N;

/** Processes of each kind per round of the bench. */
const PROCESSES = 5;

/** What a Lambda function waits for at its first invocation, and every run of the command line: fresh processes, in turn. */
export const coldStart: Measurement = {
  name: 'cold-start',
  async run({ endpoint, rounds }) {
    const folder = await mkdtemp(join(tmpdir(), 'dynadbc-bench-'));
    try {
      const sampled = connectionTo(endpoint);
      const declared = { ...sampled, Location: folder };
      await writeSchemaFile({ ...declared, Tables: SMALL_TABLE });
      const cli = fileURLToPath(new URL(`../${await binPath()}`, import.meta.url));
      const runs = runInTurn(rounds * PROCESSES, {
        sdkImport: client('sdk', 'import', sampled),
        driverImport: client('driver', 'import', sampled),
        sdkLookUp: client('sdk', 'look-up', sampled),
        declaredLookUp: client('driver', 'look-up', declared),
        sampledLookUp: client('driver', 'look-up', sampled),
        aggregate: client('driver', 'aggregate', sampled),
        node: ['-e', '0'],
        version: [cli, '--version'],
      });
      return results(runs);
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

function results(runs: Readonly<Record<Kind, readonly Run[]>>): readonly Result[] {
  const figure = (kind: Kind, name: keyof Run): number => median(runs[kind].map((run) => Number(run[name])));
  const ratio = (
    what: string,
    name: keyof Run,
    [driver, base]: readonly [Kind, Kind],
    atMost: number,
  ): Result => {
    const [ours, theirs] = [figure(driver, name), figure(base, name)];
    const format = name === 'rssMb' ? (mb: number) => `${mb.toFixed(0)} MB` : ms;
    return {
      what,
      value: ours / theirs,
      unit: 'x',
      target: { atMost },
      from: `${format(ours)} against ${format(theirs)}`,
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
      from: `after ${ms(lookUpMs)}`,
    },
    ratio('dynadbc --version, node -e 0 = 1', 'processMs', ['version', 'node'], 2.5),
  ];
}

/** Runs every command once a round, so that all of them meet the machine in the same moods; the first round does not count. */
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
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with status ${String(status)}: ${stderr}`);
  if (!stdout.startsWith('{')) return { processMs };
  const report = JSON.parse(stdout) as Partial<ColdStart>;
  if (report.found !== undefined && report.found !== FOUND) throw new Error(`${stdout} is not ${FOUND}`);
  return { ...report, processMs };
}

/** The command line of a process that runs `cold-start.mjs`. */
function client(
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
