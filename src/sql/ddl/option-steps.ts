import type { TableDescription } from '../../catalog/describe.ts';
import { DriverError } from '../../core/errors.ts';
import type { UpdateTableInput } from '../../dynamo/transport/admin.ts';
import { toSseSpecification, toStreamSpecification, toTableClass, toThroughput } from './table-input.ts';
import { TABLE_OPTIONS, type TableOptionName, type TableOptions } from './table-options.ts';
import { isOnDemand, type OptionValue, toThroughputOptions } from './throughput-options.ts';
import type { DdlContext, Table } from './ddl-context.ts';

/** One request: DynamoDB accepts one change of a table at a time. */
export interface DdlStep {
  send(table: Table): Promise<void>;
  /** Describes what is still pending; undefined when done. By default the status of the table and its indexes counts. */
  readonly describePending?: (table: TableDescription | undefined) => string | undefined;
}

type Send = DdlStep['send'];

const THROUGHPUT: readonly TableOptionName[] = [
  'billing',
  'read_capacity',
  'write_capacity',
  'max_read_units',
  'max_write_units',
];

/** The requests for SET and RESET of options, in the order that DynamoDB requires. */
export function toOptionSteps(settings: TableOptions, { context, signal }: DdlContext): readonly DdlStep[] {
  const { admin } = context.session.database.client;
  const steps: Send[] = [];
  const update = (name: string, change: Omit<UpdateTableInput, 'TableName'>): Promise<void> =>
    admin.update({ TableName: name, ...change }, signal);

  if (THROUGHPUT.some((name) => settings.options.has(name)))
    steps.push((table) => {
      const now = getCurrentThroughput(table);
      const target = new Map([...now, ...settings.options]);
      // The capacity options of the previous billing mode do not apply to the new one.
      if (settings.options.get('billing') === 'on_demand') dropUnset(target, settings, 'capacity');
      if (settings.options.get('billing') === 'provisioned') dropUnset(target, settings, 'units');
      const throughput = toThroughput({ options: target, tags: new Map() });
      const becomesProvisioned =
        throughput.ProvisionedThroughput !== undefined && now.get('billing') === 'on_demand';
      const indexes = becomesProvisioned ? (table.GlobalSecondaryIndexes ?? []) : [];
      return update(table.TableName, {
        ...throughput,
        ...(indexes.length > 0 && {
          GlobalSecondaryIndexUpdates: indexes.map(({ IndexName }) => ({
            Update: { IndexName, ProvisionedThroughput: throughput.ProvisionedThroughput },
          })),
        }),
      });
    });
  const addSteps = (name: TableOptionName, toSteps: (value: string | undefined) => readonly Send[]): void => {
    if (settings.options.has(name)) steps.push(...toSteps(settings.options.get(name) ?? getDefault(name)));
  };
  addSteps('stream', (value) => {
    const target = toStreamSpecification(value);
    // A stream cannot change its view type: it is disabled and enabled again.
    const disable: Send = async (table) => {
      const { StreamSpecification: now } = table;
      if (now?.StreamEnabled === true && now.StreamViewType !== target?.StreamViewType)
        await update(table.TableName, { StreamSpecification: { StreamEnabled: false } });
    };
    const enable: Send = async (table) => {
      if (table.StreamSpecification?.StreamEnabled !== true)
        await update(table.TableName, { StreamSpecification: target });
    };
    return target === undefined ? [disable] : [disable, enable];
  });
  addSteps('table_class', (value = '') => [
    (table) => update(table.TableName, { TableClass: toTableClass(value) }),
  ]);
  addSteps('encryption', (value) => [
    (table) =>
      update(table.TableName, {
        SSESpecification: value === undefined ? { Enabled: false } : toSseSpecification(value),
      }),
  ]);
  addSteps('deletion_protection', (value) => [
    (table) => update(table.TableName, { DeletionProtectionEnabled: value === 'true' }),
  ]);
  addSteps('point_in_time_recovery', (value) => [
    (table) => admin.setPointInTimeRecovery(table.TableName, { enabled: value === 'true' }, signal),
  ]);
  addSteps('ttl', (value) => [
    async ({ TableName: name, TableArn: arn }) => {
      const { timeToLive: now } = await admin.extras(name, arn, signal);
      if (now === value || (now === null && value === undefined)) return;
      if (typeof now === 'string' && value !== undefined)
        throw new DriverError(
          'SQL_TABLE_DEFINITION',
          `cannot change the TTL attribute of table "${name}" from "${now}" to "${value}" in one step`,
          { remedy: 'Run RESET (ttl), and SET it again an hour later.' },
        );
      const attribute = value ?? now;
      if (typeof attribute === 'string')
        await admin.setTimeToLive(name, attribute, { enabled: value !== undefined }, signal);
    },
  ]);
  if (settings.tags.size > 0)
    steps.push(async ({ TableName: name, TableArn: arn }) => {
      if (arn === undefined)
        throw new DriverError('DYNAMO_MALFORMED', `DescribeTable returned no ARN for table "${name}"`);
      await admin.setTags(arn, settings.tags, signal);
    });
  return steps.map((send) => ({ send }));
}

function getCurrentThroughput(table: Table): Map<TableOptionName, string | undefined> {
  const billing: OptionValue = ['billing', isOnDemand(table) ? 'on_demand' : 'provisioned'];
  return new Map([billing, ...toThroughputOptions(table, isOnDemand(table))]);
}

function dropUnset(
  target: Map<TableOptionName, string | undefined>,
  { options }: TableOptions,
  suffix: 'capacity' | 'units',
): void {
  for (const name of THROUGHPUT) if (name.endsWith(suffix) && !options.has(name)) target.delete(name);
}

function getDefault(name: TableOptionName): string | undefined {
  const spec = TABLE_OPTIONS[name];
  return 'default' in spec ? spec.default : undefined;
}
