import type { CopyStmt, SelectStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import type { Command } from '../exec/command.ts';
import { column } from '../dialect/build.ts';
import type { ExecutionContext } from '../exec/context.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { textsOf } from '../parse/tree.ts';
import { copyFrom } from './copy-from.ts';
import { copyTo } from './copy-to.ts';
import { copyOptions } from './options.ts';
import type { CopyRequest } from './request.ts';

/** COPY writes the rows of a query or a table to a file, or puts the rows of a file into a table. */
export const copy: Command = {
  nodes: ['CopyStmt'],
  run(parsed, parameters, context, signal) {
    const statement = copyOf(parsed);
    const request = requestOf(statement, parsed, context);
    const reading = { parsed, parameters, context: { ...context, maxRows: -1 }, signal };
    return statement.is_from === true
      ? copyFrom(request, reading)
      : copyTo(request, queryOf(statement, request), reading);
  },
};

function copyOf({ node, refusal }: ParsedCommand): CopyStmt {
  if (!('CopyStmt' in node)) throw refusal();
  return node.CopyStmt;
}

function requestOf(statement: CopyStmt, parsed: ParsedCommand, { files }: ExecutionContext): CopyRequest {
  const { filename: file, attlist, options = [], whereClause, is_program: isProgram } = statement;
  const direction = statement.is_from === true ? 'FROM' : 'TO';
  if (isProgram === true)
    throw new DriverError('SQL_NOT_SUPPORTED', `COPY … ${direction} PROGRAM is not supported.`);
  if (file === undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      direction === 'FROM'
        ? 'COPY … FROM STDIN: a statement has no input.'
        : 'COPY … TO STDOUT: a statement has no output.',
      {
        remedy:
          direction === 'FROM'
            ? "Name a file ('/dev/stdin' is one on most systems), or INSERT the rows."
            : 'Name a file, or read the rows with stream() or `dynadbc query --format csv`.',
      },
    );
  if (whereClause !== undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', 'COPY FROM … WHERE is not supported.', {
      remedy: 'Leave the rows out of the file.',
    });
  if (files === undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', 'COPY: this connection may touch no files.', {
      remedy: 'Set AllowFiles=true on a connection that may.',
    });
  const columns = textsOf(attlist);
  return {
    statement,
    file,
    files,
    options: copyOptions(options, file, direction, parsed),
    columns: columns.length === 0 ? undefined : columns,
  };
}

function queryOf({ query, relation }: CopyStmt, { columns, options }: CopyRequest): SelectStmt {
  if (query !== undefined) {
    if ('SelectStmt' in query) return query.SelectStmt;
    throw new DriverError('SQL_NOT_SUPPORTED', 'COPY (…) TO takes a query.', {
      remedy: 'Run the statement that writes by itself.',
    });
  }
  // Of a table, DynamoDB's JSON holds whole items.
  const all =
    options.format === 'dynamodb_json' ? column('$item') : { ColumnRef: { fields: [{ A_Star: {} }] } };
  return {
    targetList: (columns?.map((name) => column(name)) ?? [all]).map((val) => ({ ResTarget: { val } })),
    ...(relation === undefined ? {} : { fromClause: [{ RangeVar: relation }] }),
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  };
}
