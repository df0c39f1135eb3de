import type { DynamoClient } from '../dynamo/transport/client.ts';
import { type IndexDef, type KeyAttribute, type KeySchema, type TableDef, keyNames } from './table-def.ts';

/** The response of DescribeTable. */
export type TableDescription = NonNullable<Awaited<ReturnType<DynamoClient['describeTable']>>>;
type Index = NonNullable<TableDescription['GlobalSecondaryIndexes']>[number] &
  NonNullable<TableDescription['LocalSecondaryIndexes']>[number];
type KeyElements = TableDescription['KeySchema'];

/** A table without its columns. */
export type DescribedTable = Omit<TableDef, 'columns' | 'sampled' | 'schemaFile'>;

/** A table without its columns, from DescribeTable. `name` is the name or ARN that requests use. */
export function parseTableDescription(name: string, description: TableDescription): DescribedTable {
  const types = new Map(description.AttributeDefinitions?.map((d) => [d.AttributeName, d.AttributeType]));
  const key = parseKeySchema(description.KeySchema, types);
  const tableKey = keyNames(key);
  const index = (kind: IndexDef['kind'], description: Index): IndexDef =>
    parseIndex(kind, description, types, tableKey);
  return {
    name,
    ...(description.TableArn !== undefined && { arn: description.TableArn }),
    status: description.TableStatus ?? 'ACTIVE',
    key,
    indexes: [
      ...(description.GlobalSecondaryIndexes ?? []).map((each) => index('global', each)),
      ...(description.LocalSecondaryIndexes ?? []).map((each) => index('local', each)),
    ],
    itemCount: description.ItemCount ?? 0,
    sizeBytes: description.TableSizeBytes ?? 0,
    billing: description.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
    ...parseReadCapacity(description),
  };
}

type Types = ReadonlyMap<string | undefined, string | undefined>;

function parseIndex(
  kind: IndexDef['kind'],
  index: Index,
  types: Types,
  tableKey: readonly string[],
): IndexDef {
  const key = parseKeySchema(index.KeySchema, types);
  return {
    name: index.IndexName ?? '',
    kind,
    key,
    projection: parseProjection(index.Projection, key, tableKey),
    ...(index.ItemCount !== undefined && { itemCount: index.ItemCount }),
    ...(index.IndexSizeBytes !== undefined && { sizeBytes: index.IndexSizeBytes }),
    ...parseReadCapacity(index),
    // A local index has the status of its table.
    active: kind === 'local' || index.IndexStatus === undefined || index.IndexStatus === 'ACTIVE',
  };
}

/** On-demand tables report 0 provisioned units, and -1 if they have no maximum. */
function parseReadCapacity({
  ProvisionedThroughput: provisioned,
  OnDemandThroughput: onDemand,
}: Pick<TableDescription, 'ProvisionedThroughput' | 'OnDemandThroughput'>): Pick<TableDef, 'readCapacity'> {
  const units = provisioned?.ReadCapacityUnits || onDemand?.MaxReadRequestUnits;
  return units !== undefined && units > 0 ? { readCapacity: units } : {};
}

function parseProjection(
  index: Index['Projection'],
  key: KeySchema,
  tableKey: readonly string[],
): IndexDef['projection'] {
  if (index?.ProjectionType === 'ALL') return 'all';
  const keys = keyNames(key);
  return [...new Set([...keys, ...tableKey, ...(index?.NonKeyAttributes ?? [])])];
}

/** Key attributes in schema order, which is the order in which a Query must bind them. */
function parseKeySchema(elements: KeyElements, types: Types): KeySchema {
  const attributes = (kind: 'HASH' | 'RANGE'): KeyAttribute[] =>
    (elements ?? [])
      .filter((element) => element.KeyType === kind)
      .map(({ AttributeName: name = '' }) => {
        const type = types.get(name);
        return { name, type: type === 'N' || type === 'B' ? type : 'S' };
      });
  return { partition: attributes('HASH'), sort: attributes('RANGE') };
}
