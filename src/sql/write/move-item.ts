import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { ItemWrite, WriteCondition } from '../../dynamo/write/item-write.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { checkWrite } from '../../dynamo/lint/lint-writes.ts';
import { buildTransactionRequest } from '../../dynamo/write/item-write.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import { applyActions } from './apply-actions.ts';
import { unchangedConditions } from './item-conditions.ts';
import { duplicateKeyError, extractKey, formatKey } from './item-key.ts';
import type { RowUpdate } from './row-update.ts';
import { recordWrite } from './record-write.ts';
import type { StatementScope } from './statement-scope.ts';
import { transactWrites } from './transact-writes.ts';
import { estimatePutUnits, getWriteBudget } from './write-budget.ts';
import type { WriteResult } from './write-item.ts';
import { writeWithImages } from './write-with-images.ts';

/** Changes an item's key: a transaction, or the open one, deletes the old item and puts it under the new key. */
export async function moveItem(
  { item, actions }: Pick<RowUpdate, 'item' | 'actions'>,
  conditions: readonly WriteCondition[],
  table: TableDef,
  scope: StatementScope,
  writes: WriteStats,
): Promise<WriteResult> {
  const { context, signal } = scope;
  const moved = applyActions(item, actions);
  if (moved === undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      'an UPDATE that changes the key cannot use set_add or set_remove',
      {
        remedy: 'Change the key and the sets in separate statements.',
      },
    );
  const from = extractKey(item, table);
  if (keyIdentity(from) === keyIdentity(extractKey(moved, table))) {
    const withoutKey = actions.filter(({ path }) => !Object.hasOwn(from, path[0]));
    const update = { kind: 'update', table: table.name, key: from, actions: withoutKey, conditions } as const;
    return writeWithImages(update, 'BOTH', table, context, writes, signal, item);
  }
  const attribute = table.key.partition[0]?.name ?? '';
  const pair: readonly [ItemWrite, ItemWrite] = [
    { kind: 'delete', table: table.name, key: from, conditions: unchangedConditions(item, table) },
    { kind: 'put', table: table.name, item: moved, conditions: [{ kind: 'absent', attribute }] },
  ];
  checkWrite(buildTransactionRequest(pair, ''), new Map([[table.name, table.key]]));
  const result = await writePair(pair, { item, moved }, table, scope, writes);
  if (result.kind === 'done') writes.itemsWritten += 1;
  return result;
}

async function writePair(
  pair: readonly [ItemWrite, ItemWrite],
  { item, moved }: { readonly item: AttributeMap; readonly moved: AttributeMap },
  table: TableDef,
  { context, signal }: StatementScope,
  writes: WriteStats,
): Promise<WriteResult> {
  const { buffer: transaction, settings } = context;
  const { maxWcu } = settings;
  const done = { kind: 'done', item: moved, old: item } as const;
  if (transaction !== undefined) {
    context.trace.hasWritten = true;
    const [deleted, put] = pair.map(
      (write) => transaction.write(write, table, { returned: 'NONE', base: undefined }).kind,
    );
    if (deleted === 'refused') return { kind: 'refused', item: undefined };
    if (put === 'refused') throw duplicateKeyError(moved, table);
    return done;
  }
  const units = 2 * (1 + estimatePutUnits(moved, table));
  const outcome = await getWriteBudget(writes, maxWcu).spend(units, () =>
    transactWrites(context.session.database.client, pair, writes, signal),
  );
  if (outcome.kind === 'done') {
    recordWrite(pair[1], table, context);
    return done;
  }
  const [deleted, put] = outcome.reasons;
  if (deleted?.code === 'ConditionalCheckFailed') return { kind: 'refused', item: deleted.item };
  if (put?.code === 'ConditionalCheckFailed') throw duplicateKeyError(moved, table);
  const [reason] = outcome.reasons.filter(({ code }) => code !== 'None');
  throw new DriverError(
    reason?.code === 'TransactionConflict' ? 'EXEC_CONFLICT' : 'DYNAMO_REFUSED',
    `cannot change the key of an item in "${table.name}" to ${formatKey(moved, table)}: ${reason?.message ?? 'the transaction was cancelled'} (${reason?.code ?? 'without a reason'})`,
  );
}
