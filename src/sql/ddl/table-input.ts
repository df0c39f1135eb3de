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

/** Determines the type of a key attribute of an index; throws SQL_TABLE_DEFINITION if it cannot be a key. */
export type ResolveKeyType = (part: IndexKeyPart, index: string) => KeyType;

/** The CreateTable input of a statement. */
export function toCreateTableInput(statement: CreateTable, settings: TableOptions): CreateTableInput {
  const { table, columns, key, indexes } = statement;
  const types = new Map<string, KeyType>();
  const resolveType = (name: string, position: number): KeyType => {
    const column = columns.find((each) => each.name === name);
    if (column === undefined)
      throw new DriverError('SQL_TABLE_DEFINITION', `column "${name}" named in key does not exist`, {
        position,
        remedy: `Add the column with its type: "${name}" text.`,
      });
    if (column.type.key === undefined)
      throw new DriverError(
        'SQL_TABLE_DEFINITION',
        `key column "${name}" has type ${column.type.text}; DynamoDB keys must be text, numeric or bytea`,
        { position: column.type.position },
      );
    types.set(name, column.type.key);
    return column.type.key;
  };
  for (const { value, position } of key) resolveType(value, position);
  const resolveIndexType: ResolveKeyType = (part) => {
    if (part.type !== undefined)
      throw new DriverError(
        'SQL_TABLE_DEFINITION',
        `the index cannot specify a type for column "${part.name}"`,
        { position: part.type.position, remedy: 'Write the type in the columns of the table.' },
      );
    return resolveType(part.name, part.position);
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
      GlobalSecondaryIndexes: global.map((index) => toGlobalIndexInput(index, resolveIndexType, throughput)),
    }),
    ...(local.length > 0 && {
      LocalSecondaryIndexes: local.map((index) => toLocalIndexInput(index, resolveIndexType)),
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

/** The input for a global index of a table with this capacity. */
export function toGlobalIndexInput(
  index: IndexClause,
  resolveKeyType: ResolveKeyType,
  table: Throughput,
): GlobalIndexInput {
  const options = parseTableOptions(index.options, 'index');
  return { ...toIndexInput(index, resolveKeyType), ...toIndexThroughput(options, table, index) };
}

function toLocalIndexInput(index: IndexClause, resolveKeyType: ResolveKeyType): LocalIndexInput {
  const [option] = index.options;
  if (option !== undefined)
    throw new DriverError('SQL_TABLE_DEFINITION', `local index "${index.name}" cannot have options`, {
      position: option.position,
      remedy: 'Remove WITH: a local index uses the capacity of its table.',
    });
  return toIndexInput(index, resolveKeyType);
}

function toIndexInput(index: IndexClause, resolveKeyType: ResolveKeyType): LocalIndexInput {
  const { name, partition, sort, projection } = index;
  for (const part of [...partition, ...sort]) resolveKeyType(part, name);
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

/** The capacity of a table by its options; on demand without any. */
export function toThroughput({ options }: TableOptions): Throughput {
  const [read, write] = [options.get('read_capacity'), options.get('write_capacity')];
  const [maxRead, maxWrite] = [options.get('max_read_units'), options.get('max_write_units')];
  const isProvisioned =
    (options.get('billing') ?? ((read ?? write) ? 'provisioned' : 'on_demand')) === 'provisioned';
  if (isProvisioned) {
    if (maxRead !== undefined || maxWrite !== undefined)
      throw conflict('options max_read_units and max_write_units require billing = on_demand');
    if (read === undefined || write === undefined)
      throw conflict('option billing = provisioned requires read_capacity and write_capacity');
    return { BillingMode: 'PROVISIONED', ProvisionedThroughput: toProvisioned(read, write) };
  }
  if (read !== undefined || write !== undefined)
    throw conflict('options read_capacity and write_capacity require billing = provisioned');
  return { BillingMode: 'PAY_PER_REQUEST', ...toOnDemand(maxRead, maxWrite) };
}

/** The capacity of an index by its options; by default the same as that of a provisioned table. */
export function toIndexThroughput(
  { options }: TableOptions,
  table: Throughput,
  { name }: Pick<IndexClause, 'name'>,
): Omit<Throughput, 'BillingMode'> {
  const [read, write] = [options.get('read_capacity'), options.get('write_capacity')];
  const [maxRead, maxWrite] = [options.get('max_read_units'), options.get('max_write_units')];
  const { ProvisionedThroughput: capacity } = table;
  if (capacity !== undefined) {
    if (maxRead !== undefined || maxWrite !== undefined)
      throw conflict(`index "${name}": max_read_units and max_write_units require an on-demand table`);
    return {
      ProvisionedThroughput: toProvisioned(
        read ?? String(capacity.ReadCapacityUnits),
        write ?? String(capacity.WriteCapacityUnits),
      ),
    };
  }
  if (read !== undefined || write !== undefined)
    throw conflict(`index "${name}": read_capacity and write_capacity require a provisioned table`);
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

/** The specification for the option `stream`; undefined: no stream. */
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

function conflict(message: string): DriverError {
  return new DriverError('SQL_TABLE_DEFINITION', message);
}
