import type { Catalog } from '../../catalog/catalog.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError, type ErrorCode } from '../../core/errors.ts';
import type { StatementContext } from '../exec/context.ts';
import type { ResultColumn } from '../types/types.ts';
import { allowExactNumbers } from './exact-retry.ts';
import { admitUnknownColumn } from './unknown-columns.ts';
import type { RunningBody, TransactionRole } from './statement.ts';

/** Failures that a table may cause that looks different by now. */
const QUERY_FAILURES: readonly ErrorCode[] = [
  'CATALOG_UNKNOWN_TABLE',
  'CATALOG_TYPE_DRIFT',
  'SQL_UNKNOWN_COLUMN',
  'SQL_UNKNOWN_INDEX',
  // An operator or aggregate that the type of a column does not have.
  'SQL_UNKNOWN_FUNCTION',
  // A constant that the type of a column cannot hold.
  'SQL_BAD_VALUE',
];

const STALE: Readonly<Record<'query' | 'write', ReadonlySet<ErrorCode>>> = {
  query: new Set(QUERY_FAILURES),
  // A key attribute has no value.
  write: new Set([...QUERY_FAILURES, 'SQL_NOT_NULL']),
};

/** What running a statement again depends on. */
export interface RetryScope {
  readonly context: StatementContext;
  readonly signal: AbortSignal;
  /** Failures that a change of a table may explain; empty: the statement never runs again. */
  readonly staleCodes: ReadonlySet<ErrorCode>;
}

/** The failures after which a statement with this role may run again. */
export function chooseStaleCodes(role: TransactionRole): ReadonlySet<ErrorCode> {
  return STALE[role.kind === 'query' ? 'query' : 'write'];
}

const restartable = new WeakSet<object>();

/**
 * Whether the same statement may succeed if it runs again: its tables look different by now, so that its rows would have
 * other columns than were announced.
 */
export function isRestartable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && restartable.has(error);
}

/**
 * Runs the work. The catalog describes and samples a table rarely, while other programs change it: work that fails in a
 * way that a change may explain looks at its tables again, and runs a second time if they have changed and it wrote
 * nothing. Work that names a column which no sampled item has runs again with the column, where that is allowed. Work whose numbers do not fit runs a second time with numbers of any digits.
 */
export async function retryOnChange<T>(scope: RetryScope, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (admitUnknownColumn(error, scope.context)) return retryOnChange(scope, work);
    if (!allowExactNumbers(error, scope.context, scope.signal) && !(await hasChanged(error, scope)))
      throw error;
    return work();
  }
}

/** Starts a statement again whose first rows failed with this error, if that may succeed; else throws the error. */
export async function restart(
  error: unknown,
  first: RunningBody,
  start: () => Promise<RunningBody>,
  scope: RetryScope,
): Promise<RunningBody> {
  if (!allowExactNumbers(error, scope.context, scope.signal) && !(await hasChanged(error, scope)))
    throw error;
  const second = await start();
  if (haveSameTypes(first.columns, second.columns)) return second;
  await second.close();
  if (error instanceof DriverError) restartable.add(error);
  throw error;
}

function haveSameTypes(before: readonly ResultColumn[], after: readonly ResultColumn[]): boolean {
  return (
    before.length === after.length &&
    before.every(({ name, type }, i) => name === after[i]?.name && type === after[i]?.type)
  );
}

/** Looks at the statement's tables again, if the failure may come from a change; whether one of them has changed. */
async function hasChanged(error: unknown, { context, signal, staleCodes }: RetryScope): Promise<boolean> {
  const { trace, catalog } = context;
  if (!(error instanceof DriverError) || staleCodes.size === 0) return false;
  if (!staleCodes.has(error.code) && !isValidationFailure(error)) return false;
  if (trace.hasWritten || signal.aborted) return false;
  const lookups = new Map(trace.lookups.map(({ name, table }) => [name, table]));
  let isDifferent = false;
  for (const [name, table] of lookups) {
    const before = describeLook(await settled(table));
    try {
      const known = await lookUp(name, catalog, signal);
      if (describeLook(known) === before) catalog.forget(name);
      if (describeLook(await lookUp(name, catalog, signal)) !== before) isDifferent = true;
    } catch {
      // A budget is used up, or the request failed: the statement's own failure says more.
      return false;
    }
  }
  return isDifferent;
}

/** DynamoDB refuses requests that do not fit the table's keys and indexes. */
function isValidationFailure({ code, cause }: DriverError): boolean {
  return code === 'DYNAMO_REFUSED' && cause instanceof Error && cause.name === 'ValidationException';
}

async function settled(table: Promise<TableDef>): Promise<TableDef | undefined> {
  try {
    return await table;
  } catch {
    return undefined;
  }
}

async function lookUp(name: string, catalog: Catalog, signal: AbortSignal): Promise<TableDef | undefined> {
  try {
    return await catalog.table(name, signal);
  } catch (error) {
    if (error instanceof DriverError && error.code === 'CATALOG_UNKNOWN_TABLE') return undefined;
    throw error;
  }
}

/** What plans depend on. */
function describeLook(table: TableDef | undefined): string {
  if (table === undefined) return '';
  const { name, key, indexes, columns, child } = table;
  return JSON.stringify([
    name,
    key,
    indexes.map((index) => [index.name, index.key, index.projection, index.active]),
    columns.map((column) => [column.name, column.path, column.type, column.hidden]),
    child !== undefined,
  ]);
}
