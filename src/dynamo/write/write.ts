import type { AttributeMap } from '../attribute-value.ts';
import { ServiceError, TransportError } from '../transport/failures.ts';
import type { BuiltWrite } from './item-write.ts';
import { readObject } from '../lint/lint-report.ts';
import { countWritten, type WriteStats } from './write-stats.ts';

/** Why one write of a transaction was refused; `None` where it was not. */
export interface CancellationReason {
  /** DynamoDB's word: `None`, `ConditionalCheckFailed`, `TransactionConflict`, `ValidationError` … */
  readonly code: string;
  readonly message: string | undefined;
  /** The item as it is, where a condition did not hold. */
  readonly item: AttributeMap | undefined;
}

export type WriteOutcome =
  | {
      readonly kind: 'done';
      /** The image that was asked for. */
      readonly item: AttributeMap | undefined;
      readonly answer: object;
    }
  /** A condition did not hold. `uncertain`: an earlier try may have taken place, and so be the reason. */
  | { readonly kind: 'refused'; readonly item: AttributeMap | undefined; readonly uncertain: boolean }
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancellationReason[] };

/** How a request is sent; each failed try is told as it happens. */
export type SendWrite = (
  { operation, input }: BuiltWrite,
  stats: WriteStats,
  onFailedTry: (failure: unknown) => void,
) => Promise<Buffer>;

/** Sends a write. What its conditions refuse is an outcome, everything else that goes wrong is thrown. */
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
    const answer: unknown = JSON.parse(body.toString());
    const { ConsumedCapacity: consumed, Attributes: item } = readObject(answer);
    if (isObject(consumed)) countWritten(stats, consumed);
    return { kind: 'done', item: toItem(item), answer: isObject(answer) ? answer : {} };
  } catch (thrown) {
    const refusal = toRefusal(thrown, uncertain);
    if (refusal === undefined) throw thrown;
    return refusal;
  }
}

/** Whether DynamoDB may have carried out what it did not confirm. */
export function mayHaveBeenApplied(failure: unknown): boolean {
  if (failure instanceof TransportError) return true;
  return failure instanceof ServiceError && failure.$metadata.httpStatusCode >= 500;
}

function toRefusal(thrown: unknown, uncertain: boolean): WriteOutcome | undefined {
  if (!(thrown instanceof ServiceError)) return undefined;
  const { Item: item, CancellationReasons: reasons } = readObject(thrown.answer);
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

/** What DynamoDB sends as an item is one. */
function isItem(value: unknown): value is AttributeMap {
  return isObject(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
