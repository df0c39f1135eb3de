import { DriverError } from '../core/errors.ts';

/** Which table a name means: the one called exactly so, else the only one called so but for upper and lower case. */
export function matchTableName(name: string, tables: readonly string[]): string | undefined {
  if (tables.includes(name)) return name;
  const folded = name.toLowerCase();
  const [match, ...others] = tables.filter((table) => table.toLowerCase() === folded);
  if (match === undefined || others.length === 0) return match;
  const candidates = [match, ...others];
  throw new DriverError('CATALOG_AMBIGUOUS_TABLE', `"${name}" may be any of ${quoted(candidates)}`, {
    candidates,
  });
}

/** No table is called so. */
export function unknownTable(name: string, candidates: readonly string[] = [], cause?: unknown): DriverError {
  const hint = candidates.length > 0 ? `; did you mean ${quoted(candidates)}?` : '';
  return new DriverError('CATALOG_UNKNOWN_TABLE', `There is no table "${name}"${hint}`, {
    candidates,
    cause,
  });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
