import type { DynamoClient } from '../dynamo/transport/client.ts';
import { type IndexDef, type KeyAttribute, type KeySchema, type TableDef, keyNames } from './table-def.ts';

/** What DynamoDB's DescribeTable says. */
export type TableDescription = NonNullable<Awaited<ReturnType<DynamoClient['describeTable']>>>;
type Index = NonNullable<TableDescription['GlobalSecondaryIndexes']>[number] &
  NonNullable<TableDescription['LocalSecondaryIndexes']>[number];
type KeyElements = TableDescription['KeySchema'];

/** A table without its columns. */
export type DescribedTable = Omit<TableDef, 'columns' | 'sampled' | 'schemaFile'>;

/** A table without its columns, as DescribeTable tells it. `name` is what requests must call it. */
export function describe(name: string, description: TableDescription): DescribedTable {
  const types = new Map(description.AttributeDefinitions?.map((d) => [d.AttributeName, d.AttributeType]));
  const key = keySchema(description.KeySchema, types);
  const tableKey = keyNames(key);
  const index = (kind: IndexDef['kind'], given: Index): IndexDef => indexDef(kind, given, types, tableKey);
  return {
    name,
    ...(description.TableArn !== undefined && { arn: description.TableArn }),
    status: description.TableStatus ?? 'ACTIVE',
    key,
    indexes: [
      ...(description.GlobalSecondaryIndexes ?? []).map((given) => index('global', given)),
      ...(description.LocalSecondaryIndexes ?? []).map((given) => index('local', given)),
    ],
    itemCount: description.ItemCount ?? 0,
    sizeBytes: description.TableSizeBytes ?? 0,
    billing: description.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
    ...readCapacity(description),
  };
}

type Types = ReadonlyMap<string | undefined, string | undefined>;

function indexDef(kind: IndexDef['kind'], index: Index, types: Types, tableKey: readonly string[]): IndexDef {
  const key = keySchema(index.KeySchema, types);
  return {
    name: index.IndexName ?? '',
    kind,
    key,
    projection: projection(index.Projection, key, tableKey),
    ...(index.ItemCount !== undefined && { itemCount: index.ItemCount }),
    ...(index.IndexSizeBytes !== undefined && { sizeBytes: index.IndexSizeBytes }),
    ...readCapacity(index),
    // A local index lives and dies with its table and has no status of its own.
    active: kind === 'local' || index.IndexStatus === undefined || index.IndexStatus === 'ACTIVE',
  };
}

/** A table or index on demand is provisioned with 0, and one without a bound says -1. */
function readCapacity({
  ProvisionedThroughput: provisioned,
  OnDemandThroughput: onDemand,
}: Pick<TableDescription, 'ProvisionedThroughput' | 'OnDemandThroughput'>): Pick<TableDef, 'readCapacity'> {
  const units = provisioned?.ReadCapacityUnits || onDemand?.MaxReadRequestUnits;
  return units !== undefined && units > 0 ? { readCapacity: units } : {};
}

function projection(
  given: Index['Projection'],
  key: KeySchema,
  tableKey: readonly string[],
): IndexDef['projection'] {
  if (given?.ProjectionType === 'ALL') return 'all';
  const keys = keyNames(key);
  return [...new Set([...keys, ...tableKey, ...(given?.NonKeyAttributes ?? [])])];
}

/** In the order of the schema, which is the order in which a Query must bind them. */
function keySchema(elements: KeyElements, types: Types): KeySchema {
  const ofKind = (kind: 'HASH' | 'RANGE'): KeyAttribute[] =>
    (elements ?? [])
      .filter((element) => element.KeyType === kind)
      .map(({ AttributeName: name = '' }) => {
        const type = types.get(name);
        return { name, type: type === 'N' || type === 'B' ? type : 'S' };
      });
  return { partition: ofKind('HASH'), sort: ofKind('RANGE') };
}
