import type { CopyStmt, SelectStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import type { Command } from '../exec/command.ts';
import { column } from '../dialect/build.ts';
import type { FileAccess, StatementContext } from '../exec/context.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { getStringValues } from '../parse/tree.ts';
import { copyFrom } from './copy-from.ts';
import { copyTo } from './copy-to.ts';
import type { CopyFormat } from './file-format.ts';
import { parseCopyOptions, type CopyRequest } from './options.ts';
import { findDataSource } from './source-files.ts';

/** COPY writes the rows of a query or table to a file, or the rows of a file to a table. */
export const copy: Command = {
  nodes: ['CopyStmt'],
  async run(parsed, parameters, context, signal) {
    const statement = asCopy(parsed);
    const { file, files } = parseFile(statement, context);
    const scope = { parsed, parameters, context: context.withSettings({ maxRows: -1 }), signal };
    if (statement.is_from !== true) {
      const request = parseRequest(statement, file, files, parsed);
      return copyTo(request, buildQuery(statement, request), scope);
    }
    // Invalid options are reported even where the file does not exist.
    const { options } = parseRequest(statement, file, files, parsed);
    const source = await findDataSource(file, files.disk, hasFormat(statement) ? options.format : undefined);
    return copyFrom(parseRequest(statement, file, files, parsed, source.format), source, scope);
  },
};

function asCopy({ node, unsupported }: ParsedCommand): CopyStmt {
  if (!('CopyStmt' in node)) throw unsupported();
  return node.CopyStmt;
}

function hasFormat({ options = [] }: CopyStmt): boolean {
  return options.some((node) => 'DefElem' in node && node.DefElem.defname === 'format');
}

/** The file that a COPY names. Throws if it cannot name one. */
function parseFile(
  statement: CopyStmt,
  { session: { files } }: StatementContext,
): { readonly file: string; readonly files: FileAccess } {
  const { filename: file, whereClause, is_program: isProgram } = statement;
  const direction = statement.is_from === true ? 'FROM' : 'TO';
  if (isProgram === true)
    throw new DriverError('SQL_NOT_SUPPORTED', `COPY ${direction} PROGRAM is not supported`);
  if (file === undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      direction === 'FROM'
        ? 'COPY FROM STDIN is not supported: a statement has no input stream'
        : 'COPY TO STDOUT is not supported: a statement has no output stream',
      {
        remedy:
          direction === 'FROM'
            ? "Name a file (such as '/dev/stdin'), or INSERT the rows."
            : 'Name a file, or read the rows with stream() or `dynadbc query --format csv`.',
      },
    );
  if (whereClause !== undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', 'COPY FROM ... WHERE is not supported', {
      remedy: 'Remove the rows from the file.',
    });
  if (files === undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', 'COPY to or from a file is not allowed on this connection', {
      remedy: 'Connect with AllowFiles=true.',
    });
  return { file, files };
}

function parseRequest(
  statement: CopyStmt,
  file: string,
  files: FileAccess,
  parsed: ParsedCommand,
  found?: CopyFormat,
): CopyRequest {
  const { attlist, options = [] } = statement;
  const direction = statement.is_from === true ? 'FROM' : 'TO';
  const columns = getStringValues(attlist);
  return {
    statement,
    file,
    files,
    options: parseCopyOptions(options, file, direction, parsed, found),
    columns: columns.length === 0 ? undefined : columns,
  };
}

function buildQuery({ query, relation }: CopyStmt, { columns, options }: CopyRequest): SelectStmt {
  if (query !== undefined) {
    if ('SelectStmt' in query) return query.SelectStmt;
    throw new DriverError('SQL_NOT_SUPPORTED', 'COPY query must be a SELECT', {
      remedy: 'Run the statement that writes separately.',
    });
  }
  // In DynamoDB's JSON format, a table is exported as whole items.
  const everything =
    options.format === 'dynamodb_json' ? column('$item') : { ColumnRef: { fields: [{ A_Star: {} }] } };
  return {
    targetList: (columns?.map((name) => column(name)) ?? [everything]).map((val) => ({ ResTarget: { val } })),
    ...(relation === undefined ? {} : { fromClause: [{ RangeVar: relation }] }),
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  };
}
