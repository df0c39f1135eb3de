/** A read capacity unit is 4 KB, or 8 KB if eventually consistent. */
const READ_UNIT_BYTES = 4096;

function units(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (consistent ? 1 : 0.5);
}

/** Units of a GetItem; a missing item costs as much as the smallest. */
export function getItemUnits(itemBytes: number, consistent: boolean): number {
  return units(itemBytes, consistent);
}

/** Units of a BatchGetItem, which rounds up each item. */
export function batchGetUnits(itemBytes: readonly number[], consistent: boolean): number {
  return itemBytes.reduce((sum, bytes) => sum + units(bytes, consistent), 0);
}

/** Units of a page of Query or Scan, which rounds up the total size of the evaluated items. */
export function pageUnits(evaluatedBytes: number, consistent: boolean): number {
  return units(evaluatedBytes, consistent);
}

/** Units of a whole Query or Scan with at least one page for each of its parts. */
export function readUnits(evaluatedBytes: number, consistent: boolean, parts = 1): number {
  return Math.max(units(evaluatedBytes, consistent), parts * units(0, consistent));
}
