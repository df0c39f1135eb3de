import { DriverError, type ErrorCode } from '../../core/errors.ts';
import type { DynamoClient } from '../../dynamo/transport/client.ts';
import { ServiceError } from '../../dynamo/transport/failures.ts';
import { transact } from '../../dynamo/write/transact.ts';
import { mayHaveTakenPlace, type CancellationReason } from '../../dynamo/write/write.ts';
import { newWriteStats, type WriteStats } from '../../dynamo/write/write-stats.ts';
import { keyText } from '../write/item-of.ts';
import { unitsOfItem, writeGate } from '../write/write-gate.ts';
import type { OpenTransaction, PlannedWrite } from '../exec/transaction-block.ts';
import { called } from './open-transaction.ts';

/** Sends the writes of a transaction, all or none; tells which statement it failed for. */
export async function commit(
  { writes }: OpenTransaction,
  client: Pick<DynamoClient, 'write'>,
  maxWcu: number | undefined,
  signal: AbortSignal,
): Promise<WriteStats> {
  const stats = newWriteStats();
  if (writes.length === 0) return stats;
  const units = writes.reduce((sum, planned) => sum + unitsOf(planned), 0);
  const outcome = await writeGate(stats, maxWcu).pass(units, () =>
    transact(
      client,
      writes.map(({ write }) => write),
      stats,
      signal,
    ).catch((error: unknown) => {
      throw unknownOutcome(error);
    }),
  );
  if (outcome.kind === 'cancelled') throw cancellation(outcome.reasons, writes);
  stats.itemsWritten = writes.filter(({ write }) => write.kind !== 'check').length;
  return stats;
}

/** In a transaction a write costs twice what it does alone. */
function unitsOf({ write, table }: PlannedWrite): number {
  return 2 * (write.kind === 'put' ? unitsOfItem(write.item, table) : 1);
}

const LOST: ReadonlySet<ErrorCode> = new Set([
  'CONN_NETWORK',
  'EXEC_TIMEOUT',
  'EXEC_CANCELLED',
  'DYNAMO_MALFORMED',
]);

/** Where no answer came, nobody knows whether the writes took place. */
function unknownOutcome(error: unknown): unknown {
  if (!(error instanceof DriverError)) return error;
  const failed = error.cause instanceof ServiceError && mayHaveTakenPlace(error.cause);
  if (!LOST.has(error.code) && !failed) return error;
  return new DriverError(
    'EXEC_UNKNOWN_OUTCOME',
    `The transaction took place as a whole or not at all, and which is not known: ${error.message}`,
    { cause: error, remedy: 'Read one of its items to see which, before you run it again.' },
  );
}

/** What DynamoDB's reasons are to us; whatever is not here is DYNAMO_REFUSED. */
const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['TransactionConflict', 'EXEC_CONFLICT'],
  ['ItemCollectionSizeLimitExceeded', 'DYNAMO_LIMIT'],
  ['ProvisionedThroughputExceeded', 'DYNAMO_THROTTLED'],
  ['ThrottlingError', 'DYNAMO_THROTTLED'],
]);

/** Why nothing was written: the reason that comes first, and which statement it is about. */
export function cancellation(
  reasons: readonly CancellationReason[],
  writes: readonly PlannedWrite[],
): DriverError {
  const refused = reasons.flatMap((reason, i) => {
    const write = writes[i];
    return reason.code === 'None' || write === undefined ? [] : [{ reason, write }];
  });
  const [first] = refused;
  if (first === undefined)
    return new DriverError('EXEC_CONFLICT', 'DynamoDB cancelled the transaction and gave no reason.');
  const failures = refused.map(({ reason, write }) => failureOf(reason, write));
  const [failure] = failures;
  return new DriverError(
    failure?.code ?? 'EXEC_CONFLICT',
    `Nothing of the transaction was written. ${failures.map(({ message }) => message).join(' ')}`,
  );
}

function failureOf(
  { code, message }: CancellationReason,
  { write, table, key, by }: PlannedWrite,
): { readonly code: ErrorCode; readonly message: string } {
  const who = by.map(called).join(' and ');
  const item = `the item of ${table.name} with the key ${keyText(key, table)}`;
  switch (code) {
    case 'ConditionalCheckFailed':
      return isNew(write) && by.every(({ looksFirst }) => !looksFirst)
        ? { code: 'SQL_UNIQUE', message: `${who}: there is ${item} already.` }
        : { code: 'EXEC_CONFLICT', message: `${who}: ${item} was changed by somebody else meanwhile.` };
    case 'TransactionConflict':
      return { code: 'EXEC_CONFLICT', message: `${who}: ${item} is part of another transaction.` };
    default:
      return {
        code: CODES.get(code) ?? 'DYNAMO_REFUSED',
        message: `${who}: ${item}: ${message ?? code} (${code}).`,
      };
  }
}

function isNew({ conditions }: PlannedWrite['write']): boolean {
  return conditions.some(({ kind }) => kind === 'absent');
}
