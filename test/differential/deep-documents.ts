import type { AttributeValue } from '../../src/dynamo/attribute-value.ts';
import type { Random } from '../../src/sandbox/random.ts';
import { fromUnits, toUnits } from '../support/ordered-number.ts';
import { toPlain } from '../support/plain-duckdb.ts';
import { comparison, type Condition, pickOne } from './condition.ts';
import { holds, select } from './mixed-values.ts';
import { N, VALUES, WIDE_NUMBERS } from './values.ts';

const NUMBERS = WIDE_NUMBERS.map(N);

/** A condition on a document with numbers of any digits and a set in it. */
export function compareDeep(random: Random, name: string): Condition {
  const op = comparison(random);
  const number = pickOne(random, WIDE_NUMBERS);
  const units = toUnits(number);
  const duckdb = select(`(${name} -> 'n')`, NUMBERS, (each) => {
    const found = 'N' in each ? toUnits(each.N) : units;
    return holds(op, found < units ? -1 : found > units ? 1 : 0);
  });
  switch (random.below(6)) {
    case 0:
      return { postgres: `(${name} ->> 'n')::numeric ${op} (${number})`, duckdb };
    case 1:
      return { postgres: `${name} -> 'n' ${op} '${number.toLowerCase()}'::jsonb`, duckdb };
    case 2:
      return {
        postgres: `${name}::jsonb @> '{"n": ${number.toLowerCase()}}'`,
        duckdb: select(`(${name} -> 'n')`, NUMBERS, (each) => 'N' in each && toUnits(each.N) === units),
      };
    case 3:
      return {
        postgres: `${name} ->> 'n' = '${fromUnits(units)}'`,
        duckdb: `(${name} ->> 'n') = '${fromUnits(units)}'`,
      };
    case 4: {
      const tags = JSON.stringify(toPlain(VALUES.set(random)));
      return {
        postgres: `${name} -> 'tags' = '${tags}'::jsonb`,
        duckdb: `CAST(${name} -> 'tags' AS VARCHAR) = '${tags}'`,
      };
    }
    default:
      return compareWhole(random, name, VALUES.deep(random));
  }
}

/** Equality with a whole document. Its members are in any order; those of a set that is the whole column, too. */
export function compareWhole(random: Random, name: string, value: AttributeValue): Condition {
  const op = pickOne(random, ['=', '<>', 'IS DISTINCT FROM']);
  return {
    postgres: `${name} ${op} '${toShuffledJson(value, random, true).replaceAll("'", "''")}'`,
    duckdb: `CAST(${name} AS VARCHAR) ${op} '${JSON.stringify(toPlain(value)).replaceAll("'", "''")}'`,
  };
}

function toShuffledJson(value: AttributeValue, random: Random, isWhole = false): string {
  if ('N' in value) return value.N.toLowerCase();
  if ('L' in value) return `[${value.L.map((each) => toShuffledJson(each, random)).join(', ')}]`;
  if ('M' in value) {
    const members = Object.entries(value.M).map(
      ([name, member]) => `${JSON.stringify(name)}: ${toShuffledJson(member, random)}`,
    );
    return `{${(random.chance(0.5) ? members : members.toReversed()).join(', ')}}`;
  }
  if (isWhole && 'SS' in value) return JSON.stringify(value.SS);
  if (isWhole && 'NS' in value) return `[${value.NS.map((each) => each.toLowerCase()).join(', ')}]`;
  return JSON.stringify(toPlain(value));
}
