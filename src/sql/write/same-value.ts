import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';

/** Whether DynamoDB considers two values equal: numbers by value, sets in any order. */
export function isSameValue(a: AttributeValue, b: AttributeValue): boolean {
  return canonicalize(a) === canonicalize(b);
}

function canonicalize(value: AttributeValue): string {
  if ('N' in value) return keyIdentity({ N: value });
  if ('L' in value) return `[${value.L.map(canonicalize).join()}]`;
  if ('SS' in value) return JSON.stringify({ SS: value.SS.toSorted() });
  if ('BS' in value) return JSON.stringify({ BS: value.BS.toSorted() });
  if ('NS' in value) return JSON.stringify({ NS: value.NS.map((N) => keyIdentity({ N: { N } })).toSorted() });
  if ('M' in value) {
    const members = Object.entries(value.M).map(
      ([name, member]) => `${JSON.stringify(name)}:${canonicalize(member)}`,
    );
    return `{${members.toSorted().join()}}`;
  }
  return JSON.stringify(value);
}
