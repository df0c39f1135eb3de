import { describe, expect, it } from '@jest/globals';
import { parseQuery } from '../../../src/sql/parse/parse.ts';
import { findIntegerLists, restoreLists } from '../../../src/sql/plan/integer-lists.ts';
import { compare, isIn } from '../../support/reads.ts';

const lists = async (condition: string, parameters: Parameters<typeof findIntegerLists>[1] = []) =>
  findIntegerLists((await parseQuery(`SELECT 1 FROM t WHERE ${condition}`)).ast, parameters);

describe('integer lists', () => {
  it('are found in IN and = ANY, with constants and parameters', async () => {
    expect(await lists('a IN (3, 1, 2, 2)')).toEqual([[1n, 2n, 3n]]);
    expect(await lists('a = ANY (ARRAY[1, 2])')).toEqual([[1n, 2n]]);
    expect(await lists('a IN ($1, 5)', [{ kind: 'number', text: '4' }])).toEqual([[4n, 5n]]);
    expect(await lists('a = ANY ($1)', [{ kind: 'array', items: [{ kind: 'number', text: '7' }] }])).toEqual([
      [7n],
    ]);
  });

  it('are not lists with gaps, strings or expressions', async () => {
    expect(await lists("a IN (1, 3) AND b IN ('1', '2') AND c IN (1, 1 + 1) AND d BETWEEN 1 AND 2")).toEqual(
      [],
    );
  });
});

describe('restoring lists', () => {
  const other = compare('b', '>=', 1);

  it('turns a range back into the list it came from', () => {
    expect(restoreLists([compare('a', '>=', 1), other, compare('a', '<=', 3)], [[1n, 2n, 3n]])).toEqual([
      other,
      isIn('a', 1, 2, 3),
    ]);
  });

  it('leaves any other range', () => {
    const conditions = [compare('a', '>=', 1), compare('a', '<=', 4), other];
    expect(restoreLists(conditions, [[1n, 2n, 3n]])).toEqual(conditions);
    expect(restoreLists(conditions, [])).toEqual(conditions);
  });
});
