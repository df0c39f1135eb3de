import { trimFraction } from '../../../src/sql/types/number-value.ts';
import type { Outcome } from './recorded.ts';

/** How the driver's result compares with PostgreSQL's. */
export type Verdict = 'equal' | 'refused' | 'different';

const FLOATS: ReadonlySet<string> = new Set(['real', 'double precision']);

/**
 * Results are equal if all columns have the same names and all cells the same text. Floating-point numbers are compared to
 * 15 digits, numeric without zeros at the end, which stored numbers do not have, and `json` as documents, since its whitespace is not significant. Errors are equal if their SQLSTATEs are.
 */
export function compareOutcomes(expected: Outcome, found: Outcome): Verdict {
  if ('error' in found)
    return 'error' in expected && expected.error === found.error
      ? 'equal'
      : found.error === '0A000'
        ? 'refused'
        : 'different';
  if ('error' in expected) return 'different';
  const same =
    String(expected.columns) === String(found.columns) &&
    expected.rows.length === found.rows.length &&
    expected.rows.every((row, at) =>
      row.every((cell, i) => sameCell(cell, found.rows[at]?.[i], expected.types[i] ?? '')),
    );
  return same ? 'equal' : 'different';
}

function sameCell(expected: string | null, found: string | null | undefined, type: string): boolean {
  if (expected === found) return true;
  if (expected === null || found === null || found === undefined) return false;
  if (type === 'json') return JSON.stringify(JSON.parse(expected)) === JSON.stringify(JSON.parse(found));
  if (type === 'numeric') return trimFraction(expected) === trimFraction(found);
  return FLOATS.has(type) && Number(expected).toPrecision(15) === Number(found).toPrecision(15);
}
