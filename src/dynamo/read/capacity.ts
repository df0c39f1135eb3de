/** What DynamoDB charges by: reads come in 4 KB units, half the price when eventually consistent. */
const READ_UNIT_BYTES = 4096;

function units(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (consistent ? 1 : 0.5);
}

/** GetItem of an item of that size; a missing item costs as much as the smallest. */
export function getItemUnits(itemBytes: number, consistent: boolean): number {
  return units(itemBytes, consistent);
}

/** BatchGetItem rounds every item up by itself. */
export function batchGetUnits(itemBytes: readonly number[], consistent: boolean): number {
  return itemBytes.reduce((sum, bytes) => sum + units(bytes, consistent), 0);
}

/** One page of Query or Scan: the sizes of all items that were evaluated are added up, then rounded. */
export function pageUnits(evaluatedBytes: number, consistent: boolean): number {
  return units(evaluatedBytes, consistent);
}

/** A whole Query or Scan, cut into pages of 1 MB and at least one page for each part of it. */
export function readUnits(evaluatedBytes: number, consistent: boolean, parts = 1): number {
  return Math.max(units(evaluatedBytes, consistent), parts * units(0, consistent));
}
