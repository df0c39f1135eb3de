import { Command } from 'commander';
import type { Connection } from '../../session/connection.ts';
import { type TourStop, TOUR } from '../demo/tour.ts';
import { examples } from '../options.ts';
import { aboutStatement } from '../failure.ts';
import type { Io } from '../io.ts';
import { paint } from '../output/paint.ts';
import { formatCost, printRows } from '../output/print-rows.ts';
import { drawBar, startProgress } from '../output/progress.ts';
import { formatCount } from '../output/row-count.ts';
import { createWriter } from '../output/writer.ts';
import { runShell } from '../shell/shell.ts';
import { interruptible } from '../with-connection.ts';

interface DemoFlags {
  readonly shell?: true;
  readonly keep?: true;
}

/** `dynadbc demo`: SQL over a small shop in an embedded DynamoDB. */
export function demoCommand(io: Io): Command {
  return new Command('demo')
    .summary('try SQL on an embedded DynamoDB, no setup needed')
    .description(
      'Starts an embedded DynamoDB in this process, loads a small shop and runs a tour of statements. Needs no network and no AWS account.',
    )
    .option('--shell', 'open the interactive shell afterwards')
    .option('--keep', 'keep the embedded DynamoDB running for other programs until Ctrl-C')
    .addHelpText('after', examples('dynadbc demo', 'dynadbc demo --shell', 'dynadbc demo --keep'))
    .action((flags: DemoFlags) => interruptible(io, (signal) => runDemo(flags, io, signal)));
}

async function runDemo(flags: DemoFlags, io: Io, signal: AbortSignal): Promise<void> {
  const say = createWriter(io.stderr.stream);
  let seeded = 0;
  await using sandbox = await io.startSandbox({
    signal,
    onProgress: (done, total) => {
      seeded = total;
      drawBar(io.stderr, 'seeding', done, total);
    },
  });
  await say(`Embedded DynamoDB with ${formatCount(seeded, 'item')} in customers, orders and readings.\n`);
  await using connection = await io.connect(sandbox.connectionString, { signal });
  for (const [index, stop] of TOUR.entries()) await showStop(connection, stop, index + 1, io, signal);

  await createWriter(io.stdout.stream)(`\nThe connection string:\n\n  ${sandbox.connectionString}\n\n`);
  if (flags.shell) return await runShell(connection, io, { format: 'table', yes: false });
  if (flags.keep) {
    await say('Running until Ctrl-C. In another terminal: dynadbc shell -c "<the connection string>"\n');
    return await waitForAbort(signal);
  }
  await say(
    'The embedded DynamoDB ends with this process. To continue, run `npm run demo -- --shell` to type statements,\n' +
      'or `npm run demo -- --keep` to use it from other programs (`dynadbc demo --shell`, `--keep`).\n',
  );
}

async function showStop(
  connection: Connection,
  stop: TourStop,
  number: number,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  const style = paint(io.stdout.colors);
  const write = createWriter(io.stdout.stream);
  await write(`\n${style.bold(style.green(`${number}. ${stop.title}`))}\n\n${indent(stop.sql)}\n\n`);
  await aboutStatement(stop.sql, async () => {
    using progress = startProgress(io.stderr, 'reading');
    await using rows = await connection.stream(stop.sql, [], { signal });
    await printRows(rows, 'table', io, progress);
    progress.stop();
    await write(`${style.dim(formatCost(rows.stats))}\n`);
  });
}

function indent(sql: string): string {
  return sql.replaceAll(/^/gm, '  ');
}

function waitForAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
