import {
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
} from '@duckdb/node-api';
import type { ColumnDef, TableDef } from '../../src/catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { fromOrderedText, isOrderedText, toOrderedText, toUnits } from './ordered-number.ts';

/** A DuckDB that got its rows by other means than the driver: literal by literal. */
export interface PlainDuckDb {
  load(table: TableDef, items: readonly AttributeMap[]): Promise<void>;
  /** Returns formatted rows, in order. */
  rows(sql: string): Promise<string[]>;
  drop(table: string): Promise<void>;
  close(): void;
}

export async function openPlainDuckDb(): Promise<PlainDuckDb> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(
    "SET integer_division = true; SET default_null_order = 'NULLS_LAST_ON_ASC_FIRST_ON_DESC'; SET TimeZone = 'UTC'",
  );
  return {
    load: (table, items) => load(connection, table, items),
    async rows(sql) {
      const result = await connection.runAndReadAll(sql);
      const json = result.columnTypes().map((type) => type.alias === 'JSON');
      return result
        .getRows()
        .map((row) =>
          formatRow(
            row.map((value, i) =>
              json[i] === true && typeof value === 'string' ? JSON.parse(value) : value,
            ),
          ),
        );
    },
    async drop(table) {
      await connection.run(`DROP TABLE ${quoted(table)}`);
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A row as text in which a number is its digits, however it is held. */
export function formatRow(row: readonly unknown[]): string {
  return JSON.stringify(row.map(comparable));
}

function comparable(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'bigint') return plain(String(value));
  if (typeof value === 'string' && isOrderedText(value)) return fromOrderedText(value);
  if (typeof value === 'string') return /^-?\d+(\.\d+)?$/.test(value) ? plain(value) : value;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(comparable);
  if (value === null || typeof value !== 'object') return value;
  if ('bytes' in value && value.bytes instanceof Uint8Array) return comparable(value.bytes);
  // DuckDB's own lists, decimals and dates.
  if (value instanceof DuckDBListValue) return comparable(value.items);
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue)
    return new Date(Number(value.micros / 1000n)).toISOString();
  if (value instanceof DuckDBDecimalValue || value instanceof DuckDBDateValue)
    return comparable(value.toString());
  // DynamoDB keeps no order of a map's members.
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, comparable(member)]));
}

/** Without zeros after the last digit of a fraction, and without an exponent. */
function plain(digits: string): string {
  const [significand = '', exponent] = digits.split('e');
  if (exponent === undefined)
    return significand.includes('.') ? significand.replace(/\.?0+$/, '') : significand;
  const [whole = '', fraction = ''] = significand.replace('-', '').split('.');
  const point = whole.length + Number(exponent);
  const all = whole + fraction;
  const padded = point <= 0 ? '0'.repeat(1 - point) + all : all.padEnd(point, '0');
  const at = Math.max(1, point);
  const sign = digits.startsWith('-') ? '-' : '';
  return sign + plain(padded.length > at ? `${padded.slice(0, at)}.${padded.slice(at)}` : padded);
}

async function load(
  connection: DuckDBConnection,
  table: TableDef,
  items: readonly AttributeMap[],
): Promise<void> {
  const columns = table.columns.filter((column) => column.hidden !== true);
  const definitions = columns.map((column) => `${quoted(column.name)} ${duckType(column)}`);
  await connection.run(`CREATE TABLE ${quoted(table.name)} (${definitions.join(', ')})`);
  if (items.length === 0) return;
  const rows = items.map(
    (item) => `(${columns.map((column) => toLiteral(item[column.path[0]], column)).join(', ')})`,
  );
  await connection.run(`INSERT INTO ${quoted(table.name)} VALUES ${rows.join(', ')}`);
}

function duckType({ type }: ColumnDef): string {
  if (type.kind === 'decimal') return `DECIMAL(38, ${type.scale})`;
  return {
    bigint: 'BIGINT',
    hugeint: 'HUGEINT',
    number: 'VARCHAR',
    double: 'DOUBLE',
    text: 'VARCHAR',
    boolean: 'BOOLEAN',
    blob: 'BLOB',
    json: 'JSON',
    timestamptz: 'TIMESTAMPTZ',
    timestamp: 'TIMESTAMP',
    date: 'DATE',
  }[type.kind];
}

function toLiteral(value: AttributeValue | undefined, { type }: ColumnDef): string {
  if (value === undefined || 'NULL' in value) return 'NULL';
  if (type.kind === 'json') return `${text(JSON.stringify(toPlain(value)))}::JSON`;
  if ('S' in value) return text(value.S);
  if ('N' in value && type.kind === 'number') return text(toOrderedText(toUnits(value.N)));
  if ('N' in value) return type.kind === 'double' ? `${text(value.N)}::DOUBLE` : text(expanded(value.N));
  if ('BOOL' in value) return String(value.BOOL);
  if ('B' in value) return `from_base64(${text(value.B)})`;
  throw new TypeError(`${type.kind} cannot contain ${JSON.stringify(value)}`);
}

/** Numbers are what JSON.parse reads exactly, or digits in text. Members of sets are in the order in which the driver shows them. */
export function toPlain(value: AttributeValue): unknown {
  if ('S' in value) return value.S;
  if ('N' in value)
    return String(Number(value.N)) === expanded(value.N) ? Number(value.N) : expanded(value.N);
  if ('BOOL' in value) return value.BOOL;
  if ('NULL' in value) return null;
  if ('B' in value) return value.B;
  if ('L' in value) return value.L.map(toPlain);
  if ('M' in value)
    return Object.fromEntries(Object.entries(value.M).map(([name, inner]) => [name, toPlain(inner)]));
  if ('NS' in value)
    return value.NS.toSorted((a, b) => (toUnits(a) < toUnits(b) ? -1 : 1)).map((N) => toPlain({ N }));
  return ('SS' in value ? value.SS : value.BS).toSorted((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
}

function expanded(digits: string): string {
  return plain(digits.toLowerCase());
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
