import { randomUUID } from 'node:crypto';
import { DriverError } from '../../core/errors.ts';
import type { DynamoClient } from '../transport/client.ts';
import { monotonicClock } from '../transport/clock.ts';
import { buildTransactionRequest, type ItemWrite } from './item-write.ts';
import { backoffMs } from '../transport/retry.ts';
import type { CancellationReason } from './write.ts';
import type { WriteStats } from './write-stats.ts';

/** Whether all writes of a transaction were applied, or none, with one reason for each. */
export type TransactOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancellationReason[] };

/** Reasons to retry: another transaction on the item, or throttling. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);
const MAX_ATTEMPTS = 8;
const FIRST_WAIT_MS = 25;

/** Runs the writes in one transaction, and retries after transient failures. It is applied at most once. */
export async function transact(
  client: Pick<DynamoClient, 'write'>,
  writes: readonly ItemWrite[],
  stats: WriteStats,
  signal?: AbortSignal,
): Promise<TransactOutcome> {
  const built = buildTransactionRequest(writes, randomUUID());
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await client.write(built, stats, { once: false }, signal);
    if (outcome.kind !== 'cancelled') return { kind: 'done' };
    const { reasons } = outcome;
    const isTransient = reasons.every(({ code }) => code === 'None' || TRANSIENT_CODES.has(code));
    if (!isTransient || attempt === MAX_ATTEMPTS) return { kind: 'cancelled', reasons };
    await monotonicClock.wait(backoffMs(attempt, FIRST_WAIT_MS), signal);
  }
}

const CONFLICTS: ReadonlySet<string> = new Set([
  'TransactionConflictException',
  'TransactionCanceledException',
]);

/** Retries a request that conflicts with a transaction of another client, up to a limit. */
export async function retryConflicts<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const cause = error instanceof DriverError && error.code === 'EXEC_CONFLICT' ? error.cause : undefined;
      if (!(cause instanceof Error) || !CONFLICTS.has(cause.name) || attempt === MAX_ATTEMPTS) throw error;
      await monotonicClock.wait(backoffMs(attempt, FIRST_WAIT_MS), signal);
    }
  }
}
