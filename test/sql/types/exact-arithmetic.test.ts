import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DriverError, ERRORS } from '../../../src/core/errors.ts';
import {
  absoluteExact,
  addExact,
  ceilExact,
  divideExact,
  divideToInteger,
  floorExact,
  moduloExact,
  multiplyExact,
  negateExact,
  roundExact,
  signExact,
  squareRootExact,
  subtractExact,
  truncateExact,
} from '../../../src/sql/types/exact-arithmetic.ts';
import { powerExact } from '../../../src/sql/types/exact-powers.ts';
import {
  type ExactNumber,
  formatExactNumber,
  parseExactNumber,
  trimScale,
} from '../../../src/sql/types/exact-number.ts';
import { readNumeric } from './recorded.ts';

const BINARY: Readonly<Record<string, (a: ExactNumber, b: ExactNumber) => ExactNumber | undefined>> = {
  '+': addExact,
  '-': subtractExact,
  '*': multiplyExact,
  '/': divideExact,
  '%': moduloExact,
  div: divideToInteger,
  power: powerExact,
};
const UNARY: Readonly<Record<string, (a: ExactNumber) => ExactNumber>> = {
  abs: absoluteExact,
  sign: signExact,
  ceil: ceilExact,
  floor: floorExact,
  '-': negateExact,
  trim_scale: trimScale,
  sqrt: (a) => squareRootExact(absoluteExact(a)),
};
const ROUNDING: Readonly<Record<string, (a: ExactNumber, digits: number) => ExactNumber>> = {
  round: roundExact,
  trunc: truncateExact,
};

/** Evaluates one of the recorded expressions. */
function evaluate(sql: string): ExactNumber | undefined {
  const numbers = [...sql.matchAll(/'([^']*)'::numeric|(-?\d+)::numeric/g)].map(
    ([, quoted, bare]) => parseExactNumber(quoted ?? bare ?? '') ?? 'NaN',
  );
  const [first = 'NaN', second] = numbers;
  const called = /^([\w-]+)\(/.exec(sql)?.[1];
  const digits = /, (-?\d+)\)$/.exec(sql)?.[1];
  if (digits !== undefined) return ROUNDING[called ?? '']?.(first, Number(digits));
  if (second === undefined) return UNARY[called ?? '']?.(first);
  const operator = called ?? / (\S) /.exec(sql)?.[1] ?? '';
  return BINARY[operator]?.(first, second);
}

function outcome(sql: string): string | { readonly error: string } {
  try {
    const value = evaluate(sql);
    return value === undefined ? 'unknown' : formatExactNumber(value);
  } catch (error) {
    if (error instanceof DriverError) return { error: ERRORS[error.code].sqlState };
    throw error;
  }
}

describe('arithmetic with numeric', () => {
  const recorded = readNumeric();

  it('returns what PostgreSQL 15 returns, with its digits', () => {
    const found = Object.fromEntries(Object.keys(recorded).map((sql) => [sql, outcome(sql)]));
    expect(found).toEqual(recorded);
  });

  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.integer({ min: 0, max: 140 }))
    .map(([unscaled, scale]): ExactNumber => ({ unscaled, scale }));

  it('takes back what it added', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(trimScale(subtractExact(addExact(a, b), b))).toEqual(trimScale(a));
      }),
    );
  });

  it('splits a dividend into quotient and remainder', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        fc.pre(signExact(b) !== 'NaN' && formatExactNumber(trimScale(b)) !== '0');
        const whole = addExact(multiplyExact(divideToInteger(a, b), b), moduloExact(a, b));
        expect(trimScale(whole)).toEqual(trimScale(a));
      }),
    );
  });
});
