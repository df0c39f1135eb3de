import { Command, CommanderError } from 'commander';
import { credentialsCommand } from './commands/credentials.ts';
import { demoCommand } from './commands/demo.ts';
import { describeCommand } from './commands/describe.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { propertiesCommand } from './commands/properties.ts';
import { queryCommand } from './commands/query.ts';
import { schemaCommand } from './commands/schema.ts';
import { shellCommand } from './commands/shell.ts';
import { tablesCommand } from './commands/tables.ts';
import { whoamiCommand } from './commands/whoami.ts';
import { examples } from './examples.ts';
import { failureText, originOf, reportOf, stackText } from './failure.ts';
import type { Io } from './io.ts';
import { isBrokenPipe } from './output/writer.ts';
import { UsageError } from './usage-error.ts';
import { packageVersion } from '../core/version.ts';

const COMMANDS = [
  queryCommand,
  shellCommand,
  tablesCommand,
  describeCommand,
  explainCommand,
  exportCommand,
  importCommand,
  schemaCommand,
  whoamiCommand,
  credentialsCommand,
  doctorCommand,
  propertiesCommand,
  demoCommand,
];

/** The whole command line as commander sees it; nothing runs before it parses arguments. */
export function buildProgram(io: Io): Command {
  const program = new Command('dynadbc')
    .description('SQL for Amazon DynamoDB from one connection string.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .option('--json-errors', 'print a failure as one JSON object on standard error')
    .option('--debug', 'print the stack of a failure as well')
    .addHelpText(
      'after',
      `${examples(
        'dynadbc demo',
        'dynadbc query -c "AWSRegion=eu-west-1" "SELECT * FROM orders LIMIT 10"',
        'dynadbc shell',
      )}

Exit status: 0 when all went well, 1 when a connection or a statement failed, 2 for wrong usage.`,
    );
  for (const command of COMMANDS) program.addCommand(command(io));
  for (const command of withSubcommands(program)) {
    command
      .exitOverride()
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({
        writeOut: (text) => io.stdout.stream.write(text),
        writeErr: (text) => io.stderr.stream.write(text),
        // Failures are printed in one place, runCli, and in one form.
        outputError: () => undefined,
        getOutHelpWidth: () => io.stdout.columns(),
        getErrHelpWidth: () => io.stderr.columns(),
        getOutHasColors: () => io.stdout.colors,
        getErrHasColors: () => io.stderr.colors,
      });
  }
  return program;
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** Runs one command line and gives its exit status: 0, 1 (it failed) or 2 (wrong usage). */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const program = buildProgram(io);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (failure) {
    // Whoever read the results has seen enough.
    if (isBrokenPipe(originOf(failure))) return 0;
    if (!(failure instanceof CommanderError)) return fail(failure, args, io);
    if (failure.exitCode === 0) return 0;
    return failure.code === 'commander.help' ? 2 : fail(usageError(failure), args, io);
  }
}

function fail(failure: unknown, args: readonly string[], io: Io): number {
  const { stderr } = io;
  const text = args.includes('--json-errors')
    ? `${JSON.stringify(reportOf(failure))}\n`
    : failureText(failure, { colors: stderr.colors, columns: stderr.columns() });
  stderr.stream.write(args.includes('--debug') ? text + stackText(failure) : text);
  return reportOf(failure).code === 'USAGE' ? 2 : 1;
}

function usageError(failure: CommanderError): UsageError {
  // What was typed in the wrong place may be a connection string, so nothing with "=" is repeated.
  const message = failure.message.replace(/^error: /, '').replace(/'[^']*=[^]*'/, 'that holds "="');
  return new UsageError(message, '`dynadbc --help` and `dynadbc <command> --help` show what there is.');
}
