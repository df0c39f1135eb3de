import type { Verdict } from './compare.ts';

/** Expressions that are refused with SQLSTATE 0A000, and why. */
const REFUSED: ReadonlyMap<RegExp, string> = new Map([
  [/::money/, 'amounts of money depend on a locale'],
  [/^select inet/, 'addresses would be compared as text'],
  [/int4range/, 'DuckDB has no ranges'],
  [/ctid|xmin/, 'items have neither a location nor a version'],
  [/^explain/, 'the driver explains its own plan'],
]);

/** Functions that PostgreSQL 15 does not have, but later versions do. */
const NEWER = /any_value/;

/** How the driver's result of a recorded expression compares with PostgreSQL's. */
export function expectedVerdict(sql: string): Verdict {
  if (NEWER.test(sql)) return 'different';
  return [...REFUSED.keys()].some((pattern) => pattern.test(sql)) ? 'refused' : 'equal';
}
