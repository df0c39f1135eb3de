/** A provider's own words after ours. */
export function quoted(says: string): string {
  return says === '' ? '' : `: ${says}`;
}
