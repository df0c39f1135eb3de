import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { createRowScanner } from './item-scanner.ts';
import type { UnknownAttributes } from './unknown-attributes.ts';

/** Looks through pages of items for attributes that are not known. */
export function createUnknownFinder(
  known: ReadonlySet<string>,
  unknown: UnknownAttributes,
): (page: Buffer) => void {
  const scan = createRowScanner([], 'auto', known);
  const count = (_row: unknown, name: string, value: AttributeMap[string]): void =>
    unknown.count(name, value);
  return (page) => {
    let done = 0;
    if (scan !== undefined) {
      const batches = scan(page, count);
      let next = batches.next();
      for (; next.done !== true; next = batches.next()) done += next.value.length;
      if (next.value) return;
    }
    // What the scanner does not support, from the first item that it did not finish.
    const items: AttributeMap[] = JSON.parse(page.toString());
    for (const item of items.slice(done))
      for (const [name, value] of Object.entries(item)) if (!known.has(name)) count(undefined, name, value);
  };
}
