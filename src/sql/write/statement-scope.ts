import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import type { StatementContext } from '../exec/context.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import type { ParsedText } from '../parse/parse.ts';

/** What a statement needs to run its queries and its writes. */
export interface StatementScope {
  readonly parsed: ParsedText;
  readonly parameters: readonly ParameterLiteral[];
  readonly context: StatementContext;
  readonly stats: ReadStats;
  readonly signal: AbortSignal;
}
