import { resultColumn } from '../../sql/types/types.ts';
import { Argument, Command, Option } from 'commander';
import type {
  ColumnInfo,
  Connection,
  IndexInfo,
  OutputColumn,
  TableDetails,
} from '../../session/connection.ts';
import { quoteName } from '../../sql/print/quote.ts';
import type { Value } from '../../sql/types/value.ts';
import { examples, connectionOption } from '../options.ts';
import type { Io, OutputScreen } from '../io.ts';
import { paint } from '../output/paint.ts';
import { terminalLook } from '../output/print-rows.ts';
import { formatCount } from '../output/row-count.ts';
import { rowPrinter } from '../output/row-printer.ts';
import { escapeControl, escapeControlLines } from '../../host/node/escape-control.ts';
import { createWriter } from '../output/writer.ts';
import { type ConnectionFlags, withConnection } from '../with-connection.ts';

interface DescribeFlags extends ConnectionFlags {
  readonly json?: true;
  readonly ddl?: true;
}

/** The metadata of a table. */
interface TableDescription extends Omit<TableDetails, 'name'> {
  readonly table: string;
  readonly columns: readonly ColumnInfo[];
  readonly indexes: readonly IndexInfo[];
}

/** `dynadbc describe`: the columns, keys and indexes of a table. */
export function describeCommand(io: Io): Command {
  return new Command('describe')
    .summary('show the columns, keys and indexes of a table')
    .description('Shows a table as SQL sees it: its columns as found by sampling, its key and its indexes.')
    .addArgument(new Argument('<table>', 'table or view'))
    .addOption(connectionOption())
    .addOption(new Option('--json', 'print one JSON object').conflicts('ddl'))
    .option('--ddl', 'print the CREATE TABLE statement')
    .addHelpText(
      'after',
      examples(
        'dynadbc describe orders',
        'dynadbc describe orders --json',
        'dynadbc describe orders --ddl > orders.sql',
      ),
    )
    .action((table: string, flags: DescribeFlags) =>
      withConnection(flags, io, async (connection) => {
        if (flags.ddl) {
          await createWriter(io.stdout.stream)(`${await createStatement(connection, table)};\n`);
          return;
        }
        const described = await describeTable(connection, table);
        await createWriter(io.stdout.stream)(
          flags.json
            ? `${JSON.stringify(described, undefined, 2)}\n`
            : formatDescription(described, io.stdout),
        );
      }),
    );
}

/** Reads all metadata of a table. */
export async function describeTable(connection: Connection, name: string): Promise<TableDescription> {
  const { metadata } = connection;
  const { name: table, ...details } = await metadata.details(name);
  return {
    table,
    ...details,
    columns: await metadata.columns(table),
    indexes: await metadata.indexes(table),
  };
}

/** The CREATE TABLE statement of a table. */
export async function createStatement(connection: Connection, table: string): Promise<string> {
  const { rows } = await connection.query<{ readonly statement: string }>(
    `SHOW CREATE TABLE ${quoteName(table)}`,
  );
  return rows[0]?.statement ?? '';
}

/** Formats a table description for the terminal. */
export function formatDescription(described: TableDescription, screen: OutputScreen): string {
  const style = paint(screen.colors);
  if (described.kind === 'view') return formatView(described, screen);
  const parts = [
    `${style.bold(`Table ${escapeControl(described.table)}`)} (${formatCount(described.itemCount, 'item')}, ${formatBytes(described.sizeBytes)} at DynamoDB's last count)`,
    formatGrid(
      ['column', 'type', 'key', 'present', 'DynamoDB types'],
      described.columns.map((column) => [
        column.name,
        column.type,
        formatKeyRole(column),
        formatPresence(column.presence),
        column.dynamoTypes.join(', '),
      ]),
      screen,
    ),
  ];
  if (described.indexes.length > 0) {
    parts.push(
      style.bold('Indexes'),
      formatGrid(
        ['index', 'kind', 'partition key', 'sort key', 'projection', 'items'],
        described.indexes.map((index) => [
          index.name,
          index.kind,
          index.partition.join(', '),
          index.sort.join(', '),
          index.projection === 'ALL' ? 'all attributes' : index.projection.join(', '),
          index.itemCount === undefined ? '' : String(index.itemCount),
        ]),
        screen,
      ),
    );
  }
  return `${parts.join('\n')}\n`;
}

function formatView(
  { table, columns, definition, schemaFile }: TableDescription,
  screen: OutputScreen,
): string {
  const style = paint(screen.colors);
  const origin = schemaFile === undefined ? 'temporary, for this connection' : escapeControl(schemaFile);
  return [
    `${style.bold(`View ${escapeControl(table)}`)} (${origin})`,
    formatGrid(
      ['column', 'type'],
      columns.map((column) => [column.name, column.type]),
      screen,
    ),
    `${escapeControlLines(definition ?? '')}\n`,
  ].join('\n');
}

/** Formats rows of strings as a table without a row count. */
export function formatGrid(
  header: readonly string[],
  rows: readonly (readonly Value[])[],
  screen: OutputScreen,
): string {
  const columns: OutputColumn[] = header.map((name) => resultColumn(name, 'text'));
  const printer = rowPrinter('table', columns, terminalLook(screen));
  const text = printer.rows(rows) + printer.end();
  return text.slice(0, text.lastIndexOf('\n(') + 1);
}

function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

function formatKeyRole(column: ColumnInfo): string {
  return [column.key, column.hidden ? 'hidden' : undefined].filter((word) => word !== undefined).join(', ');
}

function formatPresence(part: number): string {
  // A rare attribute must not show as absent.
  if (Number.isNaN(part)) return '';
  return part > 0 && part < 0.01 ? '<1%' : `${Math.floor(part * 100)}%`;
}
