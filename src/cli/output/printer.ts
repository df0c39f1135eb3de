import type { Value } from '../../sql/types/value.ts';

/** Rows by position. */
export type Batch = readonly (readonly Value[])[];

/** Turns rows into text as they come: nothing is held longer than the format needs. */
export interface RowPrinter {
  /** Text that is ready after these rows; may be empty. */
  rows(batch: Batch): string;
  /** What is left to print after the last row; `isCut`: there are more, which the limit left out. */
  end(isCut?: boolean): string;
}

/** How the place looks that is written to. */
export interface Look {
  readonly isTerminal: boolean;
  readonly colors: boolean;
  readonly columns: number;
}
