import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { SessionContext, StatementContext, StatementSettings } from '../sql/exec/context.ts';
import { newStatement } from '../sql/exec/sampling-budget.ts';
import type { TransactionBlock } from '../sql/exec/transaction-block.ts';
import { describeMismatch, STATEMENT_OPTIONS, type StatementOption } from '../sql/parse/statement-options.ts';
import type { QueryOptions } from './connection.ts';

const OPTIONS: ReadonlyMap<string, StatementOption> = new Map(
  Object.entries(STATEMENT_OPTIONS satisfies Record<keyof QueryOptions, StatementOption>),
);

/** The context of one run of a statement with these options. */
export function statementContext(
  session: SessionContext,
  block: TransactionBlock,
  options: QueryOptions,
): StatementContext {
  let changes: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(options)) {
    const option = OPTIONS.get(name);
    if (option === undefined) throw unknownOption(name);
    if (value === undefined) continue;
    const expected = describeMismatch(option, value);
    if (expected !== undefined) throw badOption(name, value, expected);
    const { setting, convert } = option;
    if (setting === undefined) continue;
    changes ??= {};
    changes[setting] = convert && typeof value === 'number' ? convert(value) : value;
  }
  const settings: StatementSettings =
    changes === undefined ? session.defaults : { ...session.defaults, ...changes };
  const context = newStatement(session, settings, block);
  return options.onProgress === undefined ? context : context.derive({ onProgress: options.onProgress });
}

function unknownOption(name: string): DriverError {
  const names = [...OPTIONS.keys()];
  return new DriverError('SQL_BAD_ARGUMENT', `unrecognized statement option "${name}"`, {
    candidates: nearest(name, names),
    remedy: `The options are ${names.join(', ')}.`,
  });
}

function badOption(name: string, value: unknown, expected: string): DriverError {
  return new DriverError(
    'SQL_BAD_ARGUMENT',
    `invalid value for statement option "${name}": ${String(value)} (expected ${expected})`,
  );
}
