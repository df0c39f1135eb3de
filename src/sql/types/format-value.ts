import { DriverError } from '../../core/errors.ts';
import { formatArray } from './text-format.ts';
import { type ArrayElement, parseArray } from './text-input.ts';
import { describeType, elementType, typeOid } from './types.ts';
import type { TimeZone } from '../../core/time-zone.ts';
import type { Value } from './value.ts';

/** A formatter for the values of a column of this type: PostgreSQL's text output, in a time zone. NULL stays null. */
export function textFormatter(type: string, zone?: TimeZone): (value: Value) => string | null {
  const element = elementType(type);
  if (element === undefined) {
    const { format } = describeType(type).text;
    return (value) => (value === null ? null : format(value, zone));
  }
  const formatElement = textFormatter(element, zone);
  const formatList = (value: Value): string | null =>
    isList(value)
      ? formatArray(
          value.map((item) => (isList(item) ? formatList(item) : formatElement(item))),
          value.some(isList),
        )
      : formatElement(value);
  return formatList;
}

/** The same as the shell shows it: a string in a column of several types has no quotes. */
export function shownFormatter(type: string, zone?: TimeZone): (value: Value) => string | null {
  const format = textFormatter(type, zone);
  return type === 'json' ? (value) => (typeof value === 'string' ? value : format(value)) : format;
}

/** The values of a row as strings, each by the formatter of its column. */
export function formatRow(
  row: readonly Value[],
  formatters: readonly ((value: Value) => string | null)[],
): (string | null)[] {
  return formatters.map((format, i) => format(row[i] ?? null));
}

/** The value of a string in PostgreSQL's input syntax. */
export function parseValue(text: string, type: string): NonNullable<Value> {
  const element = elementType(type);
  if (element === undefined) return describeType(type).text.parse(text);
  const toValue = (item: ArrayElement): Value =>
    item === null ? null : typeof item === 'string' ? parseValue(item, element) : item.map(toValue);
  const items = parseArray(text);
  if (items === undefined) throw malformedArray(text);
  return items.map(toValue);
}

/** PostgreSQL's binary format of a value in text format. */
export function encodeBinary(text: string, type: string): Buffer {
  const element = elementType(type);
  return element === undefined ? binaryFormat(type).encode(text) : encodeArray(text, element);
}

/** The text format of a value in PostgreSQL's binary format. */
export function decodeBinary(bytes: Buffer, type: string): string {
  const element = elementType(type);
  return element === undefined ? binaryFormat(type).decode(bytes) : decodeArray(bytes, element);
}

function binaryFormat(type: string): NonNullable<ReturnType<typeof describeType>['binary']> {
  const { binary } = describeType(type);
  if (binary === undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', `no binary format is available for type ${type}`);
  return binary;
}

/** int32 dimensions, has-NULL and element OID, per dimension its length and first index, then the elements with their lengths. */
function encodeArray(text: string, element: string): Buffer {
  const items = parseArray(text);
  if (items === undefined) throw malformedArray(text);
  const lengths: number[] = [];
  for (let level: ArrayElement | undefined = items; isNested(level) && level.length > 0; level = level[0])
    lengths.push(level.length);
  const elements = flatten(items, lengths, text);
  const parts = [
    toInt32s(lengths.length, elements.includes(null) ? 1 : 0, typeOid(element)),
    ...lengths.map((length) => toInt32s(length, 1)),
  ];
  for (const item of elements) {
    if (item === null) parts.push(toInt32s(-1));
    else {
      const bytes = binaryFormat(element).encode(item);
      parts.push(toInt32s(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

/** The elements in order; every dimension must have one length. */
function flatten(
  items: readonly ArrayElement[],
  [length, ...inner]: readonly number[],
  text: string,
): (string | null)[] {
  if (items.length !== (length ?? 0)) throw malformedArray(text);
  return items.flatMap((item): (string | null)[] => {
    if (isNested(item) !== inner.length > 0) throw malformedArray(text);
    return isNested(item) ? flatten(item, inner, text) : [item];
  });
}

function decodeArray(bytes: Buffer, element: string): string {
  let at = 0;
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > bytes.length)
      throw new DriverError('SQL_BAD_VALUE', `insufficient data left in message for type ${element}[]`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const int32 = (): number => take(4).readInt32BE();
  const dimensions = int32();
  if (dimensions < 0 || dimensions > 6)
    throw new DriverError('SQL_BAD_VALUE', `invalid number of dimensions: ${dimensions}`);
  take(8);
  const lengths = Array.from({ length: dimensions }, () => {
    const length = int32();
    take(4);
    // Each element has a length at least, so that a false count does not take memory.
    if (length < 0 || length * 4 > bytes.length)
      throw new DriverError('SQL_BAD_VALUE', `invalid array length: ${length}`);
    return length;
  });
  const read = ([length, ...inner]: readonly number[]): string =>
    formatArray(
      Array.from({ length: length ?? 0 }, () => {
        if (inner.length > 0) return read(inner);
        const size = int32();
        return size === -1 ? null : binaryFormat(element).decode(take(size));
      }),
      inner.length > 0,
    );
  return read(lengths);
}

function toInt32s(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [i, number] of numbers.entries()) bytes.writeInt32BE(number, i * 4);
  return bytes;
}

function malformedArray(text: string): DriverError {
  return new DriverError('SQL_BAD_VALUE', `malformed array literal: "${text}"`);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function isNested(item: ArrayElement | undefined): item is readonly ArrayElement[] {
  return Array.isArray(item);
}
