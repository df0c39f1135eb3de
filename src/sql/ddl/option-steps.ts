import { DriverError } from '../../core/errors.ts';
import type { UpdateTableInput } from '../../dynamo/transport/admin.ts';
import { toSseSpecification, toStreamSpecification, toTableClass, toThroughput } from './table-input.ts';
import { TABLE_OPTIONS, type TableOptionName, type TableOptions } from './table-options.ts';
import { isOnDemand, type OptionValue, toThroughputOptions } from './throughput-options.ts';
import type { DdlStep, Table, DdlContext } from './ddl-context.ts';

type Send = DdlStep['send'];

const THROUGHPUT: readonly TableOptionName[] = [
  'billing',
  'read_capacity',
  'write_capacity',
  'max_read_units',
  'max_write_units',
];

/** What is to be sent, in the order in which DynamoDB takes it, for SET and RESET of options. */
export function toOptionSteps(settings: TableOptions, { context, signal }: DdlContext): readonly DdlStep[] {
  const { admin } = context.session.database.client;
  const steps: Send[] = [];
  const update = (name: string, change: Omit<UpdateTableInput, 'TableName'>): Promise<void> =>
    admin.update({ TableName: name, ...change }, signal);

  if (THROUGHPUT.some((name) => settings.options.has(name)))
    steps.push((table) => {
      const now = getCurrentThroughput(table);
      const wanted = new Map([...now, ...settings.options]);
      // To go from one to the other is to leave its capacity behind.
      if (settings.options.get('billing') === 'on_demand') dropUnset(wanted, settings, 'capacity');
      if (settings.options.get('billing') === 'provisioned') dropUnset(wanted, settings, 'units');
      const throughput = toThroughput({ options: wanted, tags: new Map() });
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
  const wants = (name: TableOptionName, step: (value: string | undefined) => readonly Send[]): void => {
    if (settings.options.has(name)) steps.push(...step(settings.options.get(name) ?? getDefault(name)));
  };
  wants('stream', (value) => {
    const wanted = toStreamSpecification(value);
    const end: Send = async (table) => {
      const { StreamSpecification: now } = table;
      if (now?.StreamEnabled === true && now.StreamViewType !== wanted?.StreamViewType)
        await update(table.TableName, { StreamSpecification: { StreamEnabled: false } });
    };
    const begin: Send = async (table) => {
      if (table.StreamSpecification?.StreamEnabled !== true)
        await update(table.TableName, { StreamSpecification: wanted });
    };
    return wanted === undefined ? [end] : [end, begin];
  });
  wants('table_class', (value = '') => [
    (table) => update(table.TableName, { TableClass: toTableClass(value) }),
  ]);
  wants('encryption', (value) => [
    (table) =>
      update(table.TableName, {
        SSESpecification: value === undefined ? { Enabled: false } : toSseSpecification(value),
      }),
  ]);
  wants('deletion_protection', (value) => [
    (table) => update(table.TableName, { DeletionProtectionEnabled: value === 'true' }),
  ]);
  wants('point_in_time_recovery', (value) => [
    (table) => admin.setPointInTimeRecovery(table.TableName, { enabled: value === 'true' }, signal),
  ]);
  wants('ttl', (value) => [
    async ({ TableName: name, TableArn: arn }) => {
      const { timeToLive: now } = await admin.extras(name, arn, signal);
      if (now === value || (now === null && value === undefined)) return;
      if (typeof now === 'string' && value !== undefined)
        throw new DriverError(
          'SQL_TABLE_DEFINITION',
          `The time to live of ${name} is "${now}", and DynamoDB changes it in two steps.`,
          { remedy: 'RESET (ttl) first, and SET it anew an hour later.' },
        );
      const attribute = value ?? now;
      if (typeof attribute === 'string')
        await admin.setTimeToLive(name, attribute, { enabled: value !== undefined }, signal);
    },
  ]);
  if (settings.tags.size > 0)
    steps.push(async ({ TableName: name, TableArn: arn }) => {
      if (arn === undefined) throw new DriverError('DYNAMO_MALFORMED', `Table ${name} has no ARN to tag.`);
      await admin.setTags(arn, settings.tags, signal);
    });
  return steps.map((send) => ({ send }));
}

function getCurrentThroughput(table: Table): Map<TableOptionName, string | undefined> {
  const billing: OptionValue = ['billing', isOnDemand(table) ? 'on_demand' : 'provisioned'];
  return new Map([billing, ...toThroughputOptions(table, isOnDemand(table))]);
}

function dropUnset(
  wanted: Map<TableOptionName, string | undefined>,
  { options }: TableOptions,
  what: 'capacity' | 'units',
): void {
  for (const name of THROUGHPUT) if (name.endsWith(what) && !options.has(name)) wanted.delete(name);
}

function getDefault(name: TableOptionName): string | undefined {
  const spec = TABLE_OPTIONS[name];
  return 'usual' in spec ? spec.usual : undefined;
}
