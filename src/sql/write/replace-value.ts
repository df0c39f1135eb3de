import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import { setMember } from './json-attribute.ts';

/** A copy of the item with another value at the path. */
export function withValue(
  item: AttributeMap,
  [name, ...rest]: DocumentPath,
  value: AttributeValue,
): AttributeMap {
  const copy: Record<string, AttributeValue> = { ...item };
  const inside = item[name];
  setMember(copy, name, inside === undefined ? value : replaceWithin(inside, rest, value));
  return copy;
}

/** A copy of the value with another value at the path inside it. */
export function replaceWithin(
  inside: AttributeValue,
  [step, ...rest]: readonly (string | number)[],
  value: AttributeValue,
): AttributeValue {
  if (step === undefined) return value;
  if (typeof step === 'string')
    return 'M' in inside ? { M: withValue(inside.M, [step, ...rest], value) } : inside;
  if (!('L' in inside)) return inside;
  return { L: inside.L.map((item, i) => (i === step ? replaceWithin(item, rest, value) : item)) };
}
