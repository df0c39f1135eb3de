import { Command, CommanderError } from 'commander';
import { lazy } from '../core/async/lazy.ts';
import { examples } from './options.ts';
import { formatFailure, unwrapFailure, toFailureReport, formatStack } from './failure.ts';
import type { Io } from './io.ts';
import { isBrokenPipe } from './output/writer.ts';
import { UsageError } from './usage-error.ts';
import { PACKAGE_VERSION } from '../core/version.ts';

/** The commands in the order of the help. */
const COMMANDS: ReadonlyMap<string, () => Promise<(io: Io) => Command>> = new Map([
  ['query', lazy(async () => (await import('./commands/query.ts')).queryCommand)],
  ['shell', lazy(async () => (await import('./commands/shell.ts')).shellCommand)],
  ['tables', lazy(async () => (await import('./commands/tables.ts')).tablesCommand)],
  ['describe', lazy(async () => (await import('./commands/describe.ts')).describeCommand)],
  ['explain', lazy(async () => (await import('./commands/explain.ts')).explainCommand)],
  ['export', lazy(async () => (await import('./commands/export.ts')).exportCommand)],
  ['import', lazy(async () => (await import('./commands/import.ts')).importCommand)],
  ['schema', lazy(async () => (await import('./commands/schema.ts')).schemaCommand)],
  ['whoami', lazy(async () => (await import('./commands/whoami.ts')).whoamiCommand)],
  ['credentials', lazy(async () => (await import('./commands/credentials.ts')).credentialsCommand)],
  ['doctor', lazy(async () => (await import('./commands/doctor.ts')).doctorCommand)],
  ['properties', lazy(async () => (await import('./commands/properties.ts')).propertiesCommand)],
  ['demo', lazy(async () => (await import('./commands/demo.ts')).demoCommand)],
]);

/** Options that may stand before a command. */
const GLOBAL_OPTIONS: ReadonlySet<string> = new Set(['--json-errors', '--debug']);

/** Builds the command line that these arguments need; nothing runs before arguments are parsed. */
export async function buildProgram(io: Io, args: readonly string[] = []): Promise<Command> {
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
  for (const create of await Promise.all(neededCommands(args))) program.addCommand(create(io));
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

/** A command needs no other, the version none; whatever else stands first, such as "--help", needs all. */
function neededCommands(args: readonly string[]): readonly Promise<(io: Io) => Command>[] {
  const first = args.find((arg) => !GLOBAL_OPTIONS.has(arg)) ?? '';
  if (first === '-V' || first === '--version') return [];
  const named = COMMANDS.get(first);
  return (named === undefined ? [...COMMANDS.values()] : [named]).map((load) => load());
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** Runs one command line and returns its exit status: 0, 1 (failed) or 2 (usage error). */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const program = await buildProgram(io, args);
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
