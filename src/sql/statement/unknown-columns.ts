import { DriverError } from '../../core/errors.ts';
import { findUnknownColumn } from '../bind/suggestions.ts';
import type { StatementContext } from '../exec/context.ts';

/** Lets a statement run again with a column that it names and no sampled item has, if UnknownColumns=Null. Returns whether it may. */
export function admitUnknownColumn(
  error: unknown,
  context: Pick<StatementContext, 'session' | 'trace'>,
): boolean {
  const missing = error instanceof DriverError ? findUnknownColumn(error) : undefined;
  return (
    missing !== undefined &&
    !context.trace.hasWritten &&
    context.session.database.sharedCatalog.admit(missing.table, missing.column)
  );
}
