import type { Value } from '../../sql/types/value.ts';

/** Rows by position. */
export type Batch = readonly (readonly Value[])[];

/** Formats rows as they arrive, buffering no more than the format needs. */
export interface RowPrinter {
  /** Output that is ready after these rows; may be empty. */
  rows(batch: Batch): string;
  /** Output after the last row; `isCut`: MaxRows cut off further rows. */
  end(isCut?: boolean): string;
}

/** The properties of an output that printers depend on. */
export interface TerminalLook {
  readonly isTerminal: boolean;
  readonly colors: boolean;
  readonly columns: number;
  /** The time zone in which timestamps are shown; absent: UTC. */
  readonly timeZone?: string | undefined;
}
