import { Command } from 'commander';
import { DriverError } from '../../core/errors.ts';
import type { Finding } from '../../doctor/finding.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { paint } from '../output/paint.ts';
import { escapeControl, escapeControlLines } from '../../host/node/escape-control.ts';
import { writer } from '../output/writer.ts';
import { connectionOption } from '../options.ts';
import { CONNECTION_VARIABLE, type ConnectionFlags, interruptible } from '../with-connection.ts';

interface DoctorFlags extends ConnectionFlags {
  readonly table?: string;
  readonly json?: true;
}

/** `dynadbc doctor`: walks a sign-in step by step, and says what is wrong and what to do. */
export function doctorCommand(io: Io): Command {
  return new Command('doctor')
    .summary('find out why a sign-in does not work')
    .description(
      'Walks the sign-in step by step: the connection string, its properties, the AWS files with their line numbers, ' +
        'the network and the clock, the credentials, who AWS says it is, and whether DynamoDB lets them in. Says of each ' +
        'step that it is well, or what is wrong and what to do. Prints no secrets and changes nothing.',
    )
    .addOption(connectionOption())
    .option('--table <name>', 'the table to describe; the first one when absent')
    .option('--json', 'print one JSON object a finding')
    .addHelpText(
      'after',
      examples('dynadbc doctor -c "AWSCredentialsFileProfile=work;AWSRegion=Ireland"', 'dynadbc doctor'),
    )
    .action((flags: DoctorFlags) => interruptible(io, (signal) => examine(flags, io, signal)));
}

async function examine(flags: DoctorFlags, io: Io, signal: AbortSignal): Promise<void> {
  const write = writer(io.stdout.stream);
  // Without a string everything is by default: that, too, may be what does not work.
  const text = flags.connection ?? io.env(CONNECTION_VARIABLE) ?? '';
  const problems: Finding[] = [];
  for await (const finding of io.diagnose(text, { table: flags.table, signal })) {
    if (finding.verdict === 'problem') problems.push(finding);
    await write(flags.json ? `${JSON.stringify(finding)}\n` : findingText(finding, io.stdout.colors));
  }
  const [first] = problems;
  if (first === undefined) return;
  const many = problems.length === 1 ? 'There is a problem' : `There are ${problems.length} problems`;
  const { code = 'EXEC_ENGINE', remedy } = first;
  throw new DriverError(
    code,
    `${many}, beginning with ${first.step}.`,
    remedy === undefined ? {} : { remedy },
  );
}

const LOOKS = { ok: 'green', skipped: 'dim', warning: 'bold', problem: 'red' } as const;

function findingText({ step, verdict, message, remedy, attempts }: Finding, colors: boolean): string {
  const style = paint(colors);
  const indent = ' '.repeat(28);
  const lines = [
    `${style[LOOKS[verdict]](verdict.padEnd(8))} ${step.padEnd(18)} ${escapeControlLines(message)}`,
  ];
  for (const { what, why } of attempts ?? [])
    lines.push(`${indent}- ${escapeControl(what)}: ${escapeControl(why)}`);
  if (remedy !== undefined && verdict !== 'ok')
    lines.push(`${indent}${style.bold('hint:')} ${escapeControlLines(remedy)}`);
  return `${lines.join('\n')}\n`;
}
