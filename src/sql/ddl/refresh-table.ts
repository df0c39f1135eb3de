import { DriverError } from '../../core/errors.ts';
import { type CommandResult, emptyResult } from '../exec/command.ts';
import type { Located } from '../parse/table/table-statement.ts';
import type { DdlContext } from './ddl-context.ts';

/** `REFRESH TABLE name`: describes and samples the table again, for changes by other programs. */
export async function refreshTable(
  { value, position }: Located<string>,
  { context: { catalog }, signal }: DdlContext,
): Promise<CommandResult> {
  catalog.forget(value);
  try {
    await catalog.table(value, signal);
  } catch (error) {
    if (!(error instanceof DriverError) || error.code !== 'CATALOG_UNKNOWN_TABLE') throw error;
    const { code, message, candidates } = error;
    throw new DriverError(code, message, { cause: error, position, candidates });
  }
  return emptyResult('REFRESH TABLE');
}
