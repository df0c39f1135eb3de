import { Command } from 'commander';
import type { Connection } from '../../session/connection.ts';
import { type Stop, TOUR } from '../demo/tour.ts';
import { examples } from '../examples.ts';
import { aboutStatement } from '../failure.ts';
import type { Io } from '../io.ts';
import { paint } from '../output/paint.ts';
import { costLine, printRows } from '../output/print-rows.ts';
import { drawBar, startProgress } from '../output/progress.ts';
import { countOf } from '../output/row-count.ts';
import { writer } from '../output/writer.ts';
import { runShell } from '../shell/shell.ts';
import { interruptible } from '../with-connection.ts';

interface DemoFlags {
  readonly shell?: true;
  readonly keep?: true;
}

/** `dynadbc demo`: an embedded DynamoDB, a shop in it, and SQL over it. */
export function demoCommand(io: Io): Command {
  return new Command('demo')
    .summary('try it on an embedded DynamoDB, with nothing to set up')
    .description(
      'Starts an embedded DynamoDB in this process, fills it with a small shop and runs a tour of statements. Needs no network and no account.',
    )
    .option('--shell', 'stay in the interactive shell afterwards')
    .option('--keep', 'keep the embedded DynamoDB for other programs until Ctrl-C')
    .addHelpText('after', examples('dynadbc demo', 'dynadbc demo --shell', 'dynadbc demo --keep'))
    .action((flags: DemoFlags) => interruptible(io, (signal) => runDemo(flags, io, signal)));
}

async function runDemo(flags: DemoFlags, io: Io, signal: AbortSignal): Promise<void> {
  const say = writer(io.stderr.stream);
  let seeded = 0;
  await using sandbox = await io.startSandbox({
    signal,
    onProgress: (done, total) => {
      seeded = total;
      drawBar(io.stderr, 'seeding', done, total);
    },
  });
  await say(`An embedded DynamoDB with ${countOf(seeded, 'item')} in customers, orders and readings.\n`);
  await using connection = await io.connect(sandbox.connectionString, { signal });
  for (const [index, stop] of TOUR.entries()) await show(connection, stop, index + 1, io, signal);

  await writer(io.stdout.stream)(`\nThe connection string:\n\n  ${sandbox.connectionString}\n\n`);
  if (flags.shell) return await runShell(connection, io, { format: 'table', yes: false });
  if (flags.keep) {
    await say('It stays until Ctrl-C. In another terminal: dynadbc shell -c "<the connection string>"\n');
    return await aborted(signal);
  }
  await say(
    'It ends with this process. To go on: `npm run demo -- --shell` to type statements here,\n' +
      '`npm run demo -- --keep` to use it from other programs (`dynadbc demo --shell`, `--keep`).\n',
  );
}

async function show(
  connection: Connection,
  stop: Stop,
  number: number,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  const style = paint(io.stdout.colors);
  const write = writer(io.stdout.stream);
  await write(`\n${style.bold(style.green(`${number}. ${stop.title}`))}\n\n${indented(stop.sql)}\n\n`);
  await aboutStatement(stop.sql, async () => {
    using progress = startProgress(io.stderr, 'reading');
    await using rows = await connection.stream(stop.sql, [], { signal });
    await printRows(rows, 'table', io, progress);
    progress.stop();
    await write(`${style.dim(costLine(rows.stats))}\n`);
  });
}

function indented(sql: string): string {
  return sql.replaceAll(/^/gm, '  ');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
