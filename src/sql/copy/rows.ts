import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { ParsedText } from '../parse/parse.ts';
import { writeTarget, type WriteTarget } from '../write/destination.ts';
import { itemOf, placesOf } from '../write/item-of.ts';
import { attributeOfJson, itemOfDynamoJson, shortened } from '../write/json-attribute.ts';
import type { StoredInput } from '../write/stored-input.ts';
import { csvRows, type DelimitedRow, type IsNull, textRows } from './delimited.ts';
import { jsonLines, jsonObjects, type JsonRow } from './json-values.ts';
import { concerns, type CopyOptions } from './options.ts';

/** A row of a file on its way into an item. */
export interface FileRow {
  /** Where it begins; of a Parquet file, its number. From 1. */
  readonly line: number;
  /** As it stands in the file, where that is text. */
  readonly text: string;
  /** Throws where the row is no item. */
  item(): AttributeMap;
}

/** Where the rows of a file go. */
export interface RowsInto {
  readonly table: TableDef;
  /** Of the statement; absent: the file's header, its members or the table's columns say what the values are. */
  readonly columns: readonly string[] | undefined;
  readonly options: CopyOptions;
  readonly parsed: ParsedText;
}

/** The place that a column of a file means, by its name. */
export function targetNamed(name: string, { table, parsed }: RowsInto): WriteTarget {
  // A file's own spelling is not the statement's.
  return writeTarget(table, { name, steps: [], location: 0 }, { ...parsed, text: '' });
}

export function targetsNamed(names: readonly string[], into: RowsInto): readonly WriteTarget[] {
  const targets = names.map((name) => targetNamed(name, into));
  placesOf(targets);
  return targets;
}

/** The value of a field that stands for NULL: no attribute, unless NULLs are to be stored. */
export function absent({ nulls }: CopyOptions): StoredInput {
  return { kind: nulls === 'store' ? 'null' : 'missing' };
}

/** The rows of a file of text. */
export function textFileRows(
  texts: AsyncIterable<string>,
  into: RowsInto,
  path: string,
): AsyncGenerator<readonly FileRow[]> {
  switch (into.options.format) {
    case 'csv':
      return delimitedRows(csvRows(texts, into.options, path), into, path);
    case 'json':
      return jsonRows(jsonObjects(texts, path), into);
    case 'ndjson':
      return jsonRows(jsonLines(texts, path), into);
    case 'dynamodb_json':
      return typedRows(jsonLines(texts, path), into);
    case 'text':
    case 'parquet':
      return delimitedRows(textRows(texts, into.options, path), into, path);
  }
}

async function* delimitedRows(
  rows: AsyncIterable<readonly DelimitedRow[]>,
  into: RowsInto,
  path: string,
): AsyncGenerator<readonly FileRow[]> {
  const { table, columns, options } = into;
  const ownNames = table.columns.filter((column) => column.hidden !== true).map((column) => column.name);
  let names = columns;
  let fields: Fields | undefined;
  for await (const some of rows) {
    const [first] = some;
    if (first === undefined) continue;
    let own = some;
    if (fields === undefined) {
      if (options.header !== false) {
        const header = first.fields(() => false).map((name) => name ?? '');
        if (options.header === 'match') mustMatch(header, columns ?? ownNames, path);
        names ??= header;
        own = some.slice(1);
      }
      fields = fieldsFor(names ?? ownNames, into);
    }
    const { targets, isNull } = fields;
    yield own.map((row) => ({
      line: row.line,
      text: row.text,
      item: () => itemOf(valuesOf(row.fields(isNull), targets, options), targets, table),
    }));
  }
}

interface Fields {
  readonly targets: readonly WriteTarget[];
  readonly isNull: IsNull;
}

function fieldsFor(names: readonly string[], into: RowsInto): Fields {
  const { null: nullText, forceNull, forceNotNull } = into.options;
  const nullWhenQuoted = names.map((name) => concerns(forceNull, name));
  const neverNull = names.map((name) => concerns(forceNotNull, name));
  return {
    targets: targetsNamed(names, into),
    isNull: (text, quoted, at) =>
      text === nullText && (quoted ? nullWhenQuoted[at] === true : neverNull[at] !== true),
  };
}

function mustMatch(header: readonly string[], names: readonly string[], path: string): void {
  const at = names.findIndex((name, i) => name !== header[i]);
  if (at < 0 && header.length === names.length) return;
  const [found, expected] = [header, names].map((list) => list.join(', '));
  throw new DriverError('FILE_FORMAT', `${path}: its header is ${found}, and the columns are ${expected}.`);
}

function valuesOf(
  fields: readonly (string | null)[],
  targets: readonly WriteTarget[],
  options: CopyOptions,
): readonly StoredInput[] {
  if (fields.length < targets.length)
    throw new DriverError(
      'FILE_FORMAT',
      `There is no value for ${targets[fields.length]?.label}: the row has ${fields.length} values for ${targets.length} columns.`,
    );
  if (fields.length > targets.length)
    throw new DriverError(
      'FILE_FORMAT',
      `The row has ${fields.length} values for ${targets.length} columns.`,
    );
  return fields.map((text) => (text === null ? absent(options) : { kind: 'text', text, untyped: true }));
}

async function* jsonRows(
  rows: AsyncIterable<readonly JsonRow[]>,
  into: RowsInto,
): AsyncGenerator<readonly FileRow[]> {
  const known = new Map<string, WriteTarget>();
  const targetOf = (name: string): WriteTarget => {
    const found = known.get(name) ?? targetNamed(name, into);
    known.set(name, found);
    return found;
  };
  const wanted = into.columns && new Set(targetsNamed(into.columns, into).map(({ label }) => label));
  const item = (text: string): AttributeMap => {
    const targets: WriteTarget[] = [];
    const values: StoredInput[] = [];
    for (const [name, value] of Object.entries(objectOf(text))) {
      const target = targetOf(name);
      if (wanted?.has(target.label) === false) continue;
      targets.push(target);
      values.push(jsonValue(value, target, into.options));
    }
    return itemOf(values, targets, into.table);
  };
  for await (const some of rows) yield some.map(({ line, text }) => ({ line, text, item: () => item(text) }));
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** JSON has no bytes, and few programs read long numbers from it: in columns of these, text stands for them. */
function jsonValue(value: AttributeValue, { key, seen }: WriteTarget, options: CopyOptions): StoredInput {
  if ('NULL' in value) return absent(options);
  if ('N' in value) return { kind: 'number', text: value.N };
  if (!('S' in value)) return { kind: 'attribute', value };
  const type = key?.type ?? Object.keys(seen).join();
  const isOther = type === 'B' || (type === 'N' && NUMBER.test(value.S));
  return isOther ? { kind: 'text', text: value.S, untyped: true } : { kind: 'text', text: value.S };
}

function objectOf(text: string): AttributeMap {
  const value = attributeOfJson(text);
  if ('M' in value) return value.M;
  throw new DriverError('FILE_FORMAT', `${shortened(text)} is no object, and an item is one.`);
}

async function* typedRows(
  rows: AsyncIterable<readonly JsonRow[]>,
  into: RowsInto,
): AsyncGenerator<readonly FileRow[]> {
  const names = into.columns && targetsNamed(into.columns, into).map(({ path: [first] }) => first);
  const item = (text: string): AttributeMap => {
    const whole = itemOfDynamoJson(text);
    return names === undefined
      ? whole
      : Object.fromEntries(Object.entries(whole).filter(([name]) => names.includes(name)));
  };
  for await (const some of rows) yield some.map(({ line, text }) => ({ line, text, item: () => item(text) }));
}
