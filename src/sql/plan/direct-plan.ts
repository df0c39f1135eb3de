import type { ColumnDef } from '../../catalog/table-def.ts';
import type { Summary } from './logical-plan.ts';
import type { ResultColumn } from '../types/types.ts';
import type { TableRead } from './table-read.ts';

/** A statement that is one read: every condition pushed, plain columns, rows in the order in which they come. */
export interface DirectPlan {
  readonly columns: readonly ResultColumn[];
  readonly read: TableRead;
  /** The output columns, as columns of the table. */
  readonly output: readonly ColumnDef[];
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  /** One row of these instead, each with its read: how many items there are, or the first item's column. */
  readonly summaries?: readonly (Summary & { readonly read: TableRead })[] | undefined;
}
