import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { addMark, escapeMarks, toEngineNumber } from './document-marks.ts';
import { compareKeys } from './json-text.ts';
import { expandExponent, toNumberValue } from './number-value.ts';
import { sortNumbers, sortStrings } from './set-order.ts';
import type { Value } from './value.ts';

/** How a document is printed as JSON. */
interface JsonStyle {
  readonly number: (digits: string) => string;
  readonly text: (text: string) => string;
  readonly binary: (base64: string) => string;
  /** The members of a set. */
  readonly strings: (members: readonly string[]) => readonly string[];
  readonly numbers: (members: readonly string[]) => readonly string[];
  readonly binaries: (members: readonly string[]) => readonly string[];
  /** The names of a map in their order. */
  readonly names: (names: readonly string[]) => readonly string[];
}

const engineText = (text: string): string => JSON.stringify(escapeMarks(text));
const quote = (text: string): string => JSON.stringify(text);

/** Documents inside DuckDB. Equal documents have equal text: maps have jsonb's order, sets are sorted. */
const ENGINE: JsonStyle = {
  number: toEngineNumber,
  text: engineText,
  binary: quote,
  strings: (members) => sortStrings(members).map(engineText),
  numbers: (members) => sortNumbers(members).map(toEngineNumber),
  binaries: (members) => sortStrings(members).map(quote),
  names: sortNames,
};

/** The same with every value's DynamoDB type, for statements that write documents. */
const TYPED: JsonStyle = {
  ...ENGINE,
  binary: (base64) => quote(addMark('B', base64)),
  strings: (members) => sortStrings(members).map((member) => quote(addMark('s', member))),
  numbers: (members) => sortNumbers(members).map((member) => quote(addMark('n', expandExponent(member)))),
  binaries: (members) => sortStrings(members).map((member) => quote(addMark('b', member))),
};

/** JSON for users: numbers are JSON numbers with all their digits. */
const PLAIN: JsonStyle = {
  number: toPlainNumber,
  text: quote,
  binary: quote,
  strings: (members) => sortStrings(members).map(quote),
  numbers: (members) => sortNumbers(members).map(toPlainNumber),
  binaries: (members) => sortStrings(members).map(quote),
  names: (names) => names,
};

/** A DynamoDB value as a document inside DuckDB. */
export function toEngineJson(value: AttributeValue): string {
  return print(value, ENGINE);
}

export function itemToEngineJson(item: AttributeMap): string {
  return printMap(item, ENGINE);
}

/** A DynamoDB value as a document inside DuckDB that keeps the DynamoDB type of each value. */
export function toTypedJson(value: AttributeValue): string {
  return print(value, TYPED);
}

export function itemToTypedJson(item: AttributeMap): string {
  return printMap(item, TYPED);
}

/**
 * A DynamoDB value as JSON for users: `{"M":{"a":{"N":"1.10"}}}` becomes `{"a":1.1}`. Sets become arrays, and binary is base64.
 */
export function toPlainJson(value: AttributeValue): string {
  return print(value, PLAIN);
}

/** A whole item as JSON for users. */
export function itemToPlainJson(item: AttributeMap): string {
  return printMap(item, PLAIN);
}

function print(value: AttributeValue, style: JsonStyle): string {
  if ('S' in value) return style.text(value.S);
  if ('N' in value) return style.number(value.N);
  if ('M' in value) return printMap(value.M, style);
  if ('L' in value) return `[${value.L.map((item) => print(item, style)).join(',')}]`;
  if ('BOOL' in value) return value.BOOL ? 'true' : 'false';
  if ('NULL' in value) return 'null';
  if ('B' in value) return style.binary(value.B);
  if ('SS' in value) return `[${style.strings(value.SS).join(',')}]`;
  return `[${('NS' in value ? style.numbers(value.NS) : style.binaries(value.BS)).join(',')}]`;
}

function printMap(map: AttributeMap, style: JsonStyle): string {
  const members: string[] = [];
  for (const name of style.names(Object.keys(map))) {
    const value = map[name];
    if (value !== undefined) members.push(`${JSON.stringify(name)}:${print(value, style)}`);
  }
  return `{${members.join(',')}}`;
}

/** jsonb's order of members. */
function sortNames(names: readonly string[]): readonly string[] {
  return names.length < 2 ? names : names.toSorted(compareKeys);
}

function toPlainNumber(digits: string): string {
  const value = toNumberValue(digits);
  const text = String(value);
  return typeof value !== 'number' || text.includes('e') ? expandExponent(digits) : text;
}

/** A DynamoDB value as a JavaScript value: sets are arrays, binary is base64, numbers as `toNumberValue` has them. */
export function toPlainValue(value: AttributeValue): Value {
  if ('S' in value) return value.S;
  if ('N' in value) return toNumberValue(value.N);
  if ('M' in value) return toPlainItem(value.M);
  if ('L' in value) return value.L.map(toPlainValue);
  if ('BOOL' in value) return value.BOOL;
  if ('NULL' in value) return null;
  if ('NS' in value) return sortNumbers(value.NS).map(toNumberValue);
  if ('B' in value) return value.B;
  return sortStrings('SS' in value ? value.SS : value.BS);
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
