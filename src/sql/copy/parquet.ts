import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { DriverError, getErrorMessage } from '../../core/errors.ts';
import type { FileDraft } from '../../core/ports.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { throwIfCancelled } from '../../dynamo/transport/service-errors.ts';
import { foldCase } from '../bind/suggestions.ts';
import { formatFloat } from '../types/text-format.ts';
import { formatTimestamp } from '../types/text-format.ts';
import { toPostgresType } from '../types/types.ts';
import { toEngineError } from '../engine/engine-errors.ts';
import type { Engine } from '../engine/engine.ts';
import { quoteName, quoteString } from '../print/quote.ts';
import { toAttribute } from '../write/to-attribute.ts';
import { buildItem } from '../write/build-item.ts';
import type { StoredInput } from '../write/stored-input.ts';
import { restoreColumnNames, toDistinctNames } from './parquet-names.ts';
import { itemRow, nullInput, type FileRow, type LoadTarget, resolveFileColumns } from './file-rows.ts';

/** Reads the rows of a Parquet file, with the file's types. */
export async function* readParquet(
  engine: Engine,
  path: string,
  into: LoadTarget,
  signal: AbortSignal,
): AsyncGenerator<readonly FileRow[]> {
  const connection = await engine.connect();
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    const names = await readColumnNames(connection, path);
    const columns = selectColumns(names, into.columns, path);
    // DuckDB has other names for columns whose names differ only in case.
    const aliases = names.map((_, i) => columnName(i)).join(', ');
    const result = await connection.stream(
      `SELECT ${columns.map(columnName).join(', ')} FROM read_parquet(${quoteString(path)}) AS f(${aliases})`,
    );
    const targets = resolveFileColumns(
      columns.map((at) => names[at] ?? ''),
      into,
    );
    const types = result.columnTypes();
    let line = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      const values = chunk.getColumns();
      const item = (row: number): AttributeMap =>
        buildItem(
          types.map((type, i) => toInput(values[i]?.[row] ?? null, type) ?? nullInput(into.options)),
          targets,
          into.table,
        );
      const before = line;
      line += chunk.rowCount;
      yield Array.from({ length: chunk.rowCount }, (_, row) =>
        itemRow(before + row + 1, '', () => item(row)),
      );
    }
  } catch (error) {
    throwIfCancelled(signal);
    throw toParquetError(error, path);
  } finally {
    signal.removeEventListener('abort', interrupt);
    connection.closeSync();
  }
}

/** The names of the columns in the file. */
async function readColumnNames(connection: DuckDBConnection, path: string): Promise<readonly string[]> {
  const schema = await connection.runAndReadAll(
    `SELECT name, num_children FROM parquet_schema(${quoteString(path)})`,
  );
  // The elements of a schema are in depth-first order; the first is its root.
  const elements = schema.getRows();
  const skip = (at: number): number => {
    let end = at + 1;
    for (let left = Number(elements[at]?.[1] ?? 0); left > 0; left -= 1) end = skip(end);
    return end;
  };
  const names: string[] = [];
  for (let at = 1; at < elements.length; at = skip(at)) names.push(String(elements[at]?.[0]));
  return names;
}

/** The positions of the statement's columns in the file: the exact name, else the only one that differs in case. */
function selectColumns(
  names: readonly string[],
  columns: readonly string[] | undefined,
  path: string,
): readonly number[] {
  return (columns ?? names).map((name, i) => {
    if (columns === undefined) return i;
    const alike = names.flatMap((each, at) => (foldCase(each) === foldCase(name) ? [at] : []));
    const found = names.includes(name) ? names.indexOf(name) : alike.length === 1 ? alike[0] : undefined;
    if (found !== undefined) return found;
    throw new DriverError('SQL_UNKNOWN_COLUMN', `column "${name}" does not exist in file "${path}"`, {
      candidates: names,
      remedy: `The file has the columns ${names.map((each) => `"${each}"`).join(', ')}.`,
    });
  });
}

function toParquetError(error: unknown, path: string): unknown {
  if (error instanceof DriverError) return error;
  const text = getErrorMessage(error);
  if (!/parquet|magic bytes|No files found|snappy|zstd|thrift/i.test(text))
    return toEngineError(error, () => undefined);
  const [, reason = 'it is damaged'] = REASONS.find(([pattern]) => pattern.test(text)) ?? [];
  return new DriverError('FILE_FORMAT', `could not read file "${path}" as Parquet: ${reason}`, {
    cause: error,
  });
}

/** What DuckDB says of files that it cannot read. */
const REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/magic bytes|too small to be a Parquet/i, 'it is not a Parquet file'],
  [/No files found/i, 'it does not exist'],
  [/encrypt/i, 'it is encrypted'],
  [/snappy|zstd|gzip|brotli|lz4|decompress/i, 'its compression is not supported, or its data is damaged'],
];

/** Converts a value of the file to one to store; undefined for NULL. */
function toInput(value: DuckDBValue, type: DuckDBType | undefined): StoredInput | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string')
    return type?.alias === 'JSON' ? { kind: 'json', text: value } : { kind: 'text', text: value };
  if (typeof value === 'number')
    return { kind: 'number', text: String(type) === 'FLOAT' ? formatFloat(value, 'real') : String(value) };
  if (typeof value === 'bigint') return { kind: 'number', text: String(value) };
  return typeof value === 'boolean' ? { kind: 'boolean', value } : objectToInput(value, type);
}

function objectToInput(value: NonNullable<DuckDBValue> & object, type: DuckDBType | undefined): StoredInput {
  if (value instanceof DuckDBDecimalValue) return { kind: 'number', text: value.toString() };
  if (value instanceof DuckDBBlobValue) return { kind: 'bytes', bytes: value.bytes };
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
    return { kind: 'text', text: formatIsoTimestamp(value) };
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return {
      kind: 'array',
      items: value.items.map((item) => toInput(item, undefined) ?? { kind: 'null' }),
    };
  if (value instanceof DuckDBStructValue) return toMapInput(Object.entries(value.entries));
  if (value instanceof DuckDBMapValue)
    return toMapInput(value.entries.map(({ key, value: member }) => [String(key), member] as const));
  // DATE, TIME, UUID and other timestamps are stored as they print.
  return {
    kind: 'text',
    text: /TIMESTAMP/.test(String(type)) ? String(value).replace(' ', 'T') : String(value),
  };
}

function formatIsoTimestamp(value: DuckDBTimestampValue | DuckDBTimestampTZValue): string {
  const text = formatTimestamp(value.micros, '').replace(' ', 'T');
  return value instanceof DuckDBTimestampTZValue ? `${text}Z` : text;
}

function toMapInput(members: readonly (readonly [name: string, value: DuckDBValue])[]): StoredInput {
  const map = members.flatMap(([name, member]): readonly (readonly [string, AttributeValue])[] => {
    const value = toInput(member, undefined);
    const stored = value && toAttribute(value, { label: name, key: undefined, seen: {} });
    return stored === undefined ? [] : [[name, stored]];
  });
  return { kind: 'attribute', value: { M: Object.fromEntries(map) } };
}

const VIEW_NAME = 'copied';

/** The SQL that creates a view of the statement, so that its column types are known before it is written to a file. */
export function createViewSql(sql: string, columns: number): string {
  const names = Array.from({ length: columns }, (_, i) => columnName(i));
  return `CREATE VIEW ${VIEW_NAME}(${names.join(', ')}) AS ${sql}`;
}

/** Writes the view to a file; returns the number of rows. */
export async function writeParquet(
  connection: DuckDBConnection,
  names: readonly string[],
  draft: FileDraft,
  compression: string,
): Promise<number> {
  const written = toDistinctNames(names);
  const description = await connection.runAndReadAll(`DESCRIBE ${VIEW_NAME}`);
  const list = description
    .getRows()
    .map(([, type], i) => `${castExactly(columnName(i), String(type))} AS ${quoteName(written[i] ?? '')}`);
  const result = await connection.runAndReadAll(
    `COPY (SELECT ${list.join(', ')} FROM ${VIEW_NAME}) TO ${quoteString(draft.path)} (FORMAT parquet, USE_TMP_FILE false, COMPRESSION ${quoteString(compression === 'none' ? 'uncompressed' : compression)})`,
  );
  await restoreColumnNames(draft, written, names);
  return Number(result.getRows()[0]?.[0] ?? 0);
}

function columnName(at: number): string {
  return `c${at}`;
}

/** Whether a type of DuckDB is that of numbers of any digits. */
function isExactNumber(type: string): boolean {
  return type.startsWith('STRUCT') && toPostgresType(type) === 'numeric';
}

/** A document whose numbers are JSON numbers with all their digits. */
function exactDocument(column: string): string {
  return `CAST(pg_json_text(${column}) AS JSON)`;
}

/** Parquet has no 128-bit integers, and DuckDB would round them. It has no numbers of any digits either. */
function castExactly(column: string, type: string): string {
  if (isExactNumber(type)) return `num_text(${column})`;
  if (type.endsWith('[]') && isExactNumber(type.slice(0, -2))) return `num_texts(${column})`;
  if (type === 'JSON') return exactDocument(column);
  if (type === 'JSON[]') return `list_transform(${column}, lambda x: ${exactDocument('x')})`;
  if (type === 'HUGEINT') return `CAST(${column} AS DECIMAL(38, 0))`;
  return /^(?:UHUGEINT|BIGNUM|BIT|"NULL"|NULL)$/.test(type) ? `CAST(${column} AS VARCHAR)` : column;
}
