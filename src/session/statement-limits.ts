import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { SessionContext, StatementContext, StatementSettings } from '../sql/exec/context.ts';
import { newStatement } from '../sql/exec/sampling-budget.ts';
import type { TransactionBlock } from '../sql/exec/transaction-block.ts';
import type { QueryOptions } from './connection.ts';

/** The numbers among the options, with the least and the most that each may be. */
const BOUNDS = [
  ['maxRcu', Number.MIN_VALUE, Infinity],
  ['maxWcu', Number.MIN_VALUE, Infinity],
  ['capacityPercent', Number.MIN_VALUE, 100],
  ['timeoutMs', 0, 2 ** 31 - 1],
  ['maxRows', -1, Infinity],
  ['pageSize', 1, Infinity],
] as const satisfies readonly (readonly [keyof QueryOptions, number, number])[];

/** The options that are one of some words. */
const WORDS = [
  ['rowMode', ['object', 'array']],
  ['fullScan', ['Allow', 'Warn', 'Deny']],
  ['onConflict', ['Retry', 'Skip', 'Error']],
] as const satisfies readonly (readonly [keyof QueryOptions, readonly string[]])[];

/** The options there are: one with another name would be without effect. */
const OPTIONS = {
  rowMode: true,
  signal: true,
  maxRcu: true,
  maxWcu: true,
  capacityPercent: true,
  timeoutMs: true,
  maxRows: true,
  pageSize: true,
  fullScan: true,
  onConflict: true,
  consistent: true,
  passthrough: true,
  onProgress: true,
} as const satisfies Record<keyof QueryOptions, true>;

/** The context of a statement with these options. */
export function statementContext(
  session: SessionContext,
  block: TransactionBlock,
  options: QueryOptions,
): StatementContext {
  checkNames(options);
  checkNumbers(options);
  checkWords(options);
  const { rowMode: _rowMode, signal: _signal, onProgress, passthrough: _passthrough, ...changes } = options;
  const { consistent, pageSize, ...plain } = changes;
  const settings: StatementSettings =
    Object.keys(changes).length === 0
      ? session.defaults
      : {
          ...session.defaults,
          ...plain,
          ...(consistent !== undefined && { consistentReads: consistent }),
          ...(pageSize !== undefined && { pageSize: Math.ceil(pageSize) }),
        };
  const context = newStatement(session, settings, block);
  return onProgress === undefined ? context : context.derive({ onProgress });
}

function checkNames(options: QueryOptions): void {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(OPTIONS, name))
      throw new DriverError('SQL_BAD_ARGUMENT', `A statement has no option ${name}.`, {
        candidates: nearest(name, Object.keys(OPTIONS)),
        remedy: `Its options are ${Object.keys(OPTIONS).join(', ')}.`,
      });
}

function checkNumbers(options: QueryOptions): void {
  for (const [name, least, most] of BOUNDS) {
    const value = options[name];
    if (value === undefined || (typeof value === 'number' && value >= least && value <= most)) continue;
    const from = least === Number.MIN_VALUE ? 'more than 0' : `at least ${least}`;
    const to = most === Infinity ? '' : ` and at most ${most}`;
    throw new DriverError(
      'SQL_BAD_ARGUMENT',
      `The option ${name} is ${String(value)}; it is a number, ${from}${to}`,
    );
  }
}

function checkWords(options: QueryOptions): void {
  for (const [name, words] of WORDS) {
    const value = options[name];
    if (value === undefined || words.some((word) => word === value)) continue;
    throw new DriverError(
      'SQL_BAD_ARGUMENT',
      `The option ${name} is ${value}; it is one of ${words.join(', ')}`,
    );
  }
}
