import type { TableDescription } from '../../catalog/describe.ts';
import type { TableOptionName } from './table-options.ts';

/** An option as it holds; undefined: it is not given. */
export type OptionValue = readonly [name: TableOptionName, value: string | undefined];

/** Whether a table is paid for by what is read and written. */
export function isOnDemand({ BillingModeSummary: billing }: TableDescription): boolean {
  return billing?.BillingMode === 'PAY_PER_REQUEST';
}

/** The capacity of a table or an index, as options. */
export function toThroughputOptions(
  {
    ProvisionedThroughput: provisioned,
    OnDemandThroughput: onDemand,
  }: Pick<TableDescription, 'ProvisionedThroughput' | 'OnDemandThroughput'>,
  onDemandTable: boolean,
): readonly OptionValue[] {
  return onDemandTable
    ? [
        ['max_read_units', units(onDemand?.MaxReadRequestUnits)],
        ['max_write_units', units(onDemand?.MaxWriteRequestUnits)],
      ]
    : [
        ['read_capacity', units(provisioned?.ReadCapacityUnits)],
        ['write_capacity', units(provisioned?.WriteCapacityUnits)],
      ];
}

/** DynamoDB says 0 or -1 where there is no bound. */
function units(count: number | undefined): string | undefined {
  return count === undefined || count <= 0 ? undefined : String(count);
}
