import type { TableDescription } from '../../catalog/describe.ts';
import type { TableOptionName } from './table-options.ts';

/** The current value of an option; undefined: not set. */
export type OptionValue = readonly [name: TableOptionName, value: string | undefined];

/** Whether the billing mode of a table is on demand. */
export function isOnDemand({ BillingModeSummary: billing }: TableDescription): boolean {
  return billing?.BillingMode === 'PAY_PER_REQUEST';
}

/** The capacity of a table or index as options. */
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

/** DynamoDB returns 0 or -1 for no limit. */
function units(count: number | undefined): string | undefined {
  return count === undefined || count <= 0 ? undefined : String(count);
}
