import type { ColumnDef } from '../../catalog/table-def.ts';
import type { Summary } from './logical-plan.ts';
import type { ResultColumn } from '../types/types.ts';
import type { TableRead } from './table-read.ts';

/**
 * A statement that is a single read: all conditions pushed down, plain columns, rows in the order in which they arrive.
 */
export interface DirectPlan {
  readonly columns: readonly ResultColumn[];
  readonly read: TableRead;
  /** The output columns, as columns of the table. */
  readonly output: readonly ColumnDef[];
  /** The SELECT list has a star: attributes of the items that have no column belong to the rows as well. */
  readonly wholeRows?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  /**
   * If present, the result is one row of these values, each with its read: a number of items, or a column of the first
   * item.
   */
  readonly summaries?: readonly (Summary & { readonly read: TableRead })[] | undefined;
}
