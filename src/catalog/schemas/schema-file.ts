import { DriverError } from '../../core/errors.ts';
import type { KeyType } from '../../dynamo/attribute-value.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import type { ElementDef, SqlType } from '../table-def.ts';
import { COLUMN_TYPES, columnTypeName, parseColumnType } from './column-types.ts';

/** A column as a schema file declares it. */
export interface DeclaredColumn {
  readonly name: string;
  readonly path: DocumentPath;
  readonly type: SqlType;
  /** A text column that holds the digits of numbers. */
  readonly holds?: KeyType;
  readonly hidden?: true;
  /** Of a list or set: the columns of its table of elements. */
  readonly elements?: readonly ElementDef[];
}

/** What a table looks like, or the part of its items that meet a condition. */
export interface TableSchema {
  readonly kind: 'table';
  /** What SQL calls it: the table itself, or an entity that is stored in it. */
  readonly name: string;
  /** What DynamoDB calls the table. */
  readonly table: string;
  readonly where?: string;
  readonly columns: readonly DeclaredColumn[];
}

/** A query under a name. */
export interface ViewSchema {
  readonly kind: 'view';
  readonly name: string;
  readonly query: string;
  /** The names of its first columns, where they are not those of the query. */
  readonly columns?: readonly string[];
}

export type Schema = TableSchema | ViewSchema;

/** The version of the format that is written. */
export const SCHEMA_VERSION = 1;

/** Whether a schema gives its table new columns, rather than being a view of it. */
export function describesTable(schema: Schema): boolean {
  return schema.kind === 'table' && schema.name === schema.table && schema.where === undefined;
}

/** The text of a schema file. */
export function schemaText(schema: Schema): string {
  return `${JSON.stringify(schema.kind === 'view' ? viewObject(schema) : tableObject(schema), undefined, 2)}\n`;
}

/** Reads the text of a schema file; `file` is for messages. */
export function parseSchema(text: string, file: string): Schema {
  const object = new Reader(parseJson(text, file), file, '');
  const version = object.member('version').number();
  if (version !== SCHEMA_VERSION)
    throw problem(file, '/version', `is ${version}; this version of the driver reads ${SCHEMA_VERSION}`);
  return object.has('view') ? readView(object) : readTable(object);
}

/** The failure of a schema file, with the place in it as a JSON Pointer. */
export function problem(file: string, pointer: string, message: string, cause?: unknown): DriverError {
  const place = pointer === '' ? '' : `, ${pointer}`;
  return new DriverError('CATALOG_SCHEMA_FILE', `${file}${place}: ${message}`, { cause });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const at = Number(/position (\d+)/.exec(String(error))?.[1] ?? text.length);
    const line = text.slice(0, at).split('\n').length;
    throw problem(`${file}, line ${line}`, '', 'this is no JSON', error);
  }
}

function readView(object: Reader): ViewSchema {
  object.only(['$schema', 'version', 'view', 'columns', 'query']);
  const columns = object.optional('columns')?.items();
  return {
    kind: 'view',
    name: object.member('view').name(),
    query: object.member('query').lines(),
    ...(columns === undefined ? {} : { columns: columns.map((column) => column.name()) }),
  };
}

function readTable(object: Reader): TableSchema {
  object.only(['$schema', 'version', 'table', 'name', 'where', 'columns']);
  const table = object.member('table').name();
  const where = object.optional('where')?.lines();
  const columns = object.member('columns').items().map(readColumn);
  const taken = new Set<string>();
  for (const [at, { name }] of columns.entries()) {
    if (taken.has(name)) throw problem(object.file, `/columns/${at}/name`, `"${name}" is there twice`);
    taken.add(name);
  }
  const name = object.optional('name')?.name() ?? table;
  if (where !== undefined && name === table)
    throw problem(object.file, '/where', 'needs a "name" other than the table\'s: the table keeps its own');
  return { kind: 'table', name, table, ...(where === undefined ? {} : { where }), columns };
}

function readColumn(column: Reader): DeclaredColumn {
  column.only(['name', 'path', 'type', 'holds', 'hidden', 'elements']);
  const name = column.member('name').name();
  const type = readType(column);
  const holds = column.optional('holds');
  const held = holds?.text();
  if (holds !== undefined && (held !== 'N' || type.kind !== 'text'))
    throw holds.expected('"N", and that for a text column only');
  return {
    name,
    path: column.optional('path')?.path() ?? [name],
    type,
    ...(held === 'N' ? { holds: 'N' as const } : {}),
    ...(column.optional('hidden')?.boolean() === true ? { hidden: true as const } : {}),
    ...readElements(column, type),
  };
}

function readType(column: Reader): SqlType {
  const written = column.member('type');
  const type = parseColumnType(written.text());
  if (type === undefined) throw written.expected(`one of ${COLUMN_TYPES.join(', ')}`);
  return type;
}

/** What the elements of a list have: a column without a name is the element itself. */
function readElements(column: Reader, type: SqlType): { readonly elements?: readonly ElementDef[] } {
  const written = column.optional('elements');
  if (written === undefined) return {};
  if (type.kind !== 'json') throw written.expected('none of them: only a json column is a list');
  const taken = new Set<string | undefined>();
  const elements = written.items().map((element): ElementDef => {
    element.only(['name', 'path', 'type', 'elements']);
    const name = element.optional('name')?.name();
    if (taken.has(name)) throw element.expected('another name: each is there once');
    taken.add(name);
    const own = readType(element);
    const path = element.optional('path')?.steps() ?? (name === undefined ? [] : [name]);
    return { name, path, type: own, ...readElements(element, own) };
  });
  return { elements };
}

/** A value of a JSON file that knows where it stands. */
class Reader {
  readonly file: string;
  readonly #value: unknown;
  readonly #pointer: string;

  constructor(value: unknown, file: string, pointer: string) {
    this.#value = value;
    this.file = file;
    this.#pointer = pointer;
  }

  expected(what: string): DriverError {
    const found = this.#value === undefined ? 'is missing' : `is ${brief(this.#value)}`;
    return problem(this.file, this.#pointer, `${found}; expected ${what}`);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#members(), key);
  }

  only(keys: readonly string[]): void {
    const stray = Object.keys(this.#members()).find((key) => !keys.includes(key));
    if (stray !== undefined)
      throw problem(this.file, this.#pointer, `${brief(stray)} is not known; expected ${keys.join(', ')}`);
  }

  member(key: string): Reader {
    const pointer = `${this.#pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return new Reader(new Map(Object.entries(this.#members())).get(key), this.file, pointer);
  }

  optional(key: string): Reader | undefined {
    return this.has(key) ? this.member(key) : undefined;
  }

  items(): readonly Reader[] {
    if (!Array.isArray(this.#value)) throw this.expected('an array');
    return this.#value.map((item: unknown, i) => new Reader(item, this.file, `${this.#pointer}/${i}`));
  }

  text(): string {
    if (typeof this.#value !== 'string') throw this.expected('text');
    return this.#value;
  }

  name(): string {
    const text = this.text();
    if (text === '') throw this.expected('a name');
    return text;
  }

  number(): number {
    if (typeof this.#value !== 'number') throw this.expected('a number');
    return this.#value;
  }

  boolean(): boolean {
    if (typeof this.#value !== 'boolean') throw this.expected('true or false');
    return this.#value;
  }

  /** Text, or an array of its lines. */
  lines(): string {
    const text = Array.isArray(this.#value)
      ? this.items()
          .map((line) => line.text())
          .join('\n')
      : this.text();
    if (text.trim() === '') throw this.expected('SQL');
    return text;
  }

  /** An attribute's name, or the steps of a path: names, and positions of lists from 0. */
  path(): DocumentPath {
    if (typeof this.#value === 'string') return [this.name()];
    const [first, ...steps] = this.items();
    if (first === undefined) throw this.expected('the name of an attribute, or the steps to a part of it');
    return [first.name(), ...steps.map((step) => step.#step())];
  }

  /** The steps from an element of a list on. */
  steps(): ElementDef['path'] {
    return typeof this.#value === 'string' ? [this.name()] : this.items().map((step) => step.#step());
  }

  #step(): string | number {
    const value = this.#value;
    if (typeof value === 'string' || (Number.isSafeInteger(value) && Number(value) >= 0))
      return typeof value === 'string' ? value : Number(value);
    throw this.expected('a key of a map, or a position of a list from 0');
  }

  #members(): object {
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value))
      throw this.expected('an object');
    return this.#value;
  }
}

const BRIEF = 60;

function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > BRIEF ? `${text.slice(0, BRIEF)}…` : text;
}

function viewObject({ name, query, columns }: ViewSchema): object {
  const lines = query.split('\n');
  return {
    version: SCHEMA_VERSION,
    view: name,
    ...(columns === undefined ? {} : { columns }),
    query: lines.length === 1 ? query : lines,
  };
}

function tableObject({ name, table, where, columns }: TableSchema): object {
  return {
    version: SCHEMA_VERSION,
    table,
    ...(name === table ? {} : { name }),
    ...(where === undefined ? {} : { where }),
    columns: columns.map((column) => ({
      name: column.name,
      ...(column.path.length === 1 && column.path[0] === column.name ? {} : { path: column.path }),
      type: columnTypeName(column.type),
      ...(column.holds === undefined ? {} : { holds: column.holds }),
      ...(column.hidden === undefined ? {} : { hidden: column.hidden }),
      ...elementsObject(column),
    })),
  };
}

function elementsObject({ elements }: Pick<ElementDef, 'elements'>): object {
  if (elements === undefined) return {};
  return {
    elements: elements.map((element) => ({
      ...(element.name === undefined ? {} : { name: element.name }),
      ...(element.path.length === (element.name === undefined ? 0 : 1) && element.path[0] === element.name
        ? {}
        : { path: element.path }),
      type: columnTypeName(element.type),
      ...elementsObject(element),
    })),
  };
}
