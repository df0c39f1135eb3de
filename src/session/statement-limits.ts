import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { ExecutionContext } from '../sql/exec/context.ts';
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

/** The connection's context with what one statement wants otherwise; the same object where it wants nothing. */
export function statementContext(context: ExecutionContext, options: QueryOptions): ExecutionContext {
  checkNames(options);
  checkNumbers(options);
  checkWords(options);
  const { maxRcu, capacityPercent, timeoutMs, maxRows, pageSize, fullScan, consistent, onProgress } = options;
  const { maxWcu, onConflict } = options;
  const changes = {
    ...(maxRcu !== undefined && { maxRcu }),
    ...(capacityPercent !== undefined && { capacityPercent }),
    ...(timeoutMs !== undefined && { statementTimeoutMs: timeoutMs }),
    ...(maxRows !== undefined && { maxRows }),
    ...(pageSize !== undefined && { pageSize: Math.ceil(pageSize) }),
    ...(fullScan !== undefined && { fullScan }),
    ...((maxWcu !== undefined || onConflict !== undefined) && {
      writing: {
        ...context.writing,
        ...(maxWcu !== undefined && { maxWcu }),
        ...(onConflict !== undefined && { onConflict }),
      },
    }),
    ...(onProgress !== undefined && { onProgress }),
    ...(consistent !== undefined && { settings: { ...context.settings, consistentReads: consistent } }),
  };
  return Object.keys(changes).length === 0 ? context : { ...context, ...changes };
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
