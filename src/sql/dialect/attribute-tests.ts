import type { Node } from 'libpg-query';
import { call, constant, matchCall } from './build.ts';
import type { Rewrite } from './types.ts';

const WITH_OPERAND: ReadonlySet<string> = new Set(['pg_stored_begins_with', 'pg_stored_contains']);

/** DynamoDB's functions over stored attributes, as the binder calls them. */
export const attributeTestRewrites: readonly Rewrite[] = [
  {
    name: 'operands of stored attributes',
    why: 'A stored attribute is compared with values of the same DynamoDB type, and the planner must see that type.',
    apply: (node) => {
      const fn = matchCall(node);
      const [attribute, operand, ...more] = fn?.args ?? [];
      if (fn === undefined || !WITH_OPERAND.has(fn.name) || attribute === undefined) return undefined;
      if (operand === undefined || more.length > 0) return undefined;
      return call(fn.name, [attribute, ...toTyped(operand)]);
    },
  },
];

/** The DynamoDB type of a value and its text in DynamoDB's JSON. */
function toTyped(value: Node): readonly [type: Node, text: Node] {
  if ('A_Const' in value) {
    const { sval, ival, fval, boolval, isnull } = value.A_Const;
    if (isnull === true) return [value, value];
    if (sval !== undefined) return [constant('S'), constant(sval.sval ?? '')];
    if (boolval !== undefined) return [constant('BOOL'), constant(String(boolval.boolval ?? false))];
    return [constant('N'), constant(fval?.fval ?? String(ival?.ival ?? 0))];
  }
  return [call('pg_operand_type', [value]), call('pg_operand_text', [value])];
}
