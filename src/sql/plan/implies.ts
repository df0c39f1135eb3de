import { compareKeyValues } from '../../dynamo/key.ts';
import {
  meetsComparison,
  toLiteralKey,
  type Comparison,
  type DocumentPath,
  type Literal,
  type Predicate,
} from '../../dynamo/expression/predicate.ts';

/** Whether the second predicate is known to hold wherever the first does. */
export function implies(one: Predicate, other: Predicate): boolean {
  if (one.kind === 'or') return one.of.every((part) => implies(part, other));
  if (other.kind === 'or') return other.of.some((part) => implies(one, part));
  if (one.kind === 'and') return one.of.some((part) => implies(part, other));
  if (JSON.stringify(one) === JSON.stringify(other)) return true;
  const isHeld =
    one.kind === 'compare' && one.op === '=' && 'path' in other && isSamePath(one.path, other.path);
  return isHeld && literalHolds(one.value, other) === true;
}

/** Whether both paths are equal. */
export function isSamePath(one: DocumentPath, other: DocumentPath): boolean {
  return one.length === other.length && one.every((step, i) => step === other[i]);
}

/** Whether a predicate holds if its path has the value; undefined if unknown. */
export function literalHolds(value: Literal, predicate: Predicate): boolean | undefined {
  switch (predicate.kind) {
    case 'compare':
      return compareLiterals(value, predicate.op, predicate.value);
    case 'in': {
      const each = predicate.values.map((other) => compareLiterals(value, '=', other));
      return each.includes(true) ? true : each.includes(undefined) ? undefined : false;
    }
    case 'beginsWith':
      return value.type === 'S' && predicate.prefix.type === 'S'
        ? value.text.startsWith(predicate.prefix.text) !== (predicate.negated === true)
        : undefined;
    case 'isNotNull':
      return true;
    case 'attributeExists':
      return predicate.negated !== true;
    case 'isNull':
    case 'never':
      return false;
    case 'containsValue':
    case 'contains':
    case 'hasType':
    case 'otherType':
    case 'hasMember':
    case 'size':
    case 'and':
    case 'or':
      return undefined;
  }
}

function compareLiterals(value: Literal, op: Comparison, other: Literal): boolean | undefined {
  if (value.type === 'BOOL' && other.type === 'BOOL')
    return op === '=' || op === '<>' ? (value.value === other.value) === (op === '=') : undefined;
  const [left, right] = [toLiteralKey(value), toLiteralKey(other)];
  const order = left && right && compareKeyValues(left, right);
  return order === undefined ? undefined : meetsComparison(order, op);
}
