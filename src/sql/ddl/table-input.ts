import type { CreateTableInput } from '../../dynamo/transport/admin.ts';
import { DriverError } from '../../core/errors.ts';
import type { KeyType } from '../../dynamo/attribute-value.ts';
import { parseTableOptions, type TableOptions } from './table-options.ts';
import type { IndexClause, IndexKeyPart, TableStatement } from '../parse/table/table-statement.ts';

type CreateTable = Extract<TableStatement, { kind: 'create-table' }>;
type GlobalIndexInput = NonNullable<CreateTableInput['GlobalSecondaryIndexes']>[number];
type LocalIndexInput = NonNullable<CreateTableInput['LocalSecondaryIndexes']>[number];
export type Throughput = Pick<
  CreateTableInput,
  'BillingMode' | 'ProvisionedThroughput' | 'OnDemandThroughput'
>;

/** Finds the type of an attribute that an index names without one. */
export type ResolveKeyType = (part: IndexKeyPart, index: string) => KeyType;

/** What CreateTable is sent for a statement. */
export function toCreateTableInput(statement: CreateTable, settings: TableOptions): CreateTableInput {
  const { table, columns, key, indexes } = statement;
  const types = new Map<string, KeyType>();
  const typeOf = (name: string, position: number): KeyType => {
    const column = columns.find((each) => each.name === name);
    if (column === undefined)
      throw new DriverError(
        'SQL_TABLE_DEFINITION',
        `The key attribute "${name}" is no column of the table.`,
        {
          position,
          remedy: `Add it to the columns with its type: "${name}" text.`,
        },
      );
    if (column.type.key === undefined)
      throw new DriverError(
        'SQL_TABLE_DEFINITION',
        `"${name}" is ${column.type.text}: a key of DynamoDB is text, a number or bytea.`,
        { position: column.type.position },
      );
    types.set(name, column.type.key);
    return column.type.key;
  };
  for (const { value, position } of key) typeOf(value, position);
  const typeInIndex: ResolveKeyType = (part) => {
    if (part.type !== undefined)
      throw new DriverError(
        'SQL_TABLE_DEFINITION',
        `The type of "${part.name}" belongs to the columns of the table, and not to the index.`,
        { position: part.type.position },
      );
    return typeOf(part.name, part.position);
  };
  const global = indexes.filter(({ kind }) => kind === 'global');
  const local = indexes.filter(({ kind }) => kind === 'local');
  const throughput = toThroughput(settings);
  const input = {
    TableName: table.value,
    KeySchema: key.map(({ value }, i) => ({
      AttributeName: value,
      KeyType: i === 0 ? ('HASH' as const) : ('RANGE' as const),
    })),
    ...throughput,
    ...(global.length > 0 && {
      GlobalSecondaryIndexes: global.map((index) => toGlobalIndexInput(index, typeInIndex, throughput)),
    }),
    ...(local.length > 0 && {
      LocalSecondaryIndexes: local.map((index) => toLocalIndexInput(index, typeInIndex)),
    }),
    ...toOtherInput(settings),
  };
  return {
    ...input,
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
  };
}

/** How an index is made that is spread over partitions of its own. */
export function toGlobalIndexInput(
  index: IndexClause,
  typeOf: ResolveKeyType,
  table: Throughput,
): GlobalIndexInput {
  const settings = parseTableOptions(index.options, 'index');
  return { ...toIndexInput(index, typeOf), ...toIndexThroughput(settings, table, index) };
}

function toLocalIndexInput(index: IndexClause, typeOf: ResolveKeyType): LocalIndexInput {
  const [option] = index.options;
  if (option !== undefined)
    throw new DriverError('SQL_TABLE_DEFINITION', `Local index ${index.name} has no options of its own.`, {
      position: option.position,
      remedy: "Leave WITH out: a local index uses its table's capacity.",
    });
  return toIndexInput(index, typeOf);
}

function toIndexInput(index: IndexClause, typeOf: ResolveKeyType): LocalIndexInput {
  const { name, partition, sort, projection } = index;
  for (const part of [...partition, ...sort]) typeOf(part, name);
  return {
    IndexName: name,
    KeySchema: [...keyElements(partition, 'HASH'), ...keyElements(sort, 'RANGE')],
    Projection:
      projection === 'all'
        ? { ProjectionType: 'ALL' }
        : projection === 'keys only'
          ? { ProjectionType: 'KEYS_ONLY' }
          : { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection] },
  };
}

function keyElements(
  parts: readonly IndexKeyPart[],
  KeyType: 'HASH' | 'RANGE',
): NonNullable<LocalIndexInput['KeySchema']> {
  return parts.map((part) => ({ AttributeName: part.name, KeyType }));
}

/** What the options of a table say of its capacity; on demand where they say nothing. */
export function toThroughput({ options }: TableOptions): Throughput {
  const [read, write] = [options.get('read_capacity'), options.get('write_capacity')];
  const [maxRead, maxWrite] = [options.get('max_read_units'), options.get('max_write_units')];
  const isProvisioned =
    (options.get('billing') ?? ((read ?? write) ? 'provisioned' : 'on_demand')) === 'provisioned';
  if (isProvisioned) {
    if (maxRead !== undefined || maxWrite !== undefined)
      throw mixed('Options max_read_units and max_write_units are for billing = on_demand.');
    if (read === undefined || write === undefined)
      throw mixed('Option billing = provisioned needs read_capacity and write_capacity.');
    return { BillingMode: 'PROVISIONED', ProvisionedThroughput: toProvisioned(read, write) };
  }
  if (read !== undefined || write !== undefined)
    throw mixed('Options read_capacity and write_capacity are for billing = provisioned.');
  return { BillingMode: 'PAY_PER_REQUEST', ...toOnDemand(maxRead, maxWrite) };
}

/** The capacity of an index: its own, else the table's where that is provisioned. */
export function toIndexThroughput(
  { options }: TableOptions,
  table: Throughput,
  { name }: Pick<IndexClause, 'name'>,
): Omit<Throughput, 'BillingMode'> {
  const [read, write] = [options.get('read_capacity'), options.get('write_capacity')];
  const [maxRead, maxWrite] = [options.get('max_read_units'), options.get('max_write_units')];
  const { ProvisionedThroughput: own } = table;
  if (own !== undefined) {
    if (maxRead !== undefined || maxWrite !== undefined)
      throw mixed(`Index ${name}: max_read_units and max_write_units are for tables on demand.`);
    return {
      ProvisionedThroughput: toProvisioned(
        read ?? String(own.ReadCapacityUnits),
        write ?? String(own.WriteCapacityUnits),
      ),
    };
  }
  if (read !== undefined || write !== undefined)
    throw mixed(`Index ${name}: read_capacity and write_capacity are for provisioned tables.`);
  return toOnDemand(maxRead, maxWrite);
}

function toProvisioned(read: string, write: string): NonNullable<Throughput['ProvisionedThroughput']> {
  return { ReadCapacityUnits: Number(read), WriteCapacityUnits: Number(write) };
}

function toOnDemand(
  read: string | undefined,
  write: string | undefined,
): Pick<Throughput, 'OnDemandThroughput'> {
  if (read === undefined && write === undefined) return {};
  return {
    OnDemandThroughput: {
      ...(read !== undefined && { MaxReadRequestUnits: Number(read) }),
      ...(write !== undefined && { MaxWriteRequestUnits: Number(write) }),
    },
  };
}

function toOtherInput({ options, tags }: TableOptions): Partial<CreateTableInput> {
  const stream = toStreamSpecification(options.get('stream'));
  const tableClass = options.get('table_class');
  const encryption = options.get('encryption');
  return {
    ...(stream !== undefined && { StreamSpecification: stream }),
    ...(tableClass !== undefined && { TableClass: toTableClass(tableClass) }),
    ...(options.get('deletion_protection') === 'true' && { DeletionProtectionEnabled: true }),
    ...(encryption !== undefined && { SSESpecification: toSseSpecification(encryption) }),
    ...(tags.size > 0 && { Tags: [...tags].map(([Key, Value = '']) => ({ Key, Value })) }),
  };
}

/** Undefined: there is no stream. */
export function toStreamSpecification(value: string | undefined): CreateTableInput['StreamSpecification'] {
  const view = STREAMS.find((each) => each.toLowerCase() === value);
  return view === undefined ? undefined : { StreamEnabled: true, StreamViewType: view };
}

const STREAMS = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] as const;

export function toTableClass(value: string): 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS' {
  return value === 'standard' ? 'STANDARD' : 'STANDARD_INFREQUENT_ACCESS';
}

export function toSseSpecification(value: string): NonNullable<CreateTableInput['SSESpecification']> {
  return { Enabled: true, SSEType: 'KMS', ...(value !== 'kms' && { KMSMasterKeyId: value }) };
}

function mixed(message: string): DriverError {
  return new DriverError('SQL_TABLE_DEFINITION', message);
}
