import { batchGetUnits, getItemUnits, readUnits } from '../../dynamo/capacity.ts';
import type { TableRead } from './table-read.ts';

/** Read capacity units that a read will probably consume; undefined where it depends on how much lies under a key. */
export function estimatedUnits(
  { access, table, limit, filter }: TableRead,
  consistent: boolean,
): number | undefined {
  const itemBytes = table.itemCount > 0 ? table.sizeBytes / table.itemCount : 0;
  switch (access.kind) {
    case 'Empty':
      return 0;
    case 'GetItem':
      return getItemUnits(itemBytes, consistent);
    case 'BatchGetItem':
      return batchGetUnits(
        access.keys.map(() => itemBytes),
        consistent,
      );
    case 'Query':
      return undefined;
    case 'Scan': {
      // DynamoDB counts a table about every six hours: a new one has no size yet.
      if (table.itemCount === 0) return undefined;
      const bytes =
        access.index === undefined
          ? table.sizeBytes
          : table.indexes.find((index) => index.name === access.index)?.sizeBytes;
      if (bytes === undefined) return undefined;
      const enough = limit !== undefined && filter.length === 0 ? Math.min(bytes, limit * itemBytes) : bytes;
      return readUnits(enough, consistent, access.segments);
    }
  }
}
