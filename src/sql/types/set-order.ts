import { compareNumbers } from '../../dynamo/key.ts';

/** Sets have no order: the same members are always shown in the same one. Returns the array itself if it has that order. */
export function sortStrings(members: readonly string[]): readonly string[] {
  for (let i = 1; i < members.length; i++)
    if (compareStrings(members[i - 1] ?? '', members[i] ?? '') > 0) return members.toSorted(compareStrings);
  return members;
}

/** The same for a set of numbers, by number. */
export function sortNumbers(members: readonly string[]): readonly string[] {
  for (let i = 1; i < members.length; i++)
    if (compareNumbers(members[i - 1] ?? '', members[i] ?? '') > 0) return members.toSorted(compareNumbers);
  return members;
}

/** By code points, as the bytes of UTF-8 compare. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  return SURROGATE.test(a) || SURROGATE.test(b)
    ? Buffer.compare(Buffer.from(a), Buffer.from(b))
    : a < b
      ? -1
      : 1;
}

const SURROGATE = /[\ud800-\udfff]/;
