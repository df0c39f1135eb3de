import type { Random } from '../../src/sandbox/random.ts';

/** A condition in PostgreSQL's and in DuckDB's dialect. */
export interface Condition {
  readonly postgres: string;
  readonly duckdb: string;
}

/** A random comparison of a column with literals. */
export function compare(random: Random, name: string, literal: (random: Random) => Condition): Condition {
  const operands = [literal(random), literal(random), literal(random)];
  const not = random.chance(0.3) ? 'NOT ' : '';
  const op = comparison(random);
  const shape = random.below(9);
  const write = ([x, y, z]: readonly string[]): string => {
    if (shape === 0) return `${name} ${not}BETWEEN ${x} AND ${y}`;
    if (shape === 1) return `${name} ${not}IN (${x}, ${y}, ${z})`;
    if (shape === 2) return `${x} ${op} ${name}`;
    if (shape === 3) return `${name} IS ${not}DISTINCT FROM ${x}`;
    return `${name} ${op} ${x}`;
  };
  return {
    postgres: write(operands.map(({ postgres }) => postgres)),
    duckdb: write(operands.map(({ duckdb }) => duckdb)),
  };
}

export function comparison(random: Random): string {
  return pickOne(random, ['=', '=', '=', '<', '<=', '>', '>=', '<>']);
}

export function sameInBoth(sql: string): Condition {
  return { postgres: sql, duckdb: sql };
}

export function pickOne<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}
