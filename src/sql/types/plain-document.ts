import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { Value } from './value.ts';
import { toDocumentNumber } from './number-value.ts';

/**
 * A DynamoDB value as plain JSON text: `{"M":{"a":{"N":"1.10"}}}` becomes `{"a":1.1}`. Sets become arrays, binary stays
 * base64, and numbers that JSON tools would round become the text of their digits.
 */
export function toJsonText(value: AttributeValue): string {
  if ('S' in value) return JSON.stringify(value.S);
  if ('N' in value) return numberToJsonText(value.N);
  if ('M' in value) return itemToJsonText(value.M);
  if ('L' in value) return `[${value.L.map(toJsonText).join(',')}]`;
  if ('BOOL' in value) return value.BOOL ? 'true' : 'false';
  if ('NULL' in value) return 'null';
  if ('NS' in value) return `[${value.NS.map(numberToJsonText).join(',')}]`;
  if ('B' in value) return JSON.stringify(value.B);
  return JSON.stringify('SS' in value ? value.SS : value.BS);
}

/** A whole item, or the inside of a map, as plain JSON text. */
export function itemToJsonText(item: AttributeMap): string {
  const members: string[] = [];
  for (const [name, value] of Object.entries(item))
    members.push(`${JSON.stringify(name)}:${toJsonText(value)}`);
  return `{${members.join(',')}}`;
}

function numberToJsonText(digits: string): string {
  const value = toDocumentNumber(digits);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** The same as a JavaScript value. */
export function toPlainValue(value: AttributeValue): Value {
  if ('S' in value) return value.S;
  if ('N' in value) return toDocumentNumber(value.N);
  if ('M' in value) return toPlainItem(value.M);
  if ('L' in value) return value.L.map(toPlainValue);
  if ('BOOL' in value) return value.BOOL;
  if ('NULL' in value) return null;
  if ('NS' in value) return value.NS.map(toDocumentNumber);
  if ('B' in value) return value.B;
  return 'SS' in value ? value.SS : value.BS;
}

export function toPlainItem(item: AttributeMap): { readonly [key: string]: Value } {
  const result: Record<string, Value> = {};
  for (const [name, typed] of Object.entries(item)) {
    const value = toPlainValue(typed);
    // Assigning to `__proto__` would set the prototype instead of a member.
    if (name === '__proto__')
      Object.defineProperty(result, name, { value, enumerable: true, configurable: true, writable: true });
    else result[name] = value;
  }
  return result;
}
