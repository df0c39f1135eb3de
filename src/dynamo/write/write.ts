import type { AttributeMap } from '../attribute-value.ts';
import { ServiceError, TransportError } from '../transport/failures.ts';
import type { BuiltWrite } from './item-write.ts';
import { readObject } from '../lint/lint-report.ts';
import { countWritten, type WriteStats } from './write-stats.ts';

/** The CancellationReason of one write of a transaction. */
export interface CancellationReason {
  /** For example `None` (no failure), `ConditionalCheckFailed`, `TransactionConflict`, `ValidationError`. */
  readonly code: string;
  readonly message: string | undefined;
  /** The current item, if a condition failed. */
  readonly item: AttributeMap | undefined;
}

export type WriteOutcome =
  | {
      readonly kind: 'done';
      /** The requested image of the item. */
      readonly item: AttributeMap | undefined;
      readonly response: object;
    }
  /** A condition failed. `uncertain`: perhaps because an earlier attempt had been applied. */
  | { readonly kind: 'refused'; readonly item: AttributeMap | undefined; readonly uncertain: boolean }
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancellationReason[] };

/** Sends a write request and calls `onFailedAttempt` after each failed attempt. */
export type SendWrite = (
  { operation, input }: BuiltWrite,
  stats: WriteStats,
  onFailedAttempt: (failure: unknown) => void,
) => Promise<Buffer>;

/** Sends a write. Failed conditions are an outcome; all other failures are thrown. */
export async function sendWrite(
  built: BuiltWrite,
  stats: WriteStats,
  send: SendWrite,
): Promise<WriteOutcome> {
  let uncertain = false;
  try {
    const body = await send(built, stats, (failure) => {
      uncertain ||= mayHaveBeenApplied(failure);
    });
    const response: unknown = JSON.parse(body.toString());
    const { ConsumedCapacity: consumed, Attributes: item } = readObject(response);
    if (isObject(consumed)) countWritten(stats, consumed);
    return { kind: 'done', item: toItem(item), response: isObject(response) ? response : {} };
  } catch (thrown) {
    const refusal = toRefusal(thrown, uncertain);
    if (refusal === undefined) throw thrown;
    return refusal;
  }
}

/** Whether DynamoDB may have applied the write in spite of the failure. */
export function mayHaveBeenApplied(failure: unknown): boolean {
  if (failure instanceof TransportError) return true;
  return failure instanceof ServiceError && failure.$metadata.httpStatusCode >= 500;
}

function toRefusal(thrown: unknown, uncertain: boolean): WriteOutcome | undefined {
  if (!(thrown instanceof ServiceError)) return undefined;
  const { Item: item, CancellationReasons: reasons } = readObject(thrown.body);
  if (thrown.name === 'ConditionalCheckFailedException')
    return { kind: 'refused', item: toItem(item), uncertain };
  if (thrown.name !== 'TransactionCanceledException' || !Array.isArray(reasons)) return undefined;
  return { kind: 'cancelled', reasons: reasons.map(toCancellationReason) };
}

function toCancellationReason(reason: unknown): CancellationReason {
  const { Code: code, Message: message, Item: item } = readObject(reason);
  return {
    code: typeof code === 'string' ? code : 'None',
    message: typeof message === 'string' ? message : undefined,
    item: toItem(item),
  };
}

function toItem(value: unknown): AttributeMap | undefined {
  return isItem(value) ? value : undefined;
}

/** DynamoDB's items are trusted to be well-formed. */
function isItem(value: unknown): value is AttributeMap {
  return isObject(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
