import { describe, expect, it } from '@jest/globals';
import { isValidInput } from '../../../../src/sql/dialect/functions/input-valid.ts';
import { readAssignments } from '../../types/recorded.ts';

describe('pg_input_is_valid', () => {
  it('agrees with what PostgreSQL assigns to a column of the type', () => {
    const recorded = readAssignments();
    const different = recorded.filter((each) => isValidInput(each.input, each.type) === 'error' in each);
    expect(recorded.length).toBeGreaterThan(1000);
    expect(different).toEqual([]);
  });

  it.each([
    ['12.345', 'numeric(4,2)', true],
    ['123.4', 'numeric(4,2)', false],
    ['NaN', 'numeric(4,2)', true],
    ['Infinity', 'numeric(4,2)', false],
    ['Infinity', 'numeric', true],
    ['abc   ', 'varchar(3)', true],
    ['abcd', 'varchar(3)', false],
    ['abcd', 'character varying ( 3 )', false],
    ['{1,2}', 'int[]', true],
    ['{1,a}', 'integer[]', false],
    ['{1,NULL}', 'int4[]', true],
    [' 5 ', 'INTEGER', true],
    ['99999999999', 'int4', false],
    ['1e400', 'float8', false],
    ['"\\u0000"', 'json', true],
    ['"\\u0000"', 'jsonb', false],
    ['"\\ud800"', 'jsonb', false],
    ['"\\\\ud800"', 'jsonb', true],
    ['[1,]', 'jsonb', false],
    ['2024-02-30', 'date', false],
  ])('of %j as %s is %s', (text, type, isValid) => {
    expect(isValidInput(text, type)).toBe(isValid);
  });

  it('refuses a type that does not exist', () => {
    expect(() => isValidInput('x', 'nope')).toThrow('type "nope" does not exist');
  });
});
