import type { Random } from '../../src/sandbox/random.ts';
import { fromUnits, toOrderedText, toUnits } from '../support/ordered-number.ts';
import { compare, comparison, type Condition, pickOne } from './condition.ts';
import { WIDE_NUMBERS } from './values.ts';

const TURNED: ReadonlyMap<string, string> = new Map([
  ['<', '>'],
  ['<=', '>='],
  ['>', '<'],
  ['>=', '<='],
]);

/** A condition on numbers of any digits, which DuckDB compares as text of fixed width. */
export function compareWide(random: Random, name: string): Condition {
  if (random.chance(0.7)) return compare(random, name, wideLiteral);
  const op = comparison(random);
  const [operand, limit] = [pickOne(random, WIDE_NUMBERS), pickOne(random, WIDE_NUMBERS)];
  const [by, to] = [toUnits(operand), toUnits(limit)];
  const duckdb = (units: bigint, operator = op): string => `${name} ${operator} '${toOrderedText(units)}'`;
  switch (random.below(4)) {
    case 0:
      return { postgres: `${name} + (${operand}) ${op} (${limit})`, duckdb: duckdb(to - by) };
    case 1:
      return { postgres: `${name} - (${operand}) ${op} (${limit})`, duckdb: duckdb(to + by) };
    case 2:
      return { postgres: `${name} * 2 ${op} (${limit})`, duckdb: duckdb(to / 2n) };
    default:
      return { postgres: `- ${name} ${op} (${limit})`, duckdb: duckdb(-to, TURNED.get(op)) };
  }
}

function wideLiteral(random: Random): Condition {
  const number = pickOne(random, WIDE_NUMBERS);
  const units = toUnits(number);
  const digits = fromUnits(units);
  const postgres = pickOne(random, [
    `(${number})`,
    `(${digits})`,
    `(${digits.includes('.') ? digits : `${digits}.`}00)`,
    `'${number}'`,
    `'${digits}'::numeric`,
    `(0 + ${number})`,
  ]);
  return { postgres, duckdb: `'${toOrderedText(units)}'` };
}
