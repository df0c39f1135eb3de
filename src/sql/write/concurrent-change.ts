import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { StatementSettings } from '../exec/context.ts';
import { describeItem } from './item-key.ts';

/** How often an item that is modified concurrently is read and tried again. */
export const MAX_ATTEMPTS = 8;

/** The error of an item that was modified between its read and its write. */
export function concurrentChangeError(
  item: AttributeMap,
  table: TableDef,
  onConflict: StatementSettings['onConflict'],
): DriverError {
  return new DriverError(
    'EXEC_CONFLICT',
    onConflict === 'Retry'
      ? `gave up after ${MAX_ATTEMPTS} attempts: the item ${describeItem(item, table)} was modified concurrently each time`
      : `the item ${describeItem(item, table)} was modified concurrently`,
  );
}
