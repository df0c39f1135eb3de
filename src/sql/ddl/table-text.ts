import type { TableDescription } from '../../catalog/describe.ts';
import { columnTypeName } from '../../catalog/schemas/column-types.ts';
import type { DeclaredColumn, TableSchema } from '../../catalog/schemas/schema-file.ts';
import type { TableExtras } from '../../dynamo/transport/admin.ts';
import type { KeyType } from '../../dynamo/attribute-value.ts';
import { quoteName, quoteText } from '../print/names.ts';
import { declaredKeyType } from './key-types.ts';
import { OPTIONS } from './options.ts';
import { isOnDemand, type Setting, throughputSettings } from './throughput-now.ts';

type Index = NonNullable<TableDescription['GlobalSecondaryIndexes']>[number];

/** The statement that makes a table like this one. */
export function tableText(
  table: TableDescription,
  extras: TableExtras,
  declared: TableSchema | undefined,
): string {
  const key = namesOf(table.KeySchema).map(quoteName).join(', ');
  const elements = [
    ...columnTexts(table, declared),
    `PRIMARY KEY (${key})`,
    ...byName(table.GlobalSecondaryIndexes).map((index) => `INDEX ${indexText(index, table)}`),
    ...byName(table.LocalSecondaryIndexes).map((index) => `LOCAL INDEX ${indexText(index, undefined)}`),
  ];
  const options = [
    ...written(settingsOf(table, extras)),
    ...[...(extras.tags ?? [])]
      .filter(([name]) => !name.startsWith('aws:'))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `tag.${quoteName(name)} = ${quoteText(value)}`),
  ];
  const body = elements.map((element) => `  ${element}`).join(',\n');
  const head = `CREATE TABLE ${quoteName(table.TableName ?? '')} (\n${body}\n)`;
  return options.length === 0 ? head : `${head} WITH (\n  ${options.join(',\n  ')}\n)`;
}

const KEY_TYPES = { S: 'text', N: 'numeric', B: 'bytea' } as const satisfies Record<KeyType, string>;

/** The attributes of keys, and what a schema file declares beside them. */
function columnTexts(table: TableDescription, declared: TableSchema | undefined): readonly string[] {
  const types = new Map<string, KeyType>();
  for (const { AttributeName: name = '', AttributeType: type } of table.AttributeDefinitions ?? [])
    types.set(name, type === 'N' || type === 'B' ? type : 'S');
  const indexes = [...byName(table.GlobalSecondaryIndexes), ...byName(table.LocalSecondaryIndexes)];
  const keys = [
    ...new Set([...namesOf(table.KeySchema), ...indexes.flatMap(({ KeySchema }) => namesOf(KeySchema))]),
  ];
  const plain = (declared?.columns ?? []).filter(
    ({ name, path, hidden }) => path.length === 1 && path[0] === name && hidden === undefined,
  );
  // Keys alone are known to DynamoDB: what a file says of nothing else is not worth a file.
  const columns = plain.every(({ name }) => types.has(name)) ? [] : plain;
  const names = [...new Set([...columns.map(({ name }) => name), ...keys])];
  return names.map((name) => {
    const column = columns.find((each) => each.name === name);
    return `${quoteName(name)} ${typeText(column, types.get(name))}`;
  });
}

function typeText(column: DeclaredColumn | undefined, key: KeyType | undefined): string {
  if (column === undefined || (key !== undefined && declaredKeyType(column) !== key))
    return KEY_TYPES[key ?? 'S'];
  if (column.holds === 'N') return KEY_TYPES.N;
  return column.type.kind === 'double' ? 'double precision' : columnTypeName(column.type);
}

function indexText(index: Index, table: TableDescription | undefined): string {
  const { IndexName: name = '', KeySchema: schema, Projection: projection } = index;
  const partition = namesOf(schema?.filter(({ KeyType }) => KeyType === 'HASH')).map(quoteName);
  const sort = namesOf(schema?.filter(({ KeyType }) => KeyType === 'RANGE')).map(quoteName);
  const first = partition.length > 1 ? `(${partition.join(', ')})` : partition.join('');
  const held =
    projection?.ProjectionType === 'INCLUDE'
      ? ` INCLUDE (${(projection.NonKeyAttributes ?? []).toSorted().map(quoteName).join(', ')})`
      : projection?.ProjectionType === 'KEYS_ONLY'
        ? ' KEYS ONLY'
        : '';
  const options = written(table === undefined ? [] : indexSettings(index, table));
  const settings = options.length === 0 ? '' : ` WITH (${options.join(', ')})`;
  return `${quoteName(name)} (${[first, ...sort].join(', ')})${held}${settings}`;
}

function settingsOf(table: TableDescription, extras: TableExtras): readonly Setting[] {
  const { StreamSpecification: stream } = table;
  return [
    ['billing', isOnDemand(table) ? 'on_demand' : 'provisioned'],
    ...throughputSettings(table, isOnDemand(table)),
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

/** What sets an index apart from its table. */
function indexSettings(index: Index, table: TableDescription): readonly Setting[] {
  const usual = isOnDemand(table) ? undefined : new Map(throughputSettings(table, false));
  return throughputSettings(index, isOnDemand(table)).filter(([name, value]) => usual?.get(name) !== value);
}

/** Those settings that are not as usual. */
function written(settings: readonly Setting[]): readonly string[] {
  return settings.flatMap(([name, value]) => {
    const { takes, ...spec } = OPTIONS[name];
    const usual = 'usual' in spec ? spec.usual : undefined;
    if (value === undefined || value === usual) return [];
    return [`${name} = ${takes === 'number' || takes === 'boolean' ? value : quoteText(value)}`];
  });
}

function byName<T extends { readonly IndexName?: string | undefined }>(
  indexes: readonly T[] | undefined,
): readonly T[] {
  return (indexes ?? []).toSorted((a, b) => ((a.IndexName ?? '') < (b.IndexName ?? '') ? -1 : 1));
}

function namesOf(schema: TableDescription['KeySchema']): readonly string[] {
  return (schema ?? []).map(({ AttributeName: name = '' }) => name);
}
