import { Option } from 'commander';
import { DriverError } from '../core/errors.ts';
import type { Connection, TableDetails } from '../session/connection.ts';
import { findUnfilteredWrite } from '../sql/statement/unfiltered-write.ts';
import type { Io } from './io.ts';
import { escapeControl } from '../host/node/escape-control.ts';
import { UsageError } from './usage-error.ts';

/** `--yes`, for the commands that run statements. */
export function yesOption(): Option {
  return new Option(
    '-y, --yes',
    'skip the confirmation of TRUNCATE, DROP TABLE, and UPDATE or DELETE without WHERE',
  );
}

const UNIT_BYTES = 1024;

/** Asks for confirmation before a statement that affects every item of a table; without a terminal, refuses to run it. */
export async function confirmDestructive(
  sql: string,
  connection: Connection,
  io: Io,
  { yes, signal }: { readonly yes: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const write = yes ? undefined : await findUnfilteredWrite(sql);
  if (write === undefined) return;
  const found = await Promise.all(write.tables.map((table) => findDetails(table, connection)));
  const tables = found.filter((details) => details !== undefined);
  if (tables.length === 0) return;
  const targets = tables.map((details) => describeTarget(details, write.writes)).join('; ');
  const message = `${write.what} affects every item of ${targets}`;
  if (io.ask === undefined)
    throw new UsageError(
      `refusing to run without confirmation: not a terminal. ${message}`,
      'Use --yes to proceed.',
    );
  const answer = await io.ask(`${message}. Type yes to continue`, signal);
  if (!/^\s*y(?:es)?\s*$/i.test(answer))
    throw new DriverError('EXEC_CANCELLED', `${write.what} was not confirmed; nothing was changed`);
}

/** Undefined if the table does not exist: running the statement then reports that. */
async function findDetails(table: string, connection: Connection): Promise<TableDetails | undefined> {
  try {
    return await connection.metadata.details(table);
  } catch (error) {
    if (error instanceof DriverError && error.code.startsWith('CATALOG_')) return undefined;
    throw error;
  }
}

/** A write costs at least one WCU per item and one per KB; each index that holds the item costs the same again. */
function describeTarget({ name, itemCount, sizeBytes }: TableDetails, writes: boolean): string {
  const items = `${itemCount.toLocaleString('en')} ${itemCount === 1 ? 'item' : 'items'}`;
  const units = Math.max(itemCount, Math.ceil(sizeBytes / UNIT_BYTES));
  const cost = writes ? `, about ${units.toLocaleString('en')} WCU plus its indexes` : '';
  return `${escapeControl(name)} (${items} at the last count${cost})`;
}
