import type { AttributeMap, AttributeValue } from './attribute-value.ts';
import { significantDigits } from './key.ts';

/** The overhead of a map or list, besides one byte for each element. */
const CONTAINER_BYTES = 3;

/**
 * The size of an item by DynamoDB's rules: its attribute names and values.
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

/** The size of a value by DynamoDB's rules. */
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

/** About one byte for two digits, one more, and one for the sign. */
function numberBytes(text: string): number {
  return Math.ceil(significantDigits(text) / 2) + (text.trimStart().startsWith('-') ? 2 : 1);
}

function sum<T>(values: readonly T[], measure: (value: T) => number): number {
  return values.reduce((total, value) => total + measure(value), 0);
}
