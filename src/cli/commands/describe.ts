import { Argument, Command, Option } from 'commander';
import type {
  ColumnInfo,
  Connection,
  IndexInfo,
  OutputColumn,
  TableDetails,
} from '../../session/connection.ts';
import { quoteName } from '../../sql/print/names.ts';
import type { Value } from '../../sql/types/value.ts';
import { examples } from '../examples.ts';
import type { Io, Screen } from '../io.ts';
import { paint } from '../output/paint.ts';
import { lookOf } from '../output/print-rows.ts';
import { countOf } from '../output/row-count.ts';
import { rowPrinter } from '../output/row-printer.ts';
import { escapeControl, escapeControlLines } from '../../host/node/escape-control.ts';
import { writer } from '../output/writer.ts';
import { connectionOption } from '../options.ts';
import { type ConnectionFlags, withConnection } from '../with-connection.ts';

interface DescribeFlags extends ConnectionFlags {
  readonly json?: true;
  readonly ddl?: true;
}

/** What there is to know of a table before it is read. */
interface TableDescription extends Omit<TableDetails, 'name'> {
  readonly table: string;
  readonly columns: readonly ColumnInfo[];
  readonly indexes: readonly IndexInfo[];
}

/** `dynadbc describe`: the columns, keys and indexes of a table. */
export function describeCommand(io: Io): Command {
  return new Command('describe')
    .summary('show the columns, keys and indexes of a table')
    .description(
      'Shows what a table looks like to SQL: its columns as sampling found them, its key and its indexes.',
    )
    .addArgument(new Argument('<table>', 'the name of the table or view'))
    .addOption(connectionOption())
    .addOption(new Option('--json', 'print one JSON object').conflicts('ddl'))
    .option('--ddl', 'print the CREATE TABLE statement that makes such a table')
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
          await writer(io.stdout.stream)(`${await statementOf(connection, table)};\n`);
          return;
        }
        const described = await describeTable(connection, table);
        await writer(io.stdout.stream)(
          flags.json ? `${JSON.stringify(described, undefined, 2)}\n` : descriptionText(described, io.stdout),
        );
      }),
    );
}

/** Asks the connection for everything about one table. */
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

/** The statement that makes a table like this one. */
export async function statementOf(connection: Connection, table: string): Promise<string> {
  const { rows } = await connection.query<{ readonly statement: string }>(
    `SHOW CREATE TABLE ${quoteName(table)}`,
  );
  return rows[0]?.statement ?? '';
}

/** A table's description for a person. */
export function descriptionText(described: TableDescription, screen: Screen): string {
  const style = paint(screen.colors);
  if (described.kind === 'view') return viewText(described, screen);
  const parts = [
    `${style.bold(`Table ${escapeControl(described.table)}`)} (${countOf(described.itemCount, 'item')}, ${byteText(described.sizeBytes)} at DynamoDB's last count)`,
    grid(
      ['column', 'type', 'key', 'present', 'DynamoDB types'],
      described.columns.map((column) => [
        column.name,
        column.type,
        keyText(column),
        percent(column.presence),
        column.dynamoTypes.join(', '),
      ]),
      screen,
    ),
  ];
  if (described.indexes.length > 0) {
    parts.push(
      style.bold('Indexes'),
      grid(
        ['index', 'kind', 'partition key', 'sort key', 'holds', 'items'],
        described.indexes.map((index) => [
          index.name,
          index.kind,
          index.partition.join(', '),
          index.sort.join(', '),
          index.projection === 'ALL' ? 'everything' : index.projection.join(', '),
          index.itemCount === undefined ? '' : String(index.itemCount),
        ]),
        screen,
      ),
    );
  }
  return `${parts.join('\n')}\n`;
}

function viewText({ table, columns, definition, schemaFile }: TableDescription, screen: Screen): string {
  const style = paint(screen.colors);
  const place = schemaFile === undefined ? 'until the connection ends' : escapeControl(schemaFile);
  return [
    `${style.bold(`View ${escapeControl(table)}`)} (${place})`,
    grid(
      ['column', 'type'],
      columns.map((column) => [column.name, column.type]),
      screen,
    ),
    `${escapeControlLines(definition ?? '')}\n`,
  ].join('\n');
}

/** A table of texts without a count below it. */
export function grid(header: readonly string[], rows: readonly (readonly Value[])[], screen: Screen): string {
  const columns: OutputColumn[] = header.map((name) => ({ name, type: 'text' }));
  const printer = rowPrinter('table', columns, lookOf(screen));
  const text = printer.rows(rows) + printer.end();
  return text.slice(0, text.lastIndexOf('\n(') + 1);
}

function byteText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

function keyText(column: ColumnInfo): string {
  return [column.key, column.hidden ? 'hidden' : undefined].filter((word) => word !== undefined).join(', ');
}

function percent(part: number): string {
  // A rare attribute is not one that nobody has.
  if (Number.isNaN(part)) return '';
  return part > 0 && part < 0.01 ? '<1%' : `${Math.floor(part * 100)}%`;
}
