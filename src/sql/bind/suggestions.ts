import { DriverError } from '../../core/errors.ts';

const MAX_CANDIDATES = 5;

/** Unquoted names reach us in lower case, as PostgreSQL folds them: ASCII letters only. */
export function foldCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The failure of a name that is no column, with the columns that may have been meant. */
export function createUnknownColumnError(
  name: string,
  known: readonly string[],
  position: () => number,
): DriverError {
  const wanted = foldCase(name.slice(name.lastIndexOf('.') + 1));
  const candidates = [...new Set(known)]
    .filter((each) => isClose(foldCase(each), wanted))
    .slice(0, MAX_CANDIDATES);
  const hint =
    candidates.length === 0 ? '' : `; is it ${candidates.map((each) => `"${each}"`).join(' or ')}?`;
  if (SYSTEM_COLUMNS.has(name.replace(/^.*\./, '').toLowerCase()))
    return new DriverError(
      'SQL_NOT_SUPPORTED',
      `The system column ${name} is not supported: items have none.`,
      {
        position: position(),
      },
    );
  return new DriverError('SQL_UNKNOWN_COLUMN', `There is no column ${name}${hint === '' ? '.' : hint}`, {
    position: position(),
    candidates,
  });
}

// What every table of PostgreSQL has.
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

/** Whether one name may be a slip for the other: a part of it, or at most two letters away. */
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
