import type { AttributeMap, AttributeValue } from './attribute-value.ts';
import { significantDigits } from './key.ts';

/** A map or a list takes so many bytes for itself, and one for each of its members. */
const CONTAINER_BYTES = 3;

/**
 * The size of an item in bytes as DynamoDB counts it: its attributes' names and values.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: AttributeMap): number {
  let bytes = 0;
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined) bytes += Buffer.byteLength(name) + valueBytes(value);
  }
  return bytes;
}

export function valueBytes(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return numberBytes(value.N);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  if ('SS' in value) return sum(value.SS, (text) => Buffer.byteLength(text));
  if ('NS' in value) return sum(value.NS, numberBytes);
  if ('BS' in value) return sum(value.BS, (text) => Buffer.byteLength(text, 'base64'));
  if ('L' in value) return CONTAINER_BYTES + sum(value.L, (member) => 1 + valueBytes(member));
  if ('M' in value) return CONTAINER_BYTES + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}

/** About one byte for two digits, one more, and one for a sign. */
function numberBytes(text: string): number {
  return Math.ceil(significantDigits(text) / 2) + (text.trimStart().startsWith('-') ? 2 : 1);
}

function sum<T>(values: readonly T[], bytesOf: (value: T) => number): number {
  return values.reduce((total, value) => total + bytesOf(value), 0);
}
