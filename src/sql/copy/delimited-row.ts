/** Whether a field stands for NULL. */
export type IsNull = (text: string, quoted: boolean, at: number) => boolean;

/** A row of a CSV or text file. */
export interface DelimitedRow {
  /** The line it starts on, from 1. */
  readonly line: number;
  readonly text: string;
  fields(isNull: IsNull): (string | null)[];
}
