import { DriverError, getErrorMessage } from '../../core/errors.ts';
import { EXACT_NUMBERS } from '../dialect/functions/raise.ts';
import type { StatementContext } from '../exec/context.ts';

/** DuckDB's errors of values that its widest types of numbers cannot hold, and those of our macros for it. */
const OUT_OF_RANGE = new RegExp(
  `\\[${EXACT_NUMBERS}\\]|Overflow in (?:\\w+ of )?(?:INT128|HUGEINT|DECIMAL)|(?:INT128|HUGEINT|DECIMAL)\\b.*(?:out of range|overflow)|(?:out of range|overflow|[Cc]ould not (?:cast|convert)|[Ff]ailed to cast).*(?:INT128|HUGEINT|DECIMAL)`,
  's',
);

/**
 * Lets a statement run once more with numbers of any digits, if it failed because a number did not fit the types of DuckDB
 * and nothing was written. Returns whether it may.
 */
export function allowExactNumbers(
  error: unknown,
  { trace }: Pick<StatementContext, 'trace'>,
  signal: AbortSignal,
): boolean {
  if (!(error instanceof DriverError) || trace.exactNumbers || trace.hasWritten || signal.aborted)
    return false;
  trace.exactNumbers = OUT_OF_RANGE.test(getErrorMessage(error.cause));
  return trace.exactNumbers;
}
