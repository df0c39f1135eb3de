import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { UpdateAction } from '../../dynamo/write/item-write.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import { operandValue } from './operand-value.ts';

/** The item as an update would leave it; undefined where only DynamoDB can tell. */
export function applyActions(item: AttributeMap, actions: readonly UpdateAction[]): AttributeMap | undefined {
  let left: AttributeMap | undefined = item;
  for (const action of actions) {
    if (left === undefined || action.kind === 'add' || action.kind === 'delete') return undefined;
    // Every operand is of the item as it was.
    const value = action.kind === 'set' ? operandValue(item, action.to, () => undefined) : undefined;
    if (action.kind === 'set' && value === undefined) return undefined;
    left = mapWith(left, action.path, value);
  }
  return left;
}

/** With the value at the path, or without one; undefined where the path leads through nothing. */
function mapWith(
  map: AttributeMap,
  path: DocumentPath,
  value: AttributeValue | undefined,
): AttributeMap | undefined {
  const [name, next, ...rest] = path;
  const inside = next === undefined ? value : valueWith(ownValue(map, name), [next, ...rest], value);
  if (next !== undefined && inside === undefined) return undefined;
  const others = Object.entries(map).filter(([each]) => each !== name);
  // fromEntries makes a member of its own for `__proto__`, too.
  return Object.fromEntries(inside === undefined ? others : [...others, [name, inside]]);
}

/** What a map holds under a name; never what every object has. */
export function ownValue(map: AttributeMap, name: string): AttributeValue | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function valueWith(
  held: AttributeValue | undefined,
  [step, ...rest]: readonly [string | number, ...(string | number)[]],
  value: AttributeValue | undefined,
): AttributeValue | undefined {
  if (held === undefined) return undefined;
  if (typeof step === 'string') {
    const map = 'M' in held ? mapWith(held.M, [step, ...rest], value) : undefined;
    return map && { M: map };
  }
  const member = 'L' in held ? held.L[step] : undefined;
  if (!('L' in held) || member === undefined) return undefined;
  const [next, ...further] = rest;
  const inside = next === undefined ? value : valueWith(member, [next, ...further], value);
  if (next !== undefined && inside === undefined) return undefined;
  return { L: inside === undefined ? held.L.toSpliced(step, 1) : held.L.with(step, inside) };
}
