import type { ItemWrite, Returned } from '../../dynamo/item-write.ts';
import type { WriteOutcome } from '../../dynamo/write.ts';
import type { WriteStats } from '../../dynamo/write-stats.ts';

/** What writing needs of its session. */
export interface Writing {
  /** Every statement that writes is refused. */
  readonly readOnly: boolean;
  /** INSERT replaces items, 25 to a request, and looks at none of them first. */
  readonly batches: boolean;
  /** What becomes of an item that somebody else changes between its reading and its writing. */
  readonly onConflict: 'Retry' | 'Skip' | 'Error';
  /** The most write capacity units that one statement may consume; absent: any. */
  readonly maxWcu: number | undefined;
  /** Where writes go instead while a transaction is open. */
  transaction: WriteSink | undefined;
}

/** Takes writes and carries them out, at once or later. */
export interface WriteSink {
  write(write: ItemWrite, returned: Returned, stats: WriteStats, signal: AbortSignal): Promise<WriteOutcome>;
}
