import type { TableDescription } from '../../catalog/describe.ts';
import { formatDeclaredType } from '../../catalog/declared-type.ts';
import { DEFAULT_STORED_TIME, toStoredPattern } from '../../catalog/stored-time.ts';
import type { TimeType } from '../../catalog/table-def.ts';
import { isTypeTag, parseTypeTags } from '../../catalog/type-tags.ts';
import { formatColumnType } from '../../catalog/schemas/column-types.ts';
import type { DeclaredColumn, TableSchema } from '../../catalog/schemas/schema-file.ts';
import type { TableExtras } from '../../dynamo/transport/admin.ts';
import type { KeyType } from '../../dynamo/attribute-value.ts';
import { quoteName, quoteString } from '../print/quote.ts';
import { isPlainKeyType, toKeyType } from './key-types.ts';
import { TABLE_OPTIONS } from './table-options.ts';
import { isOnDemand, type OptionValue, toThroughputOptions } from './throughput-options.ts';

type Index = NonNullable<TableDescription['GlobalSecondaryIndexes']>[number];

/** The CREATE TABLE statement of a table. */
export function formatCreateTable(
  table: TableDescription,
  extras: TableExtras,
  declared: TableSchema | undefined,
): string {
  const key = getAttributeNames(table.KeySchema).map(quoteName).join(', ');
  const elements = [
    ...formatColumns(table, declared?.columns ?? parseTypeTags(extras.tags ?? new Map())),
    `PRIMARY KEY (${key})`,
    ...sortByName(table.GlobalSecondaryIndexes).map((index) => `INDEX ${formatIndex(index, table)}`),
    ...sortByName(table.LocalSecondaryIndexes).map((index) => `LOCAL INDEX ${formatIndex(index, undefined)}`),
  ];
  const options = [
    ...formatOptions(getTableOptions(table, extras)),
    ...[...(extras.tags ?? [])]
      .filter(([name]) => !name.startsWith('aws:') && !isTypeTag(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `tag.${quoteName(name)} = ${quoteString(value)}`),
  ];
  const body = elements.map((element) => `  ${element}`).join(',\n');
  const head = `CREATE TABLE ${quoteName(table.TableName ?? '')} (\n${body}\n)`;
  return options.length === 0 ? head : `${head} WITH (\n  ${options.join(',\n  ')}\n)`;
}

const KEY_TYPES = { S: 'text', N: 'numeric', B: 'bytea' } as const satisfies Record<KeyType, string>;

/** The key attributes, and the columns of the schema file or of the table's tags. */
function formatColumns(table: TableDescription, declared: readonly DeclaredColumn[]): readonly string[] {
  const types = new Map<string, KeyType>();
  for (const { AttributeName: name = '', AttributeType: type } of table.AttributeDefinitions ?? [])
    types.set(name, type === 'N' || type === 'B' ? type : 'S');
  const indexes = [...sortByName(table.GlobalSecondaryIndexes), ...sortByName(table.LocalSecondaryIndexes)];
  const keys = [
    ...new Set([
      ...getAttributeNames(table.KeySchema),
      ...indexes.flatMap(({ KeySchema }) => getAttributeNames(KeySchema)),
    ]),
  ];
  const topLevel = declared.filter(
    ({ name, path, hidden }) => path.length === 1 && path[0] === name && hidden === undefined,
  );
  // DynamoDB stores these, so a schema with nothing else adds nothing.
  const isKnown = (column: DeclaredColumn): boolean => types.has(column.name) && isPlainKeyType(column);
  const columns = topLevel.every(isKnown) ? [] : topLevel;
  const names = [...new Set([...columns.map(({ name }) => name), ...keys])];
  return names.map((name) => {
    const column = columns.find((each) => each.name === name);
    return `${quoteName(name)} ${formatType(column, types.get(name))}`;
  });
}

function formatType(column: DeclaredColumn | undefined, key: KeyType | undefined): string {
  if (column === undefined || (key !== undefined && toKeyType(column) !== key)) return KEY_TYPES[key ?? 'S'];
  if (column.holds === 'N') return KEY_TYPES.N;
  if (column.declared !== undefined) return formatDeclaredType(column.declared);
  if ('stored' in column.type) return formatTimeType(column.type);
  return column.type.kind === 'double' ? 'double precision' : formatColumnType(column.type);
}

/** `timestamp(6) with time zone` where the fraction is not the default one. */
function formatTimeType(type: TimeType): string {
  const name = formatColumnType(type);
  const { kind, stored } = type;
  if (kind === 'date' || stored === DEFAULT_STORED_TIME[kind]) return name;
  const digits = FRACTIONS.find((each) => toStoredPattern(kind, each) === stored);
  return digits === undefined ? name : name.replace('timestamp', `timestamp(${digits})`);
}

const FRACTIONS = [0, 1, 2, 3, 4, 5, 6];

function formatIndex(index: Index, table: TableDescription | undefined): string {
  const { IndexName: name = '', KeySchema: schema, Projection: projection } = index;
  const partition = getAttributeNames(schema?.filter(({ KeyType }) => KeyType === 'HASH')).map(quoteName);
  const sort = getAttributeNames(schema?.filter(({ KeyType }) => KeyType === 'RANGE')).map(quoteName);
  const first = partition.length > 1 ? `(${partition.join(', ')})` : partition.join('');
  const projected =
    projection?.ProjectionType === 'INCLUDE'
      ? ` INCLUDE (${(projection.NonKeyAttributes ?? []).toSorted().map(quoteName).join(', ')})`
      : projection?.ProjectionType === 'KEYS_ONLY'
        ? ' KEYS ONLY'
        : '';
  const options = formatOptions(table === undefined ? [] : getIndexOptions(index, table));
  const settings = options.length === 0 ? '' : ` WITH (${options.join(', ')})`;
  return `${quoteName(name)} (${[first, ...sort].join(', ')})${projected}${settings}`;
}

function getTableOptions(table: TableDescription, extras: TableExtras): readonly OptionValue[] {
  const { StreamSpecification: stream } = table;
  return [
    ['billing', isOnDemand(table) ? 'on_demand' : 'provisioned'],
    ...toThroughputOptions(table, isOnDemand(table)),
    ['ttl', extras.timeToLive ?? undefined],
    ['stream', stream?.StreamEnabled === true ? stream.StreamViewType?.toLowerCase() : undefined],
    ['table_class', table.TableClassSummary?.TableClass?.toLowerCase()],
    ['deletion_protection', String(table.DeletionProtectionEnabled === true)],
    ['point_in_time_recovery', String(extras.pointInTimeRecovery === true)],
    [
      'encryption',
      table.SSEDescription?.SSEType === 'KMS' ? (table.SSEDescription.KMSMasterKeyArn ?? 'kms') : undefined,
    ],
  ];
}

/** The options of an index that differ from those of its table. */
function getIndexOptions(index: Index, table: TableDescription): readonly OptionValue[] {
  const inherited = isOnDemand(table) ? undefined : new Map(toThroughputOptions(table, false));
  return toThroughputOptions(index, isOnDemand(table)).filter(
    ([name, value]) => inherited?.get(name) !== value,
  );
}

/** Formats the options that differ from their defaults. */
function formatOptions(settings: readonly OptionValue[]): readonly string[] {
  return settings.flatMap(([name, value]) => {
    const { type, ...spec } = TABLE_OPTIONS[name];
    const defaultValue = 'default' in spec ? spec.default : undefined;
    if (value === undefined || value === defaultValue) return [];
    return [`${name} = ${type === 'number' || type === 'boolean' ? value : quoteString(value)}`];
  });
}

function sortByName<T extends { readonly IndexName?: string | undefined }>(
  indexes: readonly T[] | undefined,
): readonly T[] {
  return (indexes ?? []).toSorted((a, b) => ((a.IndexName ?? '') < (b.IndexName ?? '') ? -1 : 1));
}

function getAttributeNames(schema: TableDescription['KeySchema']): readonly string[] {
  return (schema ?? []).map(({ AttributeName: name = '' }) => name);
}
