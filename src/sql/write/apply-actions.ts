import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { UpdateAction } from '../../dynamo/write/item-write.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import { addNumbers } from './add-numbers.ts';
import { computeOperand, evaluateOperand } from './evaluate-operand.ts';
import { addToSet, removeFromSet } from './set-members.ts';
import { findValue } from '../engine/fits.ts';

/** The item after an update; undefined where DynamoDB would refuse the update. */
export function applyActions(item: AttributeMap, actions: readonly UpdateAction[]): AttributeMap | undefined {
  let result: AttributeMap | undefined = item;
  for (const action of inOrder(actions)) {
    if (result === undefined) return undefined;
    // Operands refer to the item before the update, not to the actions before this one.
    const value = evaluateAction(action, item);
    if (value === 'refused') return undefined;
    result = setInMap(result, action.path, value);
  }
  return result;
}

/** Elements of lists are removed last and from the end, because positions refer to the list before the update. */
function inOrder(actions: readonly UpdateAction[]): readonly UpdateAction[] {
  return actions.length < 2
    ? actions
    : actions.toSorted((a, b) => compare(removedPosition(b), removedPosition(a)));
}

function removedPosition({ kind, path }: UpdateAction): number {
  const last = path.at(-1);
  return kind === 'remove' && typeof last === 'number' ? last : Infinity;
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** The value that the action leaves at its path; undefined where it removes it. */
function evaluateAction(action: UpdateAction, item: AttributeMap): AttributeValue | undefined | 'refused' {
  switch (action.kind) {
    case 'set':
      return evaluateOperand(item, action.to, (operand) => computeOperand(item, operand)) ?? 'refused';
    case 'remove':
      return undefined;
    case 'add': {
      const current = findValue(item, action.path);
      if (current === undefined) return action.value;
      return 'N' in current && 'N' in action.value
        ? toNumber(addNumbers(current.N, action.value.N))
        : (addToSet(current, action.value) ?? 'refused');
    }
    case 'delete': {
      const current = findValue(item, action.path);
      return current === undefined ? undefined : removeFromSet(current, action.value);
    }
  }
}

function toNumber(digits: string | undefined): AttributeValue | 'refused' {
  return digits === undefined ? 'refused' : { N: digits };
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
  if (!('L' in parent)) return undefined;
  const member = parent.L[step];
  const [next, ...further] = rest;
  // A position beyond the end appends, and nothing is removed there.
  if (member === undefined)
    return next === undefined ? { L: value === undefined ? parent.L : [...parent.L, value] } : undefined;
  const inside = next === undefined ? value : setInValue(member, [next, ...further], value);
  if (next !== undefined && inside === undefined) return undefined;
  return { L: inside === undefined ? parent.L.toSpliced(step, 1) : parent.L.with(step, inside) };
}
