import { randomUUID } from 'node:crypto';
import { DriverError } from '../../core/errors.ts';
import type { DynamoClient } from '../transport/client.ts';
import { monotonicClock } from '../transport/clock.ts';
import { buildTransactionRequest, type ItemWrite } from './item-write.ts';
import { backoffMs } from '../transport/retry.ts';
import type { CancellationReason } from './write.ts';
import type { WriteStats } from './write-stats.ts';

/** All writes took place, or none: then why, one reason for each. */
export type TransactOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancellationReason[] };

/** What passes by itself: another transaction on the item, or a busy table. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);
const MAX_ATTEMPTS = 8;
const FIRST_WAIT_MS = 25;

/** Carries out the writes as one transaction, again while others stand in its way. However often it is sent, it takes place once. */
export async function transact(
  client: Pick<DynamoClient, 'write'>,
  writes: readonly ItemWrite[],
  stats: WriteStats,
  signal?: AbortSignal,
): Promise<TransactOutcome> {
  const built = buildTransactionRequest(writes, randomUUID());
  for (let round = 1; ; round += 1) {
    const outcome = await client.write(built, stats, { once: false }, signal);
    if (outcome.kind !== 'cancelled') return { kind: 'done' };
    const { reasons } = outcome;
    const passes = reasons.every(({ code }) => code === 'None' || TRANSIENT_CODES.has(code));
    if (!passes || round === MAX_ATTEMPTS) return { kind: 'cancelled', reasons };
    await monotonicClock.wait(backoffMs(round, FIRST_WAIT_MS), signal);
  }
}

const CONFLICTS: ReadonlySet<string> = new Set([
  'TransactionConflictException',
  'TransactionCanceledException',
]);

/** Does what a transaction of somebody else may refuse, again until that is over; it is over soon, or held to be an error. */
export async function retryConflicts<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await work();
    } catch (error) {
      const cause = error instanceof DriverError && error.code === 'EXEC_CONFLICT' ? error.cause : undefined;
      if (!(cause instanceof Error) || !CONFLICTS.has(cause.name) || round === MAX_ATTEMPTS) throw error;
      await monotonicClock.wait(backoffMs(round, FIRST_WAIT_MS), signal);
    }
  }
}
