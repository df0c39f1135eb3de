import { isDeepStrictEqual } from 'node:util';
import type { KeyType } from '../../dynamo/attribute-value.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import type { ElementDef, SqlType } from '../table-def.ts';
import {
  DECLARED_TYPE_NAMES,
  type DeclaredType,
  declareType,
  formatDeclaredType,
  parseDeclaredType,
  toSqlType,
} from '../declared-type.ts';
import { DEFAULT_STORED_TIME, parseStoredTime } from '../stored-time.ts';
import { COLUMN_TYPES, formatColumnType, parseColumnType } from './column-types.ts';
import { type DeclaredKeys, readKeys, toKeyMembers } from './declared-keys.ts';
import { JsonReader, schemaFileError } from './json-reader.ts';

/** A column of a schema file. */
export interface DeclaredColumn {
  readonly name: string;
  readonly path: DocumentPath;
  readonly type: SqlType;
  /** The type with its length, precision and range, where it is not a date or timestamp. */
  readonly declared?: DeclaredType;
  /** Set for a text column whose values are numbers. */
  readonly holds?: KeyType;
  readonly hidden?: true;
  /** For a list or set: the columns of its elements. */
  readonly elements?: readonly ElementDef[];
}

/** The columns of a table, or of those of its items that meet a condition. */
export interface TableSchema {
  readonly kind: 'table';
  /** The name in SQL, of the table or of an entity stored in it. */
  readonly name: string;
  /** The name of the table in DynamoDB. */
  readonly table: string;
  readonly where?: string;
  /** The keys of the table and its indexes, for users without permission to describe it. */
  readonly keys?: DeclaredKeys;
  readonly columns: readonly DeclaredColumn[];
}

/** A named query. */
export interface ViewSchema {
  readonly kind: 'view';
  readonly name: string;
  readonly query: string;
  /** Names of its first columns, in place of the query's. */
  readonly columns?: readonly string[];
}

export type Schema = TableSchema | ViewSchema;

/** The version of the file format. */
export const SCHEMA_VERSION = 1;

/** Whether a schema declares a table's columns, rather than an entity or a view. */
export function isTableDescription(schema: Schema): boolean {
  return schema.kind === 'table' && schema.name === schema.table && schema.where === undefined;
}

/** The text of a schema file. */
export function formatSchema(schema: Schema): string {
  return `${JSON.stringify(schema.kind === 'view' ? toViewObject(schema) : toTableObject(schema), undefined, 2)}\n`;
}

/** Reads the text of a schema file; `file` is for messages. */
export function parseSchema(text: string, file: string): Schema {
  const object = new JsonReader(parseJson(text, file), file, '');
  const version = object.member('version').number();
  if (version !== SCHEMA_VERSION)
    throw schemaFileError(file, '/version', `is ${version}; expected ${SCHEMA_VERSION}`);
  return object.has('view') ? readView(object) : readTable(object);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const at = Number(/position (\d+)/.exec(String(error))?.[1] ?? text.length);
    const line = text.slice(0, at).split('\n').length;
    throw schemaFileError(`${file}, line ${line}`, '', 'not valid JSON', error);
  }
}

function readView(object: JsonReader): ViewSchema {
  object.only(['$schema', 'version', 'view', 'columns', 'query']);
  const columns = object.optional('columns')?.items();
  return {
    kind: 'view',
    name: object.member('view').name(),
    query: object.member('query').lines(),
    ...(columns === undefined ? {} : { columns: columns.map((column) => column.name()) }),
  };
}

function readTable(object: JsonReader): TableSchema {
  object.only(['$schema', 'version', 'table', 'name', 'where', 'key', 'indexes', 'columns']);
  const table = object.member('table').name();
  const where = object.optional('where')?.lines();
  const columns = object.member('columns').items().map(readColumn);
  const taken = new Set<string>();
  for (const [at, { name }] of columns.entries()) {
    if (taken.has(name))
      throw schemaFileError(object.file, `/columns/${at}/name`, `column "${name}" specified more than once`);
    taken.add(name);
  }
  const name = object.optional('name')?.name() ?? table;
  if (where !== undefined && name === table)
    throw schemaFileError(object.file, '/where', 'requires a "name" that differs from the table\'s');
  const keys = readKeys(object, columns);
  return {
    kind: 'table',
    name,
    table,
    ...(where === undefined ? {} : { where }),
    ...(keys === undefined ? {} : { keys }),
    columns,
  };
}

function readColumn(column: JsonReader): DeclaredColumn {
  column.only(['name', 'path', 'type', 'stored', 'holds', 'hidden', 'elements']);
  const name = column.member('name').name();
  const { type: plain, declared } = readType(column);
  const type = readStoredTime(column, plain);
  const holds = column.optional('holds');
  const held = holds?.text();
  if (holds !== undefined && (held !== 'N' || type.kind !== 'text'))
    throw holds.expected('"N", and only for a text column');
  return {
    name,
    path: column.optional('path')?.path() ?? [name],
    type,
    ...withDeclared(held === 'N' ? declareType('numeric') : declared),
    ...(held === 'N' ? { holds: 'N' as const } : {}),
    ...(column.optional('hidden')?.boolean() === true ? { hidden: true as const } : {}),
    ...readElements(column, type),
  };
}

/** The types of columns, as messages list them. */
const TYPE_NAMES: readonly string[] = [...new Set([...DECLARED_TYPE_NAMES, ...COLUMN_TYPES])];

function readType(column: JsonReader): Pick<DeclaredColumn, 'type' | 'declared'> {
  const member = column.member('type');
  const declared = parseDeclaredType(member.text());
  const type = (declared && toSqlType(declared)) ?? parseColumnType(member.text());
  if (type === undefined) throw member.expected(`one of ${TYPE_NAMES.join(', ')}`);
  if (declared !== undefined) return { type, declared };
  return { type, ...withDeclared(type.kind === 'double' ? declareType('double precision') : undefined) };
}

/** The form in which a date or timestamp is stored. */
function readStoredTime(column: JsonReader, type: SqlType): SqlType {
  const member = column.optional('stored');
  if (member === undefined) return type;
  if (!('stored' in type)) throw member.expected('no "stored": the column is not of dates or timestamps');
  const pattern = member.text();
  if (parseStoredTime(pattern)?.kind !== type.kind)
    throw member.expected(`a format of ${formatColumnType(type)}, such as ${STORED_EXAMPLES[type.kind]}`);
  return { ...type, stored: pattern };
}

const STORED_EXAMPLES = {
  timestamptz: `"${DEFAULT_STORED_TIME.timestamptz}", "epoch seconds", or "epoch milliseconds"`,
  timestamp: `"${DEFAULT_STORED_TIME.timestamp}"`,
  date: `"${DEFAULT_STORED_TIME.date}"`,
} as const;

function withDeclared(declared: DeclaredType | undefined): Pick<DeclaredColumn, 'declared'> {
  return declared === undefined ? {} : { declared };
}

/** The columns of list elements; a column without a name is the element itself. */
function readElements(column: JsonReader, type: SqlType): { readonly elements?: readonly ElementDef[] } {
  const member = column.optional('elements');
  if (member === undefined) return {};
  if (type.kind !== 'json') throw member.expected('no elements: only json columns are lists');
  const taken = new Set<string | undefined>();
  const elements = member.items().map((element): ElementDef => {
    element.only(['name', 'path', 'type', 'elements']);
    const name = element.optional('name')?.name();
    if (taken.has(name)) throw element.expected('a unique name');
    taken.add(name);
    const { type: own } = readType(element);
    const path = element.optional('path')?.steps() ?? (name === undefined ? [] : [name]);
    return { name, path, type: own, ...readElements(element, own) };
  });
  return { elements };
}

function toViewObject({ name, query, columns }: ViewSchema): object {
  const lines = query.split('\n');
  return {
    version: SCHEMA_VERSION,
    view: name,
    ...(columns === undefined ? {} : { columns }),
    query: lines.length === 1 ? query : lines,
  };
}

function toTableObject({ name, table, where, keys, columns }: TableSchema): object {
  return {
    version: SCHEMA_VERSION,
    table,
    ...(name === table ? {} : { name }),
    ...(where === undefined ? {} : { where }),
    ...(keys === undefined ? {} : toKeyMembers(keys, columns)),
    columns: columns.map((column) => ({
      name: column.name,
      ...(column.path.length === 1 && column.path[0] === column.name ? {} : { path: column.path }),
      type: formatType(column),
      ...('stored' in column.type ? { stored: column.type.stored } : {}),
      ...(column.holds === undefined ? {} : { holds: column.holds }),
      ...(column.hidden === undefined ? {} : { hidden: column.hidden }),
      ...toElementsObject(column),
    })),
  };
}

/** A column that is read in another type than its declared one says is declared by that type. */
function formatType({ type, declared }: DeclaredColumn): string {
  const own = declared && toSqlType(declared);
  return declared === undefined || own === undefined || !isDeepStrictEqual(own, type)
    ? formatColumnType(type)
    : formatDeclaredType(declared);
}

function toElementsObject({ elements }: Pick<ElementDef, 'elements'>): object {
  if (elements === undefined) return {};
  return {
    elements: elements.map((element) => ({
      ...(element.name === undefined ? {} : { name: element.name }),
      ...(element.path.length === (element.name === undefined ? 0 : 1) && element.path[0] === element.name
        ? {}
        : { path: element.path }),
      type: formatColumnType(element.type),
      ...toElementsObject(element),
    })),
  };
}
