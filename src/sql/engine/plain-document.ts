import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { Value } from '../value.ts';
import { numberValue } from './number-value.ts';

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * A DynamoDB value as plain JSON text: `{"M":{"a":{"N":"1.10"}}}` becomes `{"a":1.10}`. Numbers keep all their digits,
 * sets become arrays, binary stays base64.
 */
export function plainText(value: AttributeValue): string {
  if ('S' in value) return JSON.stringify(value.S);
  if ('N' in value) return numberText(value.N);
  if ('M' in value) return plainItemText(value.M);
  if ('L' in value) return `[${value.L.map(plainText).join(',')}]`;
  if ('BOOL' in value) return value.BOOL ? 'true' : 'false';
  if ('NULL' in value) return 'null';
  if ('NS' in value) return `[${value.NS.map(numberText).join(',')}]`;
  if ('B' in value) return JSON.stringify(value.B);
  return JSON.stringify('SS' in value ? value.SS : value.BS);
}

/** A whole item, or the inside of a map, as plain JSON text. */
export function plainItemText(item: AttributeMap): string {
  const members: string[] = [];
  for (const [name, value] of Object.entries(item)) members.push(`${JSON.stringify(name)}:${plainText(value)}`);
  return `{${members.join(',')}}`;
}

function numberText(digits: string): string {
  return JSON_NUMBER.test(digits) ? digits : JSON.stringify(digits);
}

/** The same as a JavaScript value: what `JSON.parse` of the text would give, but for numbers that it would round. */
export function plainValue(value: AttributeValue): Value {
  if ('S' in value) return value.S;
  if ('N' in value) return numberValue(value.N);
  if ('M' in value) return plainItem(value.M);
  if ('L' in value) return value.L.map(plainValue);
  if ('BOOL' in value) return value.BOOL;
  if ('NULL' in value) return null;
  if ('NS' in value) return value.NS.map(numberValue);
  if ('B' in value) return value.B;
  return 'SS' in value ? value.SS : value.BS;
}

export function plainItem(item: AttributeMap): { readonly [key: string]: Value } {
  const result: Record<string, Value> = {};
  for (const name of Object.keys(item)) {
    const value = plainValue(item[name] as AttributeValue);
    // Assigning to `__proto__` would set the prototype instead of a member.
    if (name === '__proto__') Object.defineProperty(result, name, { value, enumerable: true, configurable: true, writable: true });
    else result[name] = value;
  }
  return result;
}
