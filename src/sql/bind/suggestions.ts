import { DriverError } from '../../core/errors.ts';

const MAX_CANDIDATES = 5;

/** PostgreSQL's case folding of unquoted names: ASCII letters only. The parser has already applied it to them. */
export function foldCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** A column that a misspelled name may have meant. */
export interface KnownColumn {
  readonly qualifier: string | undefined;
  readonly name: string;
}

/** A column that its table does not have. */
export interface UnknownColumn {
  readonly table: string;
  readonly column: string;
}

const unknownColumns = new WeakMap<DriverError, UnknownColumn>();

/** The column that an error is about, if it could only be one of a DynamoDB table. */
export function findUnknownColumn(error: DriverError): UnknownColumn | undefined {
  const cause = error.cause instanceof DriverError ? findUnknownColumn(error.cause) : undefined;
  return unknownColumns.get(error) ?? cause;
}

/**
 * The error for a reference (`name`, `alias.name`) to a column that does not exist, with similar names as candidates. `table`
 * is the only table that the column could be of.
 */
export function createUnknownColumnError(
  reference: readonly string[],
  known: readonly KnownColumn[],
  position: () => number,
  table?: string,
): DriverError {
  const name = reference.at(-1) ?? '';
  if (SYSTEM_COLUMNS.has(name.toLowerCase()))
    return new DriverError('SQL_NOT_SUPPORTED', `system column "${name}" is not supported`, {
      position: position(),
    });
  const folded = foldCase(name);
  const similar = [...new Map(known.map((column) => [column.name, column])).values()]
    .filter((column) => isClose(foldCase(column.name), folded))
    .slice(0, MAX_CANDIDATES);
  const suggestions = similar.map(
    (column) => `the column "${[column.qualifier ?? [], column.name].flat().join('.')}"`,
  );
  const error = new DriverError(
    'SQL_UNKNOWN_COLUMN',
    `column ${reference.length > 1 ? reference.join('.') : `"${name}"`} does not exist`,
    {
      position: position(),
      candidates: similar.map((column) => column.name),
      ...(similar.length > 0
        ? { remedy: `Perhaps you meant to reference ${suggestions.join(' or ')}.` }
        : table !== undefined && { remedy: `Check the name. ${describeUnsampled(name)}` }),
    },
  );
  if (table !== undefined) unknownColumns.set(error, { table, column: name });
  return error;
}

/** How to read an attribute that no sampled item has. */
export function describeUnsampled(name: string): string {
  return `If items have an attribute that sampling did not see, read it as "$item"->>'${name.replaceAll("'", "''")}', or set UnknownColumns=Null.`;
}

/** The columns that every table of PostgreSQL has. */
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

/** Whether one name may be a typo of the other: contained in it, or an edit distance of at most two. */
function isClose(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) > 2 && (a.includes(b) || b.includes(a))) return true;
  if (Math.abs(a.length - b.length) > 2 || Math.max(a.length, b.length) < 3) return false;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++)
      row.push(
        Math.min(
          (above[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
  }
  return (row[b.length] ?? 0) <= 2;
}
