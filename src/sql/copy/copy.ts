import type { CopyStmt, SelectStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import type { Command } from '../exec/command.ts';
import { column } from '../dialect/build.ts';
import type { StatementContext } from '../exec/context.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { getStringValues } from '../parse/tree.ts';
import { copyFrom } from './copy-from.ts';
import { copyTo } from './copy-to.ts';
import { parseCopyOptions, type CopyRequest } from './options.ts';

/** COPY writes the rows of a query or table to a file, or the rows of a file to a table. */
export const copy: Command = {
  nodes: ['CopyStmt'],
  run(parsed, parameters, context, signal) {
    const statement = asCopy(parsed);
    const request = parseRequest(statement, parsed, context);
    const scope = { parsed, parameters, context: context.withSettings({ maxRows: -1 }), signal };
    return statement.is_from === true
      ? copyFrom(request, scope)
      : copyTo(request, buildQuery(statement, request), scope);
  },
};

function asCopy({ node, unsupported }: ParsedCommand): CopyStmt {
  if (!('CopyStmt' in node)) throw unsupported();
  return node.CopyStmt;
}

function parseRequest(
  statement: CopyStmt,
  parsed: ParsedCommand,
  { session: { files } }: StatementContext,
): CopyRequest {
  const { filename: file, attlist, options = [], whereClause, is_program: isProgram } = statement;
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
  const columns = getStringValues(attlist);
  return {
    statement,
    file,
    files,
    options: parseCopyOptions(options, file, direction, parsed),
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
