import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { ItemWrite, WriteCondition } from '../../dynamo/write/item-write.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { checkWrite } from '../../dynamo/lint/lint-writes.ts';
import { transact } from '../../dynamo/write/transact.ts';
import { transactionRequest } from '../../dynamo/write/item-write.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import { applyActions } from './apply-actions.ts';
import { unchangedItem } from './unchanged-item.ts';
import { keyOf, keyText } from './item-of.ts';
import type { RowUpdate } from './row-update.ts';
import type { StatementScope } from './source-rows.ts';
import { unitsOfItem, writeGate } from './write-gate.ts';
import { writeItem, type WriteResult } from './write-item.ts';

/** Gives an item another key: one transaction deletes it there and puts it here, or the open transaction does. */
export async function moveItem(
  { item, actions }: Pick<RowUpdate, 'item' | 'actions'>,
  conditions: readonly WriteCondition[],
  table: TableDef,
  reading: StatementScope,
  writes: WriteStats,
): Promise<WriteResult> {
  const { context, signal } = reading;
  const moved = applyActions(item, actions);
  if (moved === undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', 'UPDATE that changes a key takes no set_add and set_remove.', {
      remedy: 'Change the key with one statement and the sets with another.',
    });
  const from = keyOf(item, table);
  if (keyIdentity(from) === keyIdentity(keyOf(moved, table))) {
    const others = actions.filter(({ path }) => !Object.hasOwn(from, path[0]));
    const update = { kind: 'update', table: table.name, key: from, actions: others, conditions } as const;
    return writeItem(update, 'ALL_NEW', table, context, writes, signal, item);
  }
  const attribute = table.key.partition[0]?.name ?? '';
  const pair: readonly [ItemWrite, ItemWrite] = [
    { kind: 'delete', table: table.name, key: from, conditions: unchangedItem(item, table) },
    { kind: 'put', table: table.name, item: moved, conditions: [{ kind: 'absent', attribute }] },
  ];
  checkWrite(transactionRequest(pair, ''), new Map([[table.name, table.key]]));
  const result = await carryOut(pair, moved, table, reading, writes);
  if (result.kind === 'done') writes.itemsWritten += 1;
  return result;
}

async function carryOut(
  pair: readonly [ItemWrite, ItemWrite],
  moved: AttributeMap,
  table: TableDef,
  { context, signal }: StatementScope,
  writes: WriteStats,
): Promise<WriteResult> {
  const { transaction, maxWcu } = context.writing;
  const done = { kind: 'done', item: moved } as const;
  if (transaction !== undefined) {
    const [there, here] = pair.map(
      (write) => transaction.write(write, table, { returned: 'NONE', base: undefined }).kind,
    );
    if (there === 'refused') return { kind: 'refused', item: undefined };
    if (here === 'refused') throw taken(moved, table);
    return done;
  }
  const units = 2 * (1 + unitsOfItem(moved, table));
  const outcome = await writeGate(writes, maxWcu).pass(units, () =>
    transact(context.client, pair, writes, signal),
  );
  if (outcome.kind === 'done') return done;
  const [there, here] = outcome.reasons;
  if (there?.code === 'ConditionalCheckFailed') return { kind: 'refused', item: there.item };
  if (here?.code === 'ConditionalCheckFailed') throw taken(moved, table);
  const [reason] = outcome.reasons.filter(({ code }) => code !== 'None');
  throw new DriverError(
    reason?.code === 'TransactionConflict' ? 'EXEC_CONFLICT' : 'DYNAMO_REFUSED',
    `The item cannot be given the key ${keyText(moved, table)}: ${reason?.message ?? 'the transaction was cancelled'} (${reason?.code ?? 'no reason'}).`,
  );
}

function taken(moved: AttributeMap, table: TableDef): DriverError {
  return new DriverError(
    'SQL_UNIQUE',
    `${table.name} has an item with the key ${keyText(moved, table)} already.`,
  );
}
