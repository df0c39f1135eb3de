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
import { formatFailure, unwrapFailure, toFailureReport, formatStack } from './failure.ts';
import type { Io } from './io.ts';
import { isBrokenPipe } from './output/writer.ts';
import { UsageError } from './usage-error.ts';
import { PACKAGE_VERSION } from '../core/version.ts';

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

/** Builds the command line; nothing runs before arguments are parsed. */
export function buildProgram(io: Io): Command {
  const program = new Command('dynadbc')
    .description('SQL for Amazon DynamoDB from one connection string.')
    .version(PACKAGE_VERSION, '-V, --version', 'print the version')
    .option('--json-errors', 'print errors as one JSON object on standard error')
    .option('--debug', 'print stack traces of errors')
    .addHelpText(
      'after',
      `${examples(
        'dynadbc demo',
        'dynadbc query -c "AWSRegion=eu-west-1" "SELECT * FROM orders LIMIT 10"',
        'dynadbc shell',
      )}

Exit status: 0 on success, 1 if a connection or statement failed, 2 for a usage error.`,
    );
  for (const command of COMMANDS) program.addCommand(command(io));
  for (const command of withSubcommands(program)) {
    command
      .exitOverride()
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({
        writeOut: (text) => io.stdout.stream.write(text),
        writeErr: (text) => io.stderr.stream.write(text),
        // runCli prints all failures in one format.
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

/** Runs one command line and returns its exit status: 0, 1 (failed) or 2 (usage error). */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const program = buildProgram(io);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (failure) {
    // The reader of our output has closed the pipe.
    if (isBrokenPipe(unwrapFailure(failure))) return 0;
    if (!(failure instanceof CommanderError)) return fail(failure, args, io);
    if (failure.exitCode === 0) return 0;
    return failure.code === 'commander.help' ? 2 : fail(usageError(failure), args, io);
  }
}

function fail(failure: unknown, args: readonly string[], io: Io): number {
  const { stderr } = io;
  const text = args.includes('--json-errors')
    ? `${JSON.stringify(toFailureReport(failure))}\n`
    : formatFailure(failure, { colors: stderr.colors, columns: stderr.columns() });
  stderr.stream.write(args.includes('--debug') ? text + formatStack(failure) : text);
  return toFailureReport(failure).code === 'USAGE' ? 2 : 1;
}

function usageError(failure: CommanderError): UsageError {
  // A misplaced argument may be a connection string: never echo anything that contains "=".
  const message = failure.message.replace(/^error: /, '').replace(/'[^']*=[^]*'/, 'that contains "="');
  return new UsageError(message, 'Run `dynadbc --help` or `dynadbc <command> --help`.');
}
