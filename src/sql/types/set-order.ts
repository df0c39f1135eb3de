import { compareNumbers } from '../../dynamo/key.ts';

/** Sets have no order: the same members are always shown in the same one. Returns the array itself if it has that order. */
export function sortStrings(members: readonly string[]): readonly string[] {
  for (let i = 1; i < members.length; i++)
    if ((members[i - 1] ?? '') > (members[i] ?? '')) return members.toSorted(compareStrings);
  return members;
}

/** The same for a set of numbers, by number. */
export function sortNumbers(members: readonly string[]): readonly string[] {
  for (let i = 1; i < members.length; i++)
    if (compareNumbers(members[i - 1] ?? '', members[i] ?? '') > 0) return members.toSorted(compareNumbers);
  return members;
}

function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
