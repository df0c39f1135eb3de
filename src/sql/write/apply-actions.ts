import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { UpdateAction } from '../../dynamo/write/item-write.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import { evaluateOperand } from './evaluate-operand.ts';

/** The item after an update; undefined where only DynamoDB can compute it. */
export function applyActions(item: AttributeMap, actions: readonly UpdateAction[]): AttributeMap | undefined {
  let result: AttributeMap | undefined = item;
  for (const action of actions) {
    if (result === undefined || action.kind === 'add' || action.kind === 'delete') return undefined;
    // Operands refer to the item before the update, not to the actions before this one.
    const value = action.kind === 'set' ? evaluateOperand(item, action.to, () => undefined) : undefined;
    if (action.kind === 'set' && value === undefined) return undefined;
    result = setInMap(result, action.path, value);
  }
  return result;
}

/** The map with the value at the path, or with the path removed; undefined where a parent of the path is missing. */
function setInMap(
  map: AttributeMap,
  path: DocumentPath,
  value: AttributeValue | undefined,
): AttributeMap | undefined {
  const [name, next, ...rest] = path;
  const inside = next === undefined ? value : setInValue(getOwnValue(map, name), [next, ...rest], value);
  if (next !== undefined && inside === undefined) return undefined;
  const others = Object.entries(map).filter(([each]) => each !== name);
  // fromEntries creates an own member even for `__proto__`.
  return Object.fromEntries(inside === undefined ? others : [...others, [name, inside]]);
}

/** An own member of a map, never one inherited from Object.prototype. */
export function getOwnValue(map: AttributeMap, name: string): AttributeValue | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function setInValue(
  parent: AttributeValue | undefined,
  [step, ...rest]: readonly [string | number, ...(string | number)[]],
  value: AttributeValue | undefined,
): AttributeValue | undefined {
  if (parent === undefined) return undefined;
  if (typeof step === 'string') {
    const map = 'M' in parent ? setInMap(parent.M, [step, ...rest], value) : undefined;
    return map && { M: map };
  }
  const member = 'L' in parent ? parent.L[step] : undefined;
  if (!('L' in parent) || member === undefined) return undefined;
  const [next, ...further] = rest;
  const inside = next === undefined ? value : setInValue(member, [next, ...further], value);
  if (next !== undefined && inside === undefined) return undefined;
  return { L: inside === undefined ? parent.L.toSpliced(step, 1) : parent.L.with(step, inside) };
}
