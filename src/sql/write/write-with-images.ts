import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import type { StatementContext } from '../exec/context.ts';
import { applyActions } from './apply-actions.ts';
import { fetchItems } from './fetch-items.ts';
import { unchangedConditions } from './item-conditions.ts';
import type { NeededImages } from './item-image.ts';
import { extractKey } from './item-key.ts';
import { type SingleWrite, writeItem, type WriteResult } from './write-item.ts';

/**
 * Like `writeItem`, and returns both images with BOTH: `item` after the write and `old` before it. DynamoDB returns one
 * of them, so the image after an update is computed from the one before.
 */
export async function writeWithImages(
  write: SingleWrite,
  needed: NeededImages,
  table: TableDef,
  context: StatementContext,
  stats: WriteStats,
  signal: AbortSignal,
  base?: AttributeMap,
): Promise<WriteResult> {
  if (needed !== 'BOTH') return writeItem(write, needed, table, context, stats, signal, base);
  if (context.buffer !== undefined) {
    const result = await writeItem(
      guardBase(write, base, table),
      write.kind === 'update' ? 'ALL_NEW' : 'NONE',
      table,
      context,
      stats,
      signal,
      base,
    );
    return result.kind === 'done'
      ? { ...result, item: write.kind === 'put' ? write.item : result.item, old: base }
      : result;
  }
  const result = await writeItem(write, 'ALL_OLD', table, context, stats, signal, base);
  if (result.kind === 'refused') return result;
  if (result.isRepeated === true) return { ...result, old: base };
  const { item: old } = result;
  return { kind: 'done', item: await findImageAfter(write, old, table, context, signal), old };
}

/** In a transaction the image before a put is the item as it was read, which must be unchanged at COMMIT. */
function guardBase(write: SingleWrite, base: AttributeMap | undefined, table: TableDef): SingleWrite {
  if (write.kind !== 'put' || base === undefined) return write;
  return { ...write, conditions: [...write.conditions, ...unchangedConditions(base, table)] };
}

async function findImageAfter(
  write: SingleWrite,
  old: AttributeMap | undefined,
  table: TableDef,
  context: StatementContext,
  signal: AbortSignal,
): Promise<AttributeMap | undefined> {
  switch (write.kind) {
    case 'put':
      return write.item;
    case 'delete':
      return undefined;
    case 'update': {
      const image = applyActions(old ?? write.key, write.actions);
      if (image !== undefined) return image;
      const scope = { context, stats: newReadStats(), signal };
      const [current] = await fetchItems([extractKey(write.key, table)], table, scope);
      return current;
    }
  }
}
