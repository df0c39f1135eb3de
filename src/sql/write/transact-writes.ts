import type { DynamoClient } from '../../dynamo/transport/client.ts';
import type { ItemWrite } from '../../dynamo/write/item-write.ts';
import { transact, type TransactOutcome } from '../../dynamo/write/transact.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import { comparesDocuments, spellOutDocuments } from './spell-out-documents.ts';

/**
 * Runs the writes in one transaction. If each condition that failed compares a whole document, the transaction runs once more
 * with conditions on the documents' members: some emulators never find two documents equal.
 */
export async function transactWrites(
  client: Pick<DynamoClient, 'write'>,
  writes: readonly ItemWrite[],
  stats: WriteStats,
  signal: AbortSignal,
): Promise<TransactOutcome> {
  const outcome = await transact(client, writes, stats, signal);
  if (outcome.kind === 'done') return outcome;
  const failed = writes.filter((_, i) => (outcome.reasons[i]?.code ?? 'None') !== 'None');
  const mayBeUnchanged =
    failed.length > 0 &&
    failed.every(({ conditions }) => comparesDocuments(conditions)) &&
    outcome.reasons.every(({ code }) => code === 'None' || code === 'ConditionalCheckFailed');
  if (!mayBeUnchanged) return outcome;
  return transact(
    client,
    writes.map((write) => ({ ...write, conditions: spellOutDocuments(write.conditions) })),
    stats,
    signal,
  );
}
