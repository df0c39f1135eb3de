import type { Node } from 'libpg-query';
import { arrayElements, binary, call, getConstantText } from './build.ts';
import { matchOperator } from './operator.ts';
import type { Rewrite } from './types.ts';

/** `?|` and `?&`. They are rewritten before their operands. */
export const jsonKeyRewrites: readonly Rewrite[] = [
  {
    name: 'json has some or all keys',
    why: 'DuckDB has no such operators. Of a constant array each key is tested by itself, which can be pushed down.',
    apply: (node) => {
      const expression = matchOperator(node);
      const { operator, left, right } = expression ?? {};
      if (left === undefined || right === undefined || (operator !== '?|' && operator !== '?&'))
        return undefined;
      const isSome = operator === '?|';
      const keys = getKeys(right);
      if (keys === undefined) return call(isSome ? 'pg_has_some_key' : 'pg_has_all_keys', [left, right]);
      const tests = keys.map((key) => binary('?', left, key));
      const [only] = tests;
      if (only === undefined) return { A_Const: { boolval: { boolval: !isSome } } };
      return tests.length === 1
        ? only
        : { BoolExpr: { boolop: isSome ? 'OR_EXPR' : 'AND_EXPR', args: tests } };
    },
  },
];

/** The elements of a constant array, without NULLs. */
function getKeys(array: Node): Node[] | undefined {
  if ('TypeCast' in array && array.TypeCast.arg !== undefined) return getKeys(array.TypeCast.arg);
  const elements = 'A_ArrayExpr' in array ? (array.A_ArrayExpr.elements ?? []) : arrayElements(array);
  const keys = elements?.filter((element) => !('A_Const' in element && element.A_Const.isnull === true));
  return keys?.every((key) => getConstantText(key) !== undefined) === true ? keys : undefined;
}
