import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parameterValue, readParameters } from '../../src/cli/parameters.ts';

describe('a --param value', () => {
  it.each([
    ['5', 5],
    ['-0.25', -0.25],
    ['1e3', 1000],
    ['true', true],
    ['false', false],
    ['null', null],
    ['"5"', '5'],
    ['text:5', '5'],
    ['text:', ''],
    ['', ''],
    ['007', '007'],
    ['+5', '+5'],
    ['NULL', 'NULL'],
    ['c0042', 'c0042'],
    ['"open', '"open'],
    ['9007199254740993', 9007199254740993n],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
  ])('%s is passed as it reads', (text, value) => {
    expect(parameterValue(text)).toBe(value);
  });

  it('keeps the value of every integer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), (integer) => {
        expect(BigInt(parameterValue(String(integer)) as number | bigint)).toBe(integer);
      }),
    );
  });

  it('is any text after text: or as a JSON string', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parameterValue(`text:${text}`)).toBe(text);
        expect(parameterValue(JSON.stringify(text))).toBe(text);
      }),
    );
  });
});

describe('--param values', () => {
  it('fill positions in order, "=" included', () => {
    expect(readParameters(['a=b', '2'], [])).toEqual(['a=b', 2]);
  });

  it('fill names where the statement has names', () => {
    expect(readParameters(['least=100', ':who=a=b'], ['who', 'least'])).toEqual({ least: 100, who: 'a=b' });
  });

  it('must have a name where the statement has names', () => {
    expect(() => readParameters(['5'], ['least'])).toThrow('the statement has :least');
    expect(() => readParameters(['most=5'], ['least'])).toThrow('the statement has no :most');
  });

  it('accepts parameters named like members of Object.prototype', () => {
    expect(readParameters(['constructor=1'], ['constructor'])).toEqual({ constructor: 1 });
    expect(() => readParameters(['constructor=1'], ['a'])).toThrow(':constructor');
  });
});
