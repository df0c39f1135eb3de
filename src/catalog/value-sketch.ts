import type { AttributeMap, AttributeValue } from '../dynamo/attribute-value.ts';
import { valueBytes } from '../dynamo/item-size.ts';

/** What a sample tells of an attribute's values, in a few hundred bytes. Values are those of text and numbers. */
export interface ValueSketch {
  /** Sampled items, and how many of them had a value. */
  readonly items: number;
  readonly values: number;
  /** How many different values, and how many of these were met once only. */
  readonly distinct: number;
  readonly once: number;
  /** The most common values that were met more than once, with their number. */
  readonly common: ReadonlyMap<SketchedValue, number>;
  /** Values in their order, the same number of others between any two. */
  readonly steps: readonly SketchedValue[];
  /** Bytes of name and value, on the average of the items that have the attribute. */
  readonly bytes: number;
}

/** Text, shortened, or a number. */
export type SketchedValue = string | number;

const MOST_COMMON = 64;
const MOST_STEPS = 128;
const MOST_CHARACTERS = 64;

/** A sketch of each attribute of some items. */
export function sketchAttributes(items: readonly AttributeMap[]): ReadonlyMap<string, ValueSketch> {
  const found = new Map<string, { present: number; bytes: number; values: SketchedValue[] }>();
  for (const item of items) {
    for (const [name, value] of Object.entries(item)) {
      let seen = found.get(name);
      if (seen === undefined) found.set(name, (seen = { present: 0, bytes: 0, values: [] }));
      seen.present += 1;
      seen.bytes += Buffer.byteLength(name) + valueBytes(value);
      const sketched = sketchedValue(value);
      if (sketched !== undefined) seen.values.push(sketched);
    }
  }
  return new Map(
    [...found].map(([name, { present, bytes, values }]) => [
      name,
      { items: items.length, bytes: bytes / present, ...sketchValues(values) },
    ]),
  );
}

/** The value as sketches keep it; undefined for what is neither text nor a number. */
export function sketchedValue(value: AttributeValue): SketchedValue | undefined {
  if ('S' in value) return value.S.slice(0, MOST_CHARACTERS);
  return 'N' in value ? Number(value.N) : undefined;
}

/** The order of sketches: numbers before text. */
export function compareSketched(a: SketchedValue, b: SketchedValue): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function sketchValues(values: readonly SketchedValue[]): Omit<ValueSketch, 'items' | 'bytes'> {
  const counts = new Map<SketchedValue, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const repeated = [...counts].filter(([, count]) => count > 1).toSorted(([, a], [, b]) => b - a);
  const sorted = values.toSorted(compareSketched);
  const steps = Math.min(MOST_STEPS, sorted.length);
  return {
    values: values.length,
    distinct: counts.size,
    once: counts.size - repeated.length,
    common: new Map(repeated.slice(0, MOST_COMMON)),
    steps: Array.from(
      { length: steps },
      (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / steps)] ?? 0,
    ),
  };
}
