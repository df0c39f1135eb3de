import { DriverError, type ErrorCode } from '../../core/errors.ts';
import { ServiceError } from '../../dynamo/transport/failures.ts';
import { mayHaveBeenApplied, type CancellationReason } from '../../dynamo/write/write.ts';
import { newWriteStats, type WriteStats } from '../../dynamo/write/write-stats.ts';
import { describeItem, duplicateKeyError } from '../write/item-key.ts';
import { transactWrites } from '../write/transact-writes.ts';
import { estimatePutUnits, getWriteBudget } from '../write/write-budget.ts';
import type { OpenTransaction, PlannedWrite } from '../exec/transaction-block.ts';
import type { DatabaseContext } from '../exec/context.ts';
import { learnFromWrite } from '../write/record-write.ts';
import { formatStatement } from './open-transaction.ts';

/** Sends the writes of a transaction, all or nothing. The error names the statements whose writes failed. */
export async function commitTransaction(
  { writes }: OpenTransaction,
  { client, sharedCatalog }: Pick<DatabaseContext, 'client' | 'sharedCatalog'>,
  maxWcu: number | undefined,
  signal: AbortSignal,
): Promise<WriteStats> {
  const stats = newWriteStats();
  if (writes.length === 0) return stats;
  const units = writes.reduce((sum, planned) => sum + estimateUnits(planned), 0);
  const outcome = await getWriteBudget(stats, maxWcu).spend(units, () =>
    transactWrites(
      client,
      writes.map(({ write }) => write),
      stats,
      signal,
    ).catch((error: unknown) => {
      throw unknownOutcome(error);
    }),
  );
  if (outcome.kind === 'cancelled') throw cancellationError(outcome.reasons, writes);
  for (const { write, table } of writes) learnFromWrite(write, table, sharedCatalog);
  stats.itemsWritten = writes.filter(({ write }) => write.kind !== 'check').length;
  return stats;
}

/** A transactional write costs twice the capacity of a plain one. */
function estimateUnits({ write, table }: PlannedWrite): number {
  return 2 * (write.kind === 'put' ? estimatePutUnits(write.item, table) : 1);
}

const LOST_RESPONSE: ReadonlySet<ErrorCode> = new Set([
  'CONN_NETWORK',
  'EXEC_TIMEOUT',
  'EXEC_CANCELLED',
  'DYNAMO_MALFORMED',
]);

/** Without a response it is unknown whether the writes took place. */
function unknownOutcome(error: unknown): unknown {
  if (!(error instanceof DriverError)) return error;
  const failed = error.cause instanceof ServiceError && mayHaveBeenApplied(error.cause);
  if (!LOST_RESPONSE.has(error.code) && !failed) return error;
  return new DriverError(
    'EXEC_UNKNOWN_OUTCOME',
    `transaction outcome unknown: it was either committed completely or not at all: ${error.message}`,
    {
      cause: error,
      remedy: 'Read one of its items to see whether it was committed before you run it again.',
    },
  );
}

/** The error codes of DynamoDB's cancellation reasons; others are DYNAMO_REFUSED. */
const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['TransactionConflict', 'EXEC_CONFLICT'],
  ['ItemCollectionSizeLimitExceeded', 'DYNAMO_LIMIT'],
  ['ProvisionedThroughputExceeded', 'DYNAMO_THROTTLED'],
  ['ThrottlingError', 'DYNAMO_THROTTLED'],
]);

/** The error of a cancelled transaction: the code of the first reason, and each reason with its statements. */
export function cancellationError(
  reasons: readonly CancellationReason[],
  writes: readonly PlannedWrite[],
): DriverError {
  const refused = reasons.flatMap((reason, i) => {
    const write = writes[i];
    return reason.code === 'None' || write === undefined ? [] : [{ reason, write }];
  });
  const [first] = refused;
  if (first === undefined)
    return new DriverError(
      'EXEC_CONFLICT',
      'transaction rolled back: DynamoDB cancelled it without a reason',
    );
  const failures = refused.map(({ reason, write }) => describeFailure(reason, write));
  const [failure] = failures;
  return new DriverError(
    failure?.code ?? 'EXEC_CONFLICT',
    `transaction rolled back: ${failures.map(({ message }) => message).join('; ')}`,
  );
}

function describeFailure(
  { code, message }: CancellationReason,
  { write, table, key, statements }: PlannedWrite,
): { readonly code: ErrorCode; readonly message: string } {
  const source = statements.map(formatStatement).join(' and ');
  const item = `the item ${describeItem(key, table)}`;
  switch (code) {
    case 'ConditionalCheckFailed':
      return expectsNoItem(write) && statements.every(({ looksFirst }) => !looksFirst)
        ? { code: 'SQL_UNIQUE', message: `${source}: ${duplicateKeyError(key, table).message}` }
        : { code: 'EXEC_CONFLICT', message: `${source}: ${item} was modified concurrently` };
    case 'TransactionConflict':
      return { code: 'EXEC_CONFLICT', message: `${source}: ${item} is part of another transaction` };
    default:
      return {
        code: CODES.get(code) ?? 'DYNAMO_REFUSED',
        message: `${source}: ${item}: ${(message ?? code).replace(/\.$/, '')} (${code})`,
      };
  }
}

function expectsNoItem({ conditions }: PlannedWrite['write']): boolean {
  return conditions.some(({ kind }) => kind === 'absent');
}
