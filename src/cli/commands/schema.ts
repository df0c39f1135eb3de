import { Argument, Command } from 'commander';
import { DriverError } from '../../core/errors.ts';
import type { SchemaFinding, WrittenSchema } from '../../session/schemas.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { connectionOption } from '../options.ts';
import { escapeControl } from '../../host/node/escape-control.ts';
import { writer } from '../output/writer.ts';
import { type ConnectionFlags, withConnection } from '../with-connection.ts';

interface TargetFlags extends ConnectionFlags {
  readonly to?: string;
  readonly overwrite?: true;
}

interface CheckFlags extends ConnectionFlags {
  readonly json?: true;
}

/** `dynadbc schema`: writes, takes over and checks schema files. */
export function schemaCommand(io: Io): Command {
  return new Command('schema')
    .summary('write, import and check schema files')
    .description(
      'Schema files say what tables look like: names, types and order of columns, and views. They are JSON files in the folder that Location names.',
    )
    .addHelpText('after', examples('dynadbc schema export --to ./schemas', 'dynadbc schema check'))
    .addCommand(exportCommand(io))
    .addCommand(importCommand(io))
    .addCommand(checkCommand(io));
}

function exportCommand(io: Io): Command {
  return target(new Command('export'))
    .summary('write schema files')
    .description('Writes a schema file for each table as sampling finds it; files that are there are kept.')
    .addArgument(new Argument('[tables...]', 'the tables; without names all of them'))
    .addHelpText(
      'after',
      examples(
        'dynadbc schema export -c "AWSRegion=Ireland;Location=./schemas"',
        'dynadbc schema export orders customers --to ./schemas',
      ),
    )
    .action((tables: readonly string[], flags: TargetFlags) =>
      withConnection(flags, io, async (connection) => {
        const names = tables.length === 0 ? undefined : tables;
        await print(writtenText(await connection.schemas.export(names, targetOf(flags))), io);
      }),
    );
}

function importCommand(io: Io): Command {
  return target(new Command('import'))
    .summary('take over schema files or a data model of NoSQL Workbench')
    .description(
      'Takes over a schema file, all of a folder, or a data model of NoSQL Workbench: its tables become schemas, its facets views of them.',
    )
    .addArgument(new Argument('<path>', 'the file or the folder'))
    .addHelpText(
      'after',
      examples(
        'dynadbc schema import model.json -c "Location=./schemas"',
        'dynadbc schema import ./reviewed --to ./schemas --overwrite',
      ),
    )
    .action((path: string, flags: TargetFlags) =>
      withConnection(flags, io, async (connection) => {
        await print(writtenText(await connection.schemas.import(path, targetOf(flags))), io);
      }),
    );
}

function checkCommand(io: Io): Command {
  return new Command('check')
    .summary('compare schema files with the items of their tables')
    .description(
      'Samples the tables that have schema files and tells where the two part ways; plans every view. The exit status is 1 where values would not fit or a view fails.',
    )
    .addArgument(new Argument('[names...]', 'tables and views; without names all that have schemas'))
    .addOption(connectionOption())
    .option('--json', 'print one JSON array')
    .addHelpText(
      'after',
      examples('dynadbc schema check -c "Location=./schemas"', 'dynadbc schema check orders --json'),
    )
    .action((names: readonly string[], flags: CheckFlags) =>
      withConnection(flags, io, async (connection) => {
        const findings = await connection.schemas.check(names.length === 0 ? undefined : names);
        await print(flags.json ? `${JSON.stringify(findings, undefined, 2)}\n` : findingsText(findings), io);
        const errors = new Set(
          findings.filter(({ severity }) => severity === 'error').map(({ schema }) => schema),
        );
        if (errors.size > 0)
          throw new DriverError(
            'CATALOG_SCHEMA_FILE',
            `These schemas do not fit: ${[...errors].join(', ')}`,
            {
              remedy: 'Correct the columns named above, or write the file anew: schema export --overwrite.',
            },
          );
      }),
    );
}

function target(command: Command): Command {
  return command
    .addOption(connectionOption())
    .option('--to <folder>', 'the folder to write to; without it Location')
    .option('--overwrite', 'replace files that are there');
}

function targetOf({ to, overwrite }: TargetFlags): { readonly folder?: string; readonly overwrite: boolean } {
  return { ...(to === undefined ? {} : { folder: to }), overwrite: overwrite === true };
}

function print(text: string, io: Io): Promise<void> {
  return writer(io.stdout.stream)(text);
}

function writtenText(written: readonly WrittenSchema[]): string {
  if (written.length === 0) return 'There is nothing to write.\n';
  return written
    .map(
      ({ name, file, kept }) =>
        `${kept ? 'kept ' : 'wrote'} ${escapeControl(name)}  ${escapeControl(file)}\n`,
    )
    .join('');
}

function findingsText(findings: readonly SchemaFinding[]): string {
  if (findings.length === 0) return 'Everything fits.\n';
  return findings
    .map(({ schema, column, severity, message }) => {
      const place = column === undefined ? schema : `${schema}.${column}`;
      return `${severity.padEnd(5)} ${escapeControl(place)}: ${escapeControl(message)}\n`;
    })
    .join('');
}
