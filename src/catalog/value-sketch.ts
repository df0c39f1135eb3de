import type { AttributeMap, AttributeValue } from '../dynamo/attribute-value.ts';
import { valueBytes } from '../dynamo/item-size.ts';

/** Statistics of an attribute's sampled values, in a few hundred bytes. Only strings and numbers count as values. */
export interface ValueSketch {
  /** Number of sampled items, and of those that have a value. */
  readonly items: number;
  readonly values: number;
  /** Number of different values, and of those that occur once. */
  readonly distinct: number;
  readonly once: number;
  /** The most common values that occur more than once, with their counts. */
  readonly common: ReadonlyMap<SketchedValue, number>;
  /** Quantiles: sorted values at equal distances. */
  readonly steps: readonly SketchedValue[];
  /** Average bytes of name and value in the items that have the attribute. */
  readonly bytes: number;
}

/** A truncated string, or a number. */
export type SketchedValue = string | number;

const MAX_COMMON = 64;
const MAX_STEPS = 128;
const MAX_CHARACTERS = 64;

/** A sketch of each attribute. */
export function sketchAttributes(items: readonly AttributeMap[]): ReadonlyMap<string, ValueSketch> {
  const found = new Map<string, { present: number; bytes: number; values: SketchedValue[] }>();
  for (const item of items) {
    for (const [name, value] of Object.entries(item)) {
      let seen = found.get(name);
      if (seen === undefined) found.set(name, (seen = { present: 0, bytes: 0, values: [] }));
      seen.present += 1;
      seen.bytes += Buffer.byteLength(name) + valueBytes(value);
      const sketched = toSketchedValue(value);
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

/** The value as sketches keep it; undefined for values that are neither strings nor numbers. */
export function toSketchedValue(value: AttributeValue): SketchedValue | undefined {
  if ('S' in value) return value.S.slice(0, MAX_CHARACTERS);
  return 'N' in value ? Number(value.N) : undefined;
}

/** The order of sketched values: numbers before strings. */
export function compareSketched(a: SketchedValue, b: SketchedValue): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function sketchValues(values: readonly SketchedValue[]): Omit<ValueSketch, 'items' | 'bytes'> {
  const counts = new Map<SketchedValue, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const repeated = [...counts].filter(([, count]) => count > 1).toSorted(([, a], [, b]) => b - a);
  const sorted = values.toSorted(compareSketched);
  const steps = Math.min(MAX_STEPS, sorted.length);
  return {
    values: values.length,
    distinct: counts.size,
    once: counts.size - repeated.length,
    common: new Map(repeated.slice(0, MAX_COMMON)),
    steps: Array.from(
      { length: steps },
      (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / steps)] ?? 0,
    ),
  };
}
