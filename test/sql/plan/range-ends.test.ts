import { describe, expect, it } from '@jest/globals';
import type { Predicate } from '../../../src/dynamo/expression/predicate.ts';
import { describePredicate } from '../../../src/sql/plan/describe-predicate.ts';
import { withoutDefaultEnds } from '../../../src/sql/plan/range-ends.ts';
import { column } from '../../support/columns.ts';

const COLUMNS = [column('at', 'timestamptz'), column('day', 'date'), column('id', 'text')];
const FIRST = '0001-01-01T00:00:00.000Z';
const LAST = '9999-12-31T23:59:59.999Z';

function compare(op: '>=' | '<=' | '=', text: string, name = 'at'): Predicate {
  return { kind: 'compare', path: [name], op, value: { type: 'S', text } };
}

function simplify(...predicates: readonly Predicate[]): readonly string[] {
  const conditions = predicates.map((predicate) => ({
    predicate,
    exact: true,
    text: describePredicate(predicate),
  }));
  return withoutDefaultEnds(conditions, COLUMNS).map(({ text }) => text);
}

describe('The default ends of ranges', () => {
  const [from, to] = [compare('>=', '2024-01-01'), compare('<=', '2024-12-31')];

  it('stay where there is no narrower one', () => {
    expect(simplify(from, compare('<=', LAST))).toHaveLength(2);
    expect(simplify(compare('>=', FIRST), compare('<=', LAST))).toHaveLength(2);
    expect(simplify(from, compare('<=', LAST), compare('<=', '9999-12-31', 'day'))).toHaveLength(3);
    expect(simplify(compare('<=', LAST, 'id'), compare('<=', '5', 'id'))).toHaveLength(2);
  });

  it('are left out beside narrower ones and beside equal ones', () => {
    const both = ["at >= '2024-01-01'", "at <= '2024-12-31'"];
    expect(simplify(from, compare('<=', LAST), compare('>=', FIRST), to)).toEqual(both);
    expect(simplify(from, compare('<=', LAST), compare('<=', LAST))).toEqual([both[0], `at <= '${LAST}'`]);
    expect(simplify(compare('=', '2024-01-01'), compare('<=', LAST))).toEqual(["at = '2024-01-01'"]);
  });

  it('are left out in alternatives', () => {
    const range: Predicate = { kind: 'and', of: [from, compare('<=', LAST), compare('>=', FIRST), to] };
    expect(simplify({ kind: 'or', of: [range, compare('=', '2025-01-01')] })).toEqual([
      "((at >= '2024-01-01' AND at <= '2024-12-31') OR at = '2025-01-01')",
    ]);
  });
});
