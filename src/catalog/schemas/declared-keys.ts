import type { KeyType } from '../../dynamo/attribute-value.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import type { TableDescription } from '../describe.ts';
import {
  type IndexDef,
  keyAttributes,
  type KeyAttribute,
  type KeySchema,
  keyNames,
  type SqlType,
} from '../table-def.ts';
import { keyTypeFor } from './column-types.ts';
import type { JsonReader } from './json-reader.ts';

/** What a column of a schema file says of a key attribute. */
interface KeyColumn {
  readonly path: DocumentPath;
  readonly type: SqlType;
  readonly holds?: KeyType;
}

/** An index of a schema file. */
export type DeclaredIndex = Pick<IndexDef, 'name' | 'kind' | 'key' | 'projection'>;

/** The keys of a table and its indexes, as a schema file declares them. */
export interface DeclaredKeys {
  readonly key: KeySchema;
  readonly indexes: readonly DeclaredIndex[];
}

export function toDeclaredIndex({ name, kind, key, projection }: IndexDef): DeclaredIndex {
  return { name, kind, key, projection };
}

/** Reads the members `key` and `indexes`; undefined without a key. The types of key attributes are those of their columns. */
export function readKeys(object: JsonReader, columns: readonly KeyColumn[]): DeclaredKeys | undefined {
  const key = object.optional('key');
  const indexes = object.optional('indexes');
  if (key === undefined) {
    if (indexes !== undefined) throw indexes.expected('no "indexes" without a "key"');
    return undefined;
  }
  key.only(['partition', 'sort']);
  const own = readKey(key, columns);
  const ownNames = keyNames(own);
  return {
    key: own,
    indexes: (indexes?.items() ?? []).map((index): DeclaredIndex => {
      index.only(['name', 'partition', 'sort', 'projection', 'local']);
      const its = readKey(index, columns);
      const projection = index.optional('projection');
      return {
        name: index.member('name').name(),
        kind: index.optional('local')?.boolean() === true ? 'local' : 'global',
        key: its,
        projection:
          projection === undefined
            ? 'all'
            : [...new Set([...keyNames(its), ...ownNames, ...projection.items().map((each) => each.name())])],
      };
    }),
  };
}

function readKey(object: JsonReader, columns: readonly KeyColumn[]): KeySchema {
  const sort = object.optional('sort');
  return {
    partition: readAttributes(object.member('partition'), columns),
    sort: sort === undefined ? [] : readAttributes(sort, columns),
  };
}

/** An attribute, or several: `"pk"`, `{ "name": "pk", "type": "N" }`. */
function readAttributes(member: JsonReader, columns: readonly KeyColumn[]): readonly KeyAttribute[] {
  return (member.isArray() ? member.items() : [member]).map((attribute) => {
    if (attribute.isObject()) {
      attribute.only(['name', 'type']);
      const type = attribute.member('type');
      const text = type.text();
      if (text !== 'S' && text !== 'N' && text !== 'B') throw type.expected('"S", "N" or "B"');
      return { name: attribute.member('name').name(), type: text };
    }
    const name = attribute.name();
    const type = findKeyType(name, columns);
    if (type === undefined)
      throw attribute.expected('an attribute with a column that a key can have, or its name and type');
    return { name, type };
  });
}

function findKeyType(name: string, columns: readonly KeyColumn[]): KeyType | undefined {
  const column = columns.find(({ path }) => path.length === 1 && path[0] === name);
  if (column?.type.kind === 'text') return column.holds ?? 'S';
  return column && keyTypeFor(column.type);
}

/** The members `key` and `indexes` of a schema file. */
export function toKeyMembers({ key, indexes }: DeclaredKeys, columns: readonly KeyColumn[]): object {
  return {
    key: toKeyObject(key, columns),
    ...(indexes.length > 0 && {
      indexes: indexes.map((index) => ({
        name: index.name,
        ...toKeyObject(index.key, columns),
        ...(index.projection !== 'all' && {
          projection: index.projection.filter(
            (name) => !keyNames(index.key).includes(name) && !keyNames(key).includes(name),
          ),
        }),
        ...(index.kind === 'local' && { local: true }),
      })),
    }),
  };
}

function toKeyObject({ partition, sort }: KeySchema, columns: readonly KeyColumn[]): object {
  const format = (attributes: readonly KeyAttribute[]): unknown => {
    const all = attributes.map(({ name, type }) =>
      findKeyType(name, columns) === type ? name : { name, type },
    );
    return all.length === 1 ? all[0] : all;
  };
  return { partition: format(partition), ...(sort.length > 0 && { sort: format(sort) }) };
}

/** What DescribeTable would say of a table, as far as its keys. */
export function toTableDescription(name: string, { key, indexes }: DeclaredKeys): TableDescription {
  const attributes = [key, ...indexes.map((index) => index.key)].flatMap(keyAttributes);
  const describe = (index: DeclaredIndex) => ({
    IndexName: index.name,
    KeySchema: toKeyElements(index.key),
    Projection:
      index.projection === 'all'
        ? { ProjectionType: 'ALL' as const }
        : { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...index.projection] },
  });
  const ofKind = (kind: IndexDef['kind']) => indexes.filter((index) => index.kind === kind).map(describe);
  return {
    TableName: name,
    TableStatus: 'ACTIVE',
    KeySchema: toKeyElements(key),
    AttributeDefinitions: [...new Map(attributes.map((each) => [each.name, each])).values()].map((each) => ({
      AttributeName: each.name,
      AttributeType: each.type,
    })),
    GlobalSecondaryIndexes: ofKind('global'),
    LocalSecondaryIndexes: ofKind('local'),
  };
}

function toKeyElements({ partition, sort }: KeySchema): NonNullable<TableDescription['KeySchema']> {
  return [
    ...partition.map(({ name }) => ({ AttributeName: name, KeyType: 'HASH' as const })),
    ...sort.map(({ name }) => ({ AttributeName: name, KeyType: 'RANGE' as const })),
  ];
}
