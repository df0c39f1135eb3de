import { DriverError } from '../core/errors.ts';
import type { AttributeMap, AttributeType, AttributeValue } from '../dynamo/attribute-value.ts';
import { detectStoredTime } from './stored-time.ts';
import { mergeProfiles, NO_NUMBERS, type NumberProfile, profileNumber } from './number-profile.ts';

/** The values at one place of the items: an attribute, a key of a map, an element of a list. */
export interface Histogram {
  /** Number of items that have it, NULL included. */
  present: number;
  /** Number of values of each type, NULL included. */
  readonly types: Map<AttributeType, number>;
  numbers: NumberProfile;
  /** The one form of dates that all strings have; null: there is none. Absent without strings. */
  times?: string | null | undefined;
  /** By key of the maps. */
  readonly fields: Map<string, Histogram>;
  /** For maps that are not flattened: the keys of lists and sets, and of maps that contain some. */
  readonly nested: Map<string, Histogram>;
  /** By position in the lists. */
  readonly elements: Histogram[];
  /** All elements of the lists and sets together, with the keys of the maps among them. */
  members?: Histogram;
}

/** The properties FlattenObjects and FlattenArrays. */
export interface Flattening {
  readonly objects: boolean;
  /** Number of leading list elements that become columns. */
  readonly arrays: number;
}

const TYPES: readonly AttributeType[] = ['S', 'N', 'BOOL', 'NULL', 'M', 'L', 'B', 'SS', 'NS', 'BS'];

export function newHistogram(): Histogram {
  return {
    present: 0,
    types: new Map(),
    numbers: NO_NUMBERS,
    fields: new Map(),
    nested: new Map(),
    elements: [],
  };
}

/** The histograms of all attributes of some items, by attribute name. */
export function buildHistograms(
  items: Iterable<AttributeMap>,
  flattening: Flattening,
): Map<string, Histogram> {
  const attributes = new Map<string, Histogram>();
  for (const item of items) observeFields(attributes, item, flattening);
  return attributes;
}

/** Adds a value. */
export function observe(histogram: Histogram, value: AttributeValue, flattening: Flattening): void {
  const type = getAttributeType(value);
  histogram.present += 1;
  histogram.types.set(type, (histogram.types.get(type) ?? 0) + 1);
  if ('S' in value && histogram.times !== null)
    histogram.times = mergeTimes(histogram.times, detectStoredTime(value.S) ?? null);
  if ('N' in value) histogram.numbers = mergeProfiles(histogram.numbers, profileNumber(value.N));
  if ('M' in value && flattening.objects) observeFields(histogram.fields, value.M, flattening);
  if ('M' in value && !flattening.objects) observeLists(histogram.nested, value.M, flattening);
  if ('L' in value) {
    for (const [position, element] of value.L.slice(0, flattening.arrays).entries()) {
      observe((histogram.elements[position] ??= newHistogram()), element, flattening);
    }
  }
  for (const member of listMembers(value)) {
    const members = (histogram.members ??= newHistogram());
    observe(members, member, flattening);
    if ('M' in member && !flattening.objects) observeFields(members.fields, member.M, flattening);
  }
}

function listMembers(value: AttributeValue): readonly AttributeValue[] {
  if ('L' in value) return value.L;
  if ('SS' in value) return value.SS.map((S) => ({ S }));
  if ('NS' in value) return value.NS.map((N) => ({ N }));
  return 'BS' in value ? value.BS.map((B) => ({ B })) : [];
}

/** A new histogram of the values of both. */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  const merged: Histogram = {
    present: a.present + b.present,
    types: new Map(a.types),
    numbers: mergeProfiles(a.numbers, b.numbers),
    fields: new Map(a.fields),
    nested: new Map(a.nested),
    elements: [...a.elements],
    times: mergeTimes(a.times, b.times),
  };
  for (const [type, count] of b.types) merged.types.set(type, (merged.types.get(type) ?? 0) + count);
  for (const [name, field] of b.fields) merged.fields.set(name, mergeInto(merged.fields.get(name), field));
  for (const [name, inner] of b.nested) merged.nested.set(name, mergeInto(merged.nested.get(name), inner));
  for (const [at, element] of b.elements.entries())
    merged.elements[at] = mergeInto(merged.elements[at], element);
  const members = b.members === undefined ? a.members : mergeInto(a.members, b.members);
  return members === undefined ? merged : { ...merged, members };
}

/** Undefined on one side: there are no strings. */
function mergeTimes(a: string | null | undefined, b: string | null | undefined): string | null | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a === b ? a : null;
}

function getAttributeType(value: AttributeValue): AttributeType {
  const type = TYPES.find((type) => type in value);
  if (type !== undefined) return type;
  throw new DriverError(
    'DYNAMO_MALFORMED',
    `invalid attribute value: expected one of the types ${TYPES.join(', ')}, found ${Object.keys(value).join(', ')}`,
  );
}

function mergeInto(known: Histogram | undefined, more: Histogram): Histogram {
  return known === undefined ? more : mergeHistograms(known, more);
}

function observeFields(into: Map<string, Histogram>, map: AttributeMap, flattening: Flattening): void {
  for (const [name, value] of Object.entries(map)) {
    let histogram = into.get(name);
    if (histogram === undefined) into.set(name, (histogram = newHistogram()));
    observe(histogram, value, flattening);
  }
}

/** Keys of a map that are followed; maps with data in their keys have any number. */
const MAX_NESTED = 64;

function observeLists(into: Map<string, Histogram>, map: AttributeMap, flattening: Flattening): void {
  for (const [name, value] of Object.entries(map)) {
    if (!leadsToList(value) || (into.size >= MAX_NESTED && !into.has(name))) continue;
    let histogram = into.get(name);
    if (histogram === undefined) into.set(name, (histogram = newHistogram()));
    observe(histogram, value, flattening);
  }
}

function leadsToList(value: AttributeValue): boolean {
  if ('M' in value) return Object.values(value.M).some(leadsToList);
  return 'L' in value || 'SS' in value || 'NS' in value || 'BS' in value;
}
