import type { AttributeValue } from '../../src/dynamo/attribute-value.ts';
import type { Random } from '../../src/sandbox/random.ts';
import { fromUnits, toUnits } from '../support/ordered-number.ts';
import { toPlain } from '../support/plain-duckdb.ts';
import { comparison, type Condition, pickOne } from './condition.ts';
import { MIXED_VALUES } from './values.ts';

type Verdict = boolean | undefined;

/** A condition on a column of several types. What it selects is computed here, and DuckDB looks for those values. */
export function compareMixed(random: Random, name: string): Condition {
  const op = comparison(random);
  const value = pickOne(random, MIXED_VALUES);
  const compared = 'N' in value || 'BOOL' in value || 'S' in value ? value : { S: 'a' };
  const literal = toLiteral(compared);
  if (random.chance(0.2) && 'N' in compared) {
    const [low, high] = [compared, pickOne(random, NUMBERS)];
    return {
      postgres: `${name} BETWEEN ${literal} AND ${toLiteral(high)}`,
      duckdb: select(name, MIXED_VALUES, (each) =>
        'N' in each ? toUnits(each.N) >= toUnits(low.N) && toUnits(each.N) <= toUnits(high.N) : undefined,
      ),
    };
  }
  if (random.chance(0.2) && 'S' in compared) {
    const other = pickOne(random, ['b', '10', 'true']);
    return {
      postgres: `${name} IN (${literal}, '${other}')`,
      duckdb: select(name, MIXED_VALUES, (each) => [compared.S, other].includes(toText(each))),
    };
  }
  return {
    postgres: random.chance(0.2) && isSymmetric(op) ? `${literal} ${op} ${name}` : `${name} ${op} ${literal}`,
    duckdb: select(name, MIXED_VALUES, (each) => compareValues(each, op, compared)),
  };
}

/** The plain column's condition that selects the values for which the verdict is true; undefined stands for NULL. */
export function select(
  column: string,
  values: readonly AttributeValue[],
  verdict: (value: AttributeValue) => Verdict,
): string {
  const text = `CAST(${column} AS VARCHAR)`;
  const among = (wanted: readonly Verdict[]): string => {
    const found = values.filter((each) => wanted.includes(verdict(each)));
    const list = found.map((each) => `'${JSON.stringify(toPlain(each)).replaceAll("'", "''")}'`);
    return list.length === 0 ? 'FALSE' : `${text} IN (${list.join(', ')})`;
  };
  return `CASE WHEN ${among([true, false])} THEN ${among([true])} END`;
}

const NUMBERS = MIXED_VALUES.flatMap((each) => ('N' in each ? [each] : []));

function isSymmetric(op: string): boolean {
  return op === '=' || op === '<>';
}

/** As in DynamoDB, only values of one type have an order. A string is compared with the text of every value. */
function compareValues(value: AttributeValue, op: string, literal: AttributeValue): Verdict {
  if ('S' in literal && isSymmetric(op)) return (toText(value) === literal.S) === (op === '=');
  if (isSymmetric(op))
    return (JSON.stringify(toPlain(value)) === JSON.stringify(toPlain(literal))) === (op === '=');
  const order = compareOfOneType(value, literal);
  return order === undefined ? undefined : holds(op, order);
}

function compareOfOneType(a: AttributeValue, b: AttributeValue): number | undefined {
  if ('N' in a && 'N' in b) return compareAny(toUnits(a.N), toUnits(b.N));
  if ('S' in a && 'S' in b) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  return 'BOOL' in a && 'BOOL' in b ? compareAny(a.BOOL, b.BOOL) : undefined;
}

function compareAny<T extends bigint | boolean>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether an operator holds for values in this order. */
export function holds(op: string, order: number): boolean {
  switch (op) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<>':
      return order !== 0;
    default:
      return order === 0;
  }
}

/** The text of a scalar; documents have none that a literal here could be equal to. */
function toText(value: AttributeValue): string {
  if ('S' in value) return value.S;
  if ('N' in value) return fromUnits(toUnits(value.N));
  return 'BOOL' in value ? String(value.BOOL) : '{';
}

function toLiteral(value: AttributeValue): string {
  if ('N' in value) return `(${value.N})`;
  return 'BOOL' in value ? String(value.BOOL) : `'${toText(value)}'`;
}
