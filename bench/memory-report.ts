/** What a process held while it streamed a table. */
export interface MemoryReport {
  readonly rows: number;
  readonly elapsedMs: number;
  /** Connected, before the first row. */
  readonly startMb: number;
  readonly peakMb: number;
  /** The mean of the last third of the samples less that of the first. */
  readonly growthMb: number;
}
