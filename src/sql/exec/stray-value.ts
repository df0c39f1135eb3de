import type { DuckDBConnection } from '@duckdb/node-api';
import { keyNames } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { Relation, RelationColumn } from '../bind/relation.ts';
import { parseStray, type StrayValue } from '../dialect/functions/json-scalars.ts';
import { quoteIdent } from '../dialect/functions/format-text.ts';
import { quoteName, quoteString } from '../print/quote.ts';
import type { StatementPlan } from '../plan/planner.ts';
import { abbreviate } from '../../core/abbreviate.ts';

/**
 * The error of a value that is not a number, with the key of its item among the rows that were loaded, and with what to write
 * instead. Other errors stay as they are.
 */
export async function nameStrayItem(
  error: DriverError,
  connect: () => Promise<DuckDBConnection>,
  schema: string,
  { relations }: Pick<StatementPlan, 'relations'>,
): Promise<DriverError> {
  const stray = parseStray(error.message);
  if (stray === undefined) return error;
  // The statement's own connection may be in the middle of its result.
  const connection = await connect();
  try {
    return strayValueError(stray, await findItem(stray, connection, schema, relations), error);
  } finally {
    connection.closeSync();
  }
}

/** The error of a value that is not a number; `item` is the key and the table of its item. */
export function strayValueError(
  { column, value }: StrayValue,
  item?: string,
  cause?: DriverError,
): DriverError {
  const name = column === '' ? 'x' : quoteIdent(column);
  return new DriverError(
    'SQL_BAD_VALUE',
    `cannot compute with ${describeValue(value)}${column === '' ? '' : ` in column "${column}"`}, which is not a number${item === undefined ? '' : ` (item ${item})`}`,
    {
      ...(cause === undefined ? {} : { cause }),
      remedy: `Leave such items out with WHERE json_typeof(${name}) = 'number', or FILTER (WHERE json_typeof(${name}) = 'number') for one aggregate, or write TRY_CAST(${name} AS numeric), which is NULL for them.`,
    },
  );
}

/** JSON in a message, shortened if it is long. */
function describeValue(json: string): string {
  const value: unknown = JSON.parse(json);
  return typeof value === 'string' ? abbreviate(value) : abbreviate(json).slice(1, -1).replaceAll('\\"', '"');
}

async function findItem(
  { column, value }: StrayValue,
  connection: DuckDBConnection,
  schema: string,
  relations: readonly Relation[],
): Promise<string | undefined> {
  // A column may have another name in a subquery, so that the columns of that name are only the first to look at.
  const candidates = relations
    .filter((relation) => relation.loadsKey === true)
    .flatMap((relation) =>
      relation.columns
        .filter((each) => each.column.type.kind === 'json')
        .map((each) => ({ relation, engineName: each.engineName })),
    )
    .toSorted((a, b) => Number(b.engineName === column) - Number(a.engineName === column));
  for (const { relation, engineName } of candidates) {
    const keys = keyNames(relation.table.key);
    const columns = keys.flatMap((key) => relation.columns.find((each) => each.column.name === key) ?? []);
    const from = `${quoteName(schema)}.${quoteName(relation.alias)}`;
    const sql = `SELECT ${columns.map(printKey).join(', ')} FROM ${from} WHERE CAST(${quoteName(engineName)} AS VARCHAR) = ${quoteString(value)} LIMIT 1`;
    const [row] = (await connection.runAndReadAll(sql)).getRows();
    if (row !== undefined)
      return (
        columns
          .map(({ column: { name, type } }, i) => {
            const text = String(row[i]);
            return `${name} = ${type.kind === 'text' ? `'${text}'` : text}`;
          })
          .join(', ') + ` in "${relation.table.name}"`
      );
  }
  return undefined;
}

function printKey({ engineName, column: { type } }: RelationColumn): string {
  const name = quoteName(engineName);
  return type.kind === 'number' ? `num_text(${name})` : `CAST(${name} AS VARCHAR)`;
}
