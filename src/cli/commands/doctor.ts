import { Command } from 'commander';
import { DriverError } from '../../core/errors.ts';
import type { Finding } from '../../doctor/finding.ts';
import { examples, connectionOption } from '../options.ts';
import type { Io } from '../io.ts';
import { paint } from '../output/paint.ts';
import { escapeControl, escapeControlLines } from '../../host/node/escape-control.ts';
import { createWriter } from '../output/writer.ts';
import { CONNECTION_VARIABLE, type ConnectionFlags, interruptible } from '../with-connection.ts';

interface DoctorFlags extends ConnectionFlags {
  readonly table?: string;
  readonly json?: true;
}

/** `dynadbc doctor`: diagnoses a sign-in step by step. */
export function doctorCommand(io: Io): Command {
  return new Command('doctor')
    .summary('diagnose sign-in problems')
    .description(
      'Checks a sign-in step by step: the connection string, its properties, the AWS files with their line numbers, the ' +
        'network and the clock, the credentials, the AWS identity, and access to DynamoDB. Reports for each step that it ' +
        'works, or what is wrong and how to fix it. Prints no secrets and changes nothing.',
    )
    .addOption(connectionOption())
    .option('--table <name>', 'table to describe (default: the first)')
    .option('--json', 'print one JSON object per finding')
    .addHelpText(
      'after',
      examples('dynadbc doctor -c "AWSCredentialsFileProfile=work;AWSRegion=Ireland"', 'dynadbc doctor'),
    )
    .action((flags: DoctorFlags) => interruptible(io, (signal) => runDoctor(flags, io, signal)));
}

async function runDoctor(flags: DoctorFlags, io: Io, signal: AbortSignal): Promise<void> {
  const write = createWriter(io.stdout.stream);
  // An empty string uses all defaults, which may be what does not work.
  const text = flags.connection ?? io.env(CONNECTION_VARIABLE) ?? '';
  const problems: Finding[] = [];
  for await (const finding of io.diagnose(text, { table: flags.table, signal })) {
    if (finding.verdict === 'problem') problems.push(finding);
    await write(flags.json ? `${JSON.stringify(finding)}\n` : formatFinding(finding, io.stdout.colors));
  }
  const [first] = problems;
  if (first === undefined) return;
  const count = problems.length === 1 ? 'found a problem' : `found ${problems.length} problems`;
  const { code = 'EXEC_ENGINE', remedy } = first;
  throw new DriverError(code, `${count}, first in: ${first.step}`, remedy === undefined ? {} : { remedy });
}

const VERDICT_STYLES = { ok: 'green', skipped: 'dim', warning: 'bold', problem: 'red' } as const;

function formatFinding({ step, verdict, message, remedy, attempts }: Finding, colors: boolean): string {
  const style = paint(colors);
  const indent = ' '.repeat(28);
  const lines = [
    `${style[VERDICT_STYLES[verdict]](verdict.padEnd(8))} ${step.padEnd(18)} ${escapeControlLines(message)}`,
  ];
  for (const { what, why } of attempts ?? [])
    lines.push(`${indent}- ${escapeControl(what)}: ${escapeControl(why)}`);
  if (remedy !== undefined && verdict !== 'ok')
    lines.push(`${indent}${style.bold('hint:')} ${escapeControlLines(remedy)}`);
  return `${lines.join('\n')}\n`;
}
