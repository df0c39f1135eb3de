import { type Command, type CommandResult, emptyResult } from '../exec/command.ts';
import { alterTable, dropIndexes } from './alter-table.ts';
import { createTable } from './create-table.ts';
import { createTableAs } from './create-table-as.ts';
import { createTableLike } from './create-table-like.ts';
import { dropTables } from './drop-table.ts';
import { show, SHOW_COLUMNS } from './show.ts';
import type { DdlContext } from './ddl-context.ts';
import { DriverError } from '../../core/errors.ts';
import type { Located } from '../parse/table/table-statement.ts';

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

/** The command for statements about tables and indexes. */
export const tableCommand: Command = {
  nodes: ['TableStatement'],
  roleInTransaction({ node }) {
    const kind = 'TableStatement' in node ? node.TableStatement.kind : 'drop-table';
    return kind in SHOW_COLUMNS || kind === 'refresh-table' ? 'reads' : undefined;
  },
  async run(parsed, parameters, context, signal) {
    if (!('TableStatement' in parsed.node)) throw parsed.unsupported();
    const statement = parsed.node.TableStatement;
    const ddl: DdlContext = { parsed, context, signal };
    switch (statement.kind) {
      case 'create-table':
        return createTable(statement, ddl);
      case 'create-table-as':
        return createTableAs(statement, parameters, ddl);
      case 'create-table-like':
        return createTableLike(statement, ddl);
      case 'alter-table':
        return alterTable(statement, ddl);
      case 'drop-table':
        return dropTables(statement, ddl);
      case 'drop-index':
        return dropIndexes(statement, ddl);
      case 'refresh-table':
        return refreshTable(statement.table, ddl);
      case 'show-tables':
      case 'show-create':
      case 'show-indexes':
      case 'describe':
        return show(statement, ddl);
    }
  },
  async columns({ node }) {
    const kind = 'TableStatement' in node ? node.TableStatement.kind : undefined;
    switch (kind) {
      case 'show-tables':
      case 'show-create':
      case 'show-indexes':
      case 'describe':
        return SHOW_COLUMNS[kind];
      case 'create-table':
      case 'create-table-as':
      case 'create-table-like':
      case 'alter-table':
      case 'drop-table':
      case 'drop-index':
      case 'refresh-table':
      case undefined:
        return [];
    }
  },
};
