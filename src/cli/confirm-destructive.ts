import { Option } from 'commander';
import { DriverError } from '../core/errors.ts';
import type { Connection, TableDetails } from '../session/connection.ts';
import { findUnfilteredWrite } from '../sql/statement/unfiltered-write.ts';
import type { Io } from './io.ts';
import { escapeControl } from '../host/node/escape-control.ts';
import { UsageError } from './usage-error.ts';

/** `--yes`, for every command that runs statements. */
export function yesOption(): Option {
  return new Option(
    '-y, --yes',
    'do not ask before UPDATE and DELETE without WHERE, TRUNCATE and DROP TABLE',
  );
}

const UNIT_BYTES = 1024;

/** Asks before a statement that concerns every item of a table; where nobody can be asked, it is refused. */
export async function confirmDestructive(
  sql: string,
  connection: Connection,
  io: Io,
  { yes, signal }: { readonly yes: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const sweep = yes ? undefined : await findUnfilteredWrite(sql);
  if (sweep === undefined) return;
  const found = await Promise.all(sweep.tables.map((table) => detailsOf(table, connection)));
  const tables = found.filter((details) => details !== undefined);
  if (tables.length === 0) return;
  const concerned = tables.map((details) => factsOf(details, sweep.writes)).join('; ');
  const message = `${sweep.what} concerns every item of ${concerned}.`;
  if (io.ask === undefined) throw new UsageError(message, 'Nobody can be asked here: give --yes to run it.');
  const answer = await io.ask(`${message} Type yes to run it`, signal);
  if (!/^\s*y(?:es)?\s*$/i.test(answer))
    throw new DriverError('EXEC_CANCELLED', `${sweep.what}: nothing was done.`);
}

/** Undefined where there is no such table: then the statement says so. */
async function detailsOf(table: string, connection: Connection): Promise<TableDetails | undefined> {
  try {
    return await connection.metadata.details(table);
  } catch (error) {
    if (error instanceof DriverError && error.code.startsWith('CATALOG_')) return undefined;
    throw error;
  }
}

/** An item takes a unit for each of its KB; each index that holds it takes as many again. */
function factsOf({ name, itemCount, sizeBytes }: TableDetails, writes: boolean): string {
  const items = `${itemCount.toLocaleString('en')} ${itemCount === 1 ? 'item' : 'items'}`;
  const units = Math.max(itemCount, Math.ceil(sizeBytes / UNIT_BYTES));
  const cost = writes ? `, about ${units.toLocaleString('en')} WCU and more for its indexes` : '';
  return `${escapeControl(name)} (${items} as last counted${cost})`;
}
