import { DriverError } from '../core/errors.ts';

/** The table of exactly this name, else the only one whose name differs in case alone. */
export function matchTableName(name: string, tables: readonly string[]): string | undefined {
  if (tables.includes(name)) return name;
  const folded = name.toLowerCase();
  const [match, ...others] = tables.filter((table) => table.toLowerCase() === folded);
  if (match === undefined || others.length === 0) return match;
  const candidates = [match, ...others];
  throw new DriverError(
    'CATALOG_AMBIGUOUS_TABLE',
    `relation name "${name}" is ambiguous: it matches ${formatNames(candidates)}`,
    {
      candidates,
    },
  );
}

/** The failure of a name that no table has, with similar names. */
export function unknownTableError(
  name: string,
  candidates: readonly string[] = [],
  cause?: unknown,
): DriverError {
  const hint = candidates.length > 0 ? `; did you mean ${formatNames(candidates)}?` : '';
  return new DriverError('CATALOG_UNKNOWN_TABLE', `relation "${name}" does not exist${hint}`, {
    candidates,
    cause,
  });
}

function formatNames(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
