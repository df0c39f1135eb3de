/** The memory of a process that streamed a statement's rows. */
export interface MemoryReport {
  /** The first row as text. */
  readonly first: string;
  readonly rows: number;
  readonly elapsedMs: number;
  /** After connecting, before the first row. */
  readonly startMb: number;
  readonly peakMb: number;
  /** The mean of the last third of the samples minus that of the first third. */
  readonly growthMb: number;
}
