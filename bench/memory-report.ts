/** What a process held while it streamed a statement's rows. */
export interface MemoryReport {
  /** The first row as text. */
  readonly first: string;
  readonly rows: number;
  readonly elapsedMs: number;
  /** Connected, before the first row. */
  readonly startMb: number;
  readonly peakMb: number;
  /** The mean of the last third of the samples less that of the first. */
  readonly growthMb: number;
}
