import { describe, expect, it } from '@jest/globals';
import { measureExpression } from '../../../src/dynamo/expression/expression-text.ts';
import {
  buildFilterExpression,
  buildKeyCondition,
  buildProjectionExpression,
  simplify,
  simplifyAll,
  splitByLimits,
} from '../../../src/dynamo/expression/expression.ts';
import type { Literal, Predicate } from '../../../src/dynamo/expression/predicate.ts';
import { newPlaceholders } from '../../../src/dynamo/expression/placeholders.ts';

const text = (value: string): Literal => ({ type: 'S', text: value });
const equals = (name: string, value: string): Predicate => ({
  kind: 'compare',
  path: [name],
  op: '=',
  value: text(value),
});

function filter(...predicates: readonly Predicate[]) {
  const symbols = newPlaceholders();
  return { text: buildFilterExpression(predicates, symbols), ...symbols.declarations() };
}

describe('a filter expression', () => {
  it('has one placeholder for each distinct name and value', () => {
    expect(filter(equals('year', '1'), equals('a.b', '1'), equals('year', '2'))).toEqual({
      text: '#0 = :0 AND #1 = :0 AND #0 = :1',
      ExpressionAttributeNames: { '#0': 'year', '#1': 'a.b' },
      ExpressionAttributeValues: { ':0': { S: '1' }, ':1': { S: '2' } },
    });
  });

  it('distinguishes a number from a string with the same characters', () => {
    const number: Predicate = { kind: 'compare', path: ['n'], op: '<', value: { type: 'N', text: '1' } };
    expect(filter(equals('n', '1'), number).ExpressionAttributeValues).toEqual({
      ':0': { S: '1' },
      ':1': { N: '1' },
    });
  });

  it('formats map members and list indexes of a path', () => {
    const deep: Predicate = { kind: 'hasType', path: ['lines', 2, 'a.b'], type: 'N' };
    expect(filter(deep)).toMatchObject({
      text: 'attribute_type(#0[2].#1, :0)',
      ExpressionAttributeNames: { '#0': 'lines', '#1': 'a.b' },
    });
  });

  it.each<[string, Predicate, string]>([
    [
      '<> of what is missing or NULL',
      { kind: 'compare', path: ['a'], op: '<>', value: text('v') },
      'attribute_exists(#0) AND NOT attribute_type(#0, :1) AND #0 <> :0',
    ],
    ['IS NULL', { kind: 'isNull', path: ['a'] }, 'attribute_not_exists(#0) OR attribute_type(#0, :0)'],
    [
      'IS NOT NULL',
      { kind: 'isNotNull', path: ['a'] },
      'attribute_exists(#0) AND NOT attribute_type(#0, :0)',
    ],
    [
      'NOT LIKE on a value that is not a string',
      { kind: 'beginsWith', path: ['a'], prefix: text('v'), negated: true },
      'attribute_type(#0, :1) AND NOT begins_with(#0, :0)',
    ],
    [
      'members of sets',
      { kind: 'contains', path: ['a'], part: text('v') },
      'attribute_type(#0, :1) AND contains(#0, :0)',
    ],
  ])('is guarded against %s', (_case, predicate, expected) => {
    expect(filter(predicate).text).toBe(expected);
  });

  it('has parentheses only around an OR between ANDs', () => {
    const either: Predicate = { kind: 'or', of: [equals('a', '1'), equals('b', '1')] };
    const both: Predicate = { kind: 'and', of: [equals('a', '1'), equals('b', '1')] };
    expect(filter(either).text).toBe('#0 = :0 OR #1 = :0');
    expect(filter(either, equals('c', '1')).text).toBe('(#0 = :0 OR #1 = :0) AND #2 = :0');
    expect(filter(both, either).text).toBe('#0 = :0 AND #1 = :0 AND (#0 = :0 OR #1 = :0)');
    expect(filter({ kind: 'or', of: [both, either, { kind: 'isNull', path: ['a'] }] }).text).toBe(
      '#0 = :0 AND #1 = :0 OR #0 = :0 OR #1 = :0 OR attribute_not_exists(#0) OR attribute_type(#0, :1)',
    );
  });

  it('splits a long IN into lists that DynamoDB accepts', () => {
    const values = Array.from({ length: 250 }, (_, at) => text(String(at)));
    const long = filter({ kind: 'in', path: ['a'], values }).text ?? '';
    expect(long.match(/ IN /g)).toHaveLength(3);
    expect(measureExpression(long).inOperands).toBe(100);
  });

  it('is undefined without conditions', () => {
    expect(filter()).toEqual({ text: undefined });
  });
});

describe('simplify', () => {
  const never: Predicate = { kind: 'never' };

  it('drops impossible branches of an OR, and the OR with its last branch', () => {
    expect(simplify({ kind: 'or', of: [never, equals('a', '1')] })).toEqual(equals('a', '1'));
    expect(simplify({ kind: 'or', of: [never, { kind: 'in', path: ['a'], values: [] }] })).toEqual(never);
  });

  it('reduces an AND with an impossible part to never', () => {
    const inner: Predicate = { kind: 'and', of: [equals('a', '1'), never] };
    expect(simplify({ kind: 'or', of: [inner, equals('b', '2')] })).toEqual(equals('b', '2'));
    expect(simplifyAll([equals('a', '1'), inner])).toEqual([never]);
  });

  it('reduces an empty prefix to a test of the type', () => {
    expect(simplify({ kind: 'beginsWith', path: ['a'], prefix: text('') })).toEqual({
      kind: 'hasType',
      path: ['a'],
      type: 'S',
    });
    expect(simplify({ kind: 'contains', path: ['a'], part: text(''), negated: true })).toEqual(never);
  });

  it('drops conditions that always hold', () => {
    expect(simplify({ kind: 'or', of: [equals('a', '1'), { kind: 'and', of: [] }] })).toBeUndefined();
  });
});

describe('a key condition expression', () => {
  it('has the equalities first and the range last', () => {
    const symbols = newPlaceholders();
    const range = {
      equals: { pk: { S: 'a' }, kind: { S: 'x' } },
      sort: { attribute: 'at', condition: { kind: 'between', low: { N: '1' }, high: { N: '2' } } },
    } as const;
    expect(buildKeyCondition(range, symbols)).toBe('#0 = :0 AND #1 = :1 AND #2 BETWEEN :2 AND :3');
  });
});

describe('a projection expression', () => {
  it('keeps the shorter of two paths that overlap', () => {
    const symbols = newPlaceholders();
    const paths = [['info', 'rating'], ['a'], ['info'], ['a'], ['list', 1], ['information']] as const;
    expect(buildProjectionExpression(paths, symbols)).toBe('#0, #1, #2[1], #3');
    expect(Object.values(symbols.declarations().ExpressionAttributeNames ?? {})).toEqual([
      'a',
      'info',
      'list',
      'information',
    ]);
  });
});

describe('splitByLimits', () => {
  it('keeps all conditions if they fit', () => {
    const conditions = [equals('a', '1'), equals('b', '2')];
    expect(splitByLimits(conditions)).toEqual({ fits: conditions, over: [] });
  });

  it('never splits an OR, and continues with conditions that still fit', () => {
    const tooLong: Predicate = {
      kind: 'or',
      of: Array.from({ length: 301 }, (_, at) => equals('a', String(at))),
    };
    expect(splitByLimits([equals('x', '1'), tooLong, equals('y', '1')])).toEqual({
      fits: [equals('x', '1'), equals('y', '1')],
      over: [tooLong],
    });
  });

  it('stays within 4 KB and 300 operators', () => {
    const many = Array.from({ length: 400 }, (_, at) => equals(`attribute${at}`, String(at)));
    const { fits, over } = splitByLimits(many);
    const size = measureExpression(filter(...fits).text ?? '');
    expect(fits.length + over.length).toBe(400);
    expect(size.bytes).toBeLessThanOrEqual(4096);
    expect(size.operators).toBeLessThanOrEqual(300);
    expect(size.operators).toBeGreaterThan(250);
  });
});

describe('the size of an expression', () => {
  it('counts operators and functions, BETWEEN once, operands of the longest IN, and open parentheses', () => {
    expect(
      measureExpression('NOT (a BETWEEN :1 AND :2) AND (size(#3) > :4 OR (#5 IN (:1, :2, :3)))'),
    ).toEqual({
      bytes: 69,
      operators: 7,
      depth: 3,
      inOperands: 3,
    });
  });
});
