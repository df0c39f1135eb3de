import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { isSameValue } from './same-value.ts';

/** The set with further members; undefined where the two are not sets of one type. */
export function addToSet(set: AttributeValue, added: AttributeValue): AttributeValue | undefined {
  return combine(set, added, (members, others, isSame) => [
    ...members,
    ...others.filter((other) => !members.some((member) => isSame(member, other))),
  ]);
}

/** The set without these members; undefined if none is left, since DynamoDB has no empty sets. */
export function removeFromSet(set: AttributeValue, removed: AttributeValue): AttributeValue | undefined {
  const left = combine(set, removed, (members, others, isSame) =>
    members.filter((member) => !others.some((other) => isSame(member, other))),
  );
  return left !== undefined && listMembers(left).length === 0 ? undefined : (left ?? set);
}

type Combine = (
  members: readonly string[],
  others: readonly string[],
  isSame: (a: string, b: string) => boolean,
) => readonly string[];

function combine(set: AttributeValue, other: AttributeValue, change: Combine): AttributeValue | undefined {
  if ('SS' in set && 'SS' in other) return { SS: [...change(set.SS, other.SS, (a, b) => a === b)] };
  if ('NS' in set && 'NS' in other)
    return { NS: [...change(set.NS, other.NS, (a, b) => isSameValue({ N: a }, { N: b }))] };
  if ('BS' in set && 'BS' in other) return { BS: [...change(set.BS, other.BS, (a, b) => a === b)] };
  return undefined;
}

function listMembers(set: AttributeValue): readonly string[] {
  if ('SS' in set) return set.SS;
  if ('NS' in set) return set.NS;
  return 'BS' in set ? set.BS : [];
}
