import { abbreviate } from '../../core/abbreviate.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import type { BatchedWrite } from '../../dynamo/write/writer.ts';
import { foldCase } from '../bind/suggestions.ts';
import type { ParsedText } from '../parse/parse.ts';
import { resolveWriteTarget, type WriteTarget } from '../write/write-target.ts';
import { conformItem } from '../write/conform-item.ts';
import { buildItem, assertDistinctTargets } from '../write/build-item.ts';
import { extractKey } from '../write/item-key.ts';
import { parseJsonAttribute } from '../write/json-attribute.ts';
import type { StoredInput } from '../write/stored-input.ts';
import { readCsvRows } from './csv-format.ts';
import type { DelimitedRow, IsNull } from './delimited-row.ts';
import { readTextRows } from './text-format.ts';
import { readDynamoJson, type ScannedPage } from './dynamo-json.ts';
import { parseDynamoJsonRecord } from './dynamo-json-record.ts';
import { readJsonLines, readJsonObjects, type JsonText } from './json-values.ts';
import type { LatestChanges } from './latest-changes.ts';
import { isJsonCell } from '../types/json-cell.ts';
import { appliesTo, type CopyOptions } from './options.ts';

/** A row of a file. */
export interface FileRow {
  /** The line it starts on, or the row number in a Parquet file, from 1. */
  readonly line: number;
  /** The row's text; empty for Parquet. */
  readonly text: string;
  /** Builds the row's write; undefined if a later change of the item has been read. Throws if the row is invalid. */
  write(): RowWrite | undefined;
  /** Call instead for a row that an earlier run has written; absent where nothing depends on it. */
  skip?(): void;
}

/** `isChange`: a change of an incremental export, which overwrites what is there. */
export type RowWrite = BatchedWrite & { readonly isChange?: true };

/** A row that is an item. */
export function itemRow(line: number, text: string, item: () => AttributeMap): FileRow {
  return { line, text, write: () => ({ kind: 'put', item: item() }) };
}

/** The table and columns that a file is loaded into. */
export interface LoadTarget {
  readonly table: TableDef;
  /** The statement's column list; undefined: the file's header or members, or the table's columns, name the values. */
  readonly columns: readonly string[] | undefined;
  readonly options: CopyOptions;
  readonly parsed: ParsedText;
  /** The changes of incremental exports that have been read. */
  readonly changes: LatestChanges;
  /** Called for each page of a scan that a file contains. */
  readonly onPage: (page: ScannedPage) => void;
}

/** Resolves a column name of the file; `isExact`: only to the column of exactly this name, or a new attribute. */
function resolveFileColumn(name: string, isExact: boolean, { table, parsed }: LoadTarget): WriteTarget {
  const columns = isExact ? table.columns.filter((column) => column.name === name) : table.columns;
  // The name is spelled in the file, not in the statement's text.
  return resolveWriteTarget({ ...table, columns }, { name, steps: [], location: 0 }, { ...parsed, text: '' });
}

/** Resolves the names of a file's columns. Those that differ only in case are different attributes. */
export function resolveFileColumns(names: readonly string[], into: LoadTarget): readonly WriteTarget[] {
  const isAlike = findNamesAlike(names);
  const targets = names.map((name) => resolveFileColumn(name, isAlike(name), into));
  assertDistinctTargets(targets);
  return targets;
}

/** Returns whether a name differs only in case from another of them. */
function findNamesAlike(names: readonly string[]): (name: string) => boolean {
  const counts = new Map<string, number>();
  for (const name of new Set(names)) counts.set(foldCase(name), (counts.get(foldCase(name)) ?? 0) + 1);
  return (name) => (counts.get(foldCase(name)) ?? 0) > 1;
}

/** The value of a NULL field: no attribute, unless the option NULLS stores them. */
export function nullInput({ nulls }: CopyOptions): StoredInput {
  return { kind: nulls === 'store' ? 'null' : 'missing' };
}

/** Parses the rows of a text file, in the format of the options. */
export function parseTextRows(
  chunks: AsyncIterable<string>,
  into: LoadTarget,
  path: string,
): AsyncGenerator<readonly FileRow[]> {
  switch (into.options.format) {
    case 'csv':
      return parseDelimitedRows(readCsvRows(chunks, into.options, path), into, path);
    case 'json':
      return parseJsonRows(readJsonObjects(chunks, path), into);
    case 'ndjson':
      return parseJsonRows(readJsonLines(chunks, path), into);
    case 'dynamodb_json':
      return parseDynamoJsonRows(readDynamoJson(chunks, path, into.onPage), into);
    case 'text':
    case 'ion':
    case 'parquet':
      return parseDelimitedRows(readTextRows(chunks, into.options, path), into, path);
  }
}

async function* parseDelimitedRows(
  rows: AsyncIterable<readonly DelimitedRow[]>,
  into: LoadTarget,
  path: string,
): AsyncGenerator<readonly FileRow[]> {
  const { table, columns, options } = into;
  const tableColumns = table.columns.filter((column) => column.hidden !== true).map((column) => column.name);
  let names = columns;
  let fields: Fields | undefined;
  for await (const batch of rows) {
    const [first] = batch;
    if (first === undefined) continue;
    let dataRows = batch;
    if (fields === undefined) {
      if (options.header !== false) {
        const header = first.fields(() => false).map((name) => name ?? '');
        if (options.header === 'match') assertHeaderMatches(header, columns ?? tableColumns, path);
        names ??= header;
        dataRows = batch.slice(1);
      }
      fields = resolveFields(names ?? tableColumns, into);
    }
    const { targets, isNull } = fields;
    yield dataRows.map((row) =>
      itemRow(row.line, row.text, () =>
        buildItem(toInputs(row.fields(isNull), targets, options), targets, table),
      ),
    );
  }
}

interface Fields {
  readonly targets: readonly WriteTarget[];
  readonly isNull: IsNull;
}

function resolveFields(names: readonly string[], into: LoadTarget): Fields {
  const { null: nullText, forceNull, forceNotNull } = into.options;
  const nullWhenQuoted = names.map((name) => appliesTo(forceNull, name));
  const neverNull = names.map((name) => appliesTo(forceNotNull, name));
  return {
    targets: resolveFileColumns(names, into),
    isNull: (text, quoted, at) =>
      text === nullText && (quoted ? nullWhenQuoted[at] === true : neverNull[at] !== true),
  };
}

function assertHeaderMatches(header: readonly string[], names: readonly string[], path: string): void {
  const start = `${path}, line 1`;
  if (header.length !== names.length)
    throw new DriverError(
      'FILE_FORMAT',
      `${start}: wrong number of fields in header line: got ${header.length}, expected ${names.length}`,
    );
  const at = names.findIndex((name, i) => name !== header[i]);
  if (at >= 0)
    throw new DriverError(
      'FILE_FORMAT',
      `${start}: column name mismatch in header line field ${at + 1}: got "${header[at]}", expected "${names[at]}"`,
    );
}

function toInputs(
  fields: readonly (string | null)[],
  targets: readonly WriteTarget[],
  options: CopyOptions,
): readonly StoredInput[] {
  if (fields.length < targets.length)
    throw new DriverError(
      'FILE_FORMAT',
      `missing data for column "${targets[fields.length]?.label}" (${fields.length} values for ${targets.length} columns)`,
    );
  if (fields.length > targets.length)
    throw new DriverError(
      'FILE_FORMAT',
      `extra data after last expected column (${fields.length} values for ${targets.length} columns)`,
    );
  return fields.map((text, i) => {
    if (text === null) return nullInput(options);
    return isOfSeveralTypes(targets[i]) ? toCellInput(text) : { kind: 'text', text, untyped: true };
  });
}

function isOfSeveralTypes(target: WriteTarget | undefined): boolean {
  if (target?.column?.type.kind !== 'json' || target.key !== undefined) return false;
  return target.declared !== undefined || Object.keys(target.seen).length > 1;
}

/** A cell that is JSON is that value, any other is a string, as COPY TO writes them. */
function toCellInput(text: string): StoredInput {
  return { kind: 'json', text: isJsonCell(text) ? text : JSON.stringify(text) };
}

async function* parseJsonRows(
  rows: AsyncIterable<readonly JsonText[]>,
  into: LoadTarget,
): AsyncGenerator<readonly FileRow[]> {
  const known = new Map<string, WriteTarget>();
  const folded = new Map<string, string>();
  const fold = (name: string): string => {
    const key = folded.get(name) ?? foldCase(name);
    folded.set(name, key);
    return key;
  };
  const resolve = (name: string, isExact: boolean): WriteTarget => {
    const key = isExact ? `=${name}` : `~${name}`;
    const target = known.get(key) ?? resolveFileColumn(name, isExact, into);
    known.set(key, target);
    return target;
  };
  const selected = into.columns && new Set(resolveFileColumns(into.columns, into).map(({ label }) => label));
  const item = (text: string): AttributeMap => {
    const targets: WriteTarget[] = [];
    const values: StoredInput[] = [];
    const members = Object.entries(parseObject(text));
    const isAlike =
      new Set(members.map(([name]) => fold(name))).size < members.length
        ? findNamesAlike(members.map(([name]) => name))
        : () => false;
    for (const [name, value] of members) {
      const target = resolve(name, isAlike(name));
      if (selected?.has(target.label) === false) continue;
      targets.push(target);
      values.push(jsonToInput(value, target, into.options));
    }
    return buildItem(values, targets, into.table);
  };
  for await (const batch of rows) yield batch.map(({ line, text }) => itemRow(line, text, () => item(text)));
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** JSON has no binary values, and long numbers are often written as strings: such columns accept strings for both. */
function jsonToInput(value: AttributeValue, { key, seen }: WriteTarget, options: CopyOptions): StoredInput {
  if ('NULL' in value) return nullInput(options);
  if ('N' in value) return { kind: 'number', text: value.N };
  if ('L' in value)
    return { kind: 'array', items: value.L.map((item) => ({ kind: 'attribute', value: item })) };
  if (!('S' in value)) return { kind: 'attribute', value };
  const type = key?.type ?? Object.keys(seen).join();
  const isConverted = type === 'B' || (type === 'N' && NUMBER.test(value.S));
  return isConverted ? { kind: 'text', text: value.S, untyped: true } : { kind: 'text', text: value.S };
}

function parseObject(text: string): AttributeMap {
  const value = parseJsonAttribute(text);
  if ('M' in value) return value.M;
  throw new DriverError('FILE_FORMAT', `expected a JSON object, got ${abbreviate(text)}`);
}

async function* parseDynamoJsonRows(
  rows: AsyncIterable<readonly JsonText[]>,
  into: LoadTarget,
): AsyncGenerator<readonly FileRow[]> {
  const names = into.columns && resolveFileColumns(into.columns, into).map(({ path: [first] }) => first);
  const toItem = (item: AttributeMap): AttributeMap => {
    const whole = conformItem(item, into.table, 'typed');
    return names === undefined
      ? whole
      : Object.fromEntries(Object.entries(whole).filter(([name]) => names.includes(name)));
  };
  const toWrite = (text: string): RowWrite | undefined => {
    const record = parseDynamoJsonRecord(text);
    if (record.kind === 'item') return { kind: 'put', item: toItem(record.item) };
    const key = extractKey(record.key, into.table);
    const write: RowWrite =
      record.image === undefined
        ? { kind: 'delete', key, isChange: true }
        : { kind: 'put', item: toItem(record.image), isChange: true };
    return into.changes.accept(keyIdentity(key), record.writtenAtMicros) ? write : undefined;
  };
  const skip = (text: string): void => {
    if (!text.includes('"WriteTimestampMicros"')) return;
    const record = parseDynamoJsonRecord(text);
    if (record.kind === 'change')
      into.changes.accept(keyIdentity(extractKey(record.key, into.table)), record.writtenAtMicros);
  };
  for await (const batch of rows)
    yield batch.map(({ line, text }) => ({ line, text, write: () => toWrite(text), skip: () => skip(text) }));
}
