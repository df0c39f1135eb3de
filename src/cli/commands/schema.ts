import { Argument, Command } from 'commander';
import { DriverError } from '../../core/errors.ts';
import type { SchemaFinding, SavedSchema } from '../../session/schemas.ts';
import { examples, connectionOption } from '../options.ts';
import type { Io } from '../io.ts';
import { escapeControl } from '../../host/node/escape-control.ts';
import { createWriter } from '../output/writer.ts';
import { type ConnectionFlags, withConnection } from '../with-connection.ts';

interface TargetFlags extends ConnectionFlags {
  readonly to?: string;
  readonly overwrite?: true;
}

interface CheckFlags extends ConnectionFlags {
  readonly json?: true;
}

/** `dynadbc schema`: exports, imports and checks schema files. */
export function schemaCommand(io: Io): Command {
  return new Command('schema')
    .summary('export, import and check schema files')
    .description(
      'Schema files declare the columns of tables (names, types, order) and views. They are JSON files in the folder set by Location.',
    )
    .addHelpText('after', examples('dynadbc schema export --to ./schemas', 'dynadbc schema check'))
    .addCommand(exportCommand(io))
    .addCommand(importCommand(io))
    .addCommand(checkCommand(io));
}

function exportCommand(io: Io): Command {
  return addTargetOptions(new Command('export'))
    .summary('write schema files')
    .description('Writes a schema file for each table, as found by sampling. Existing files are kept.')
    .addArgument(new Argument('[tables...]', 'tables (default: all)'))
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
        await print(formatSavedSchemas(await connection.schemas.export(names, toSchemaTarget(flags))), io);
      }),
    );
}

function importCommand(io: Io): Command {
  return addTargetOptions(new Command('import'))
    .summary('import schema files or a NoSQL Workbench data model')
    .description(
      'Imports a schema file, a folder of them, or a NoSQL Workbench data model, whose tables become schemas and whose facets become views.',
    )
    .addArgument(new Argument('<path>', 'file or folder'))
    .addHelpText(
      'after',
      examples(
        'dynadbc schema import model.json -c "Location=./schemas"',
        'dynadbc schema import ./reviewed --to ./schemas --overwrite',
      ),
    )
    .action((path: string, flags: TargetFlags) =>
      withConnection(flags, io, async (connection) => {
        await print(formatSavedSchemas(await connection.schemas.import(path, toSchemaTarget(flags))), io);
      }),
    );
}

function checkCommand(io: Io): Command {
  return new Command('check')
    .summary('compare schema files with the stored items')
    .description(
      'Samples the tables that have schema files and reports differences; plans every view. The exit status is 1 if values do not fit or a view fails.',
    )
    .addArgument(new Argument('[names...]', 'tables and views (default: all that have schema files)'))
    .addOption(connectionOption())
    .option('--json', 'print one JSON array')
    .addHelpText(
      'after',
      examples('dynadbc schema check -c "Location=./schemas"', 'dynadbc schema check orders --json'),
    )
    .action((names: readonly string[], flags: CheckFlags) =>
      withConnection(flags, io, async (connection) => {
        const findings = await connection.schemas.check(names.length === 0 ? undefined : names);
        await print(
          flags.json ? `${JSON.stringify(findings, undefined, 2)}\n` : formatFindings(findings),
          io,
        );
        const errors = new Set(
          findings.filter(({ severity }) => severity === 'error').map(({ schema }) => schema),
        );
        if (errors.size > 0)
          throw new DriverError(
            'CATALOG_SCHEMA_FILE',
            `schema files do not match the stored items: ${[...errors].join(', ')}`,
            {
              remedy: 'Correct the columns listed above, or run `dynadbc schema export --overwrite`.',
            },
          );
      }),
    );
}

function addTargetOptions(command: Command): Command {
  return command
    .addOption(connectionOption())
    .option('--to <folder>', 'folder to write to (default: Location)')
    .option('--overwrite', 'replace existing files');
}

function toSchemaTarget({ to, overwrite }: TargetFlags): {
  readonly folder?: string;
  readonly overwrite: boolean;
} {
  return { ...(to === undefined ? {} : { folder: to }), overwrite: overwrite === true };
}

function print(text: string, io: Io): Promise<void> {
  return createWriter(io.stdout.stream)(text);
}

function formatSavedSchemas(schemas: readonly SavedSchema[]): string {
  if (schemas.length === 0) return 'Nothing to write.\n';
  return schemas
    .map(
      ({ name, file, kept }) =>
        `${kept ? 'kept ' : 'wrote'} ${escapeControl(name)}  ${escapeControl(file)}\n`,
    )
    .join('');
}

function formatFindings(findings: readonly SchemaFinding[]): string {
  if (findings.length === 0) return 'No differences found.\n';
  return findings
    .map(({ schema, column, severity, message }) => {
      const place = column === undefined ? schema : `${schema}.${column}`;
      return `${severity.padEnd(5)} ${escapeControl(place)}: ${escapeControl(message)}\n`;
    })
    .join('');
}
