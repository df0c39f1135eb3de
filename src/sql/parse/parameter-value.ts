import { DriverError, getErrorMessage } from '../../core/errors.ts';
import { hasLoneSurrogate, LONE_SURROGATE_FOUND } from '../../core/surrogates.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { formatPreciseDate } from '../types/precise-date.ts';

/** The value of a parameter as an SQL literal. */
export type ParameterLiteral =
  | { readonly kind: 'null' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** As JavaScript formats numbers: decimal digits, perhaps an exponent; or `NaN`, `Infinity`, `-Infinity`. */
  | { readonly kind: 'number'; readonly text: string }
  /** ISO 8601 in UTC. */
  | { readonly kind: 'timestamp'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** `set`: a Set, which is written as a set of DynamoDB. Its members are all strings, all numbers or all bytes. */
  | { readonly kind: 'array'; readonly items: readonly ParameterLiteral[]; readonly set?: true }
  /** An object or a Map: a map of DynamoDB. */
  | { readonly kind: 'document'; readonly value: AttributeValue };

/** The value of a parameter. Throws SQL_BAD_VALUE for what SQL has no value for. */
export function toParameterLiteral(value: unknown, parameter: string): ParameterLiteral {
  switch (typeof value) {
    case 'undefined':
      return { kind: 'null' };
    case 'string':
      if (value.includes('\0'))
        throw invalidValue(parameter, 'a string with a NUL character, which SQL cannot store');
      if (hasLoneSurrogate(value)) throw invalidValue(parameter, `a string with ${LONE_SURROGATE_FOUND}`);
      return { kind: 'text', text: value };
    case 'boolean':
      return { kind: 'boolean', value };
    case 'bigint':
      return { kind: 'number', text: value.toString() };
    case 'number':
      return { kind: 'number', text: String(value) };
    case 'object':
      return value === null ? { kind: 'null' } : readObject(value, parameter);
    case 'symbol':
    case 'function':
      throw invalidValue(parameter, `a ${typeof value}`);
  }
}

/** Getters and toJSON methods are the caller's code. */
function readObject(value: object, parameter: string): ParameterLiteral {
  try {
    return objectToLiteral(value, parameter, []);
  } catch (error) {
    if (error instanceof DriverError) throw error;
    throw new DriverError(
      'SQL_BAD_VALUE',
      `invalid value for parameter ${parameter}: an object that cannot be read: ${getErrorMessage(error)}`,
      { cause: error },
    );
  }
}

function objectToLiteral(value: object, parameter: string, around: readonly object[]): ParameterLiteral {
  const scalar = scalarObject(value, parameter);
  if (scalar !== undefined) return scalar;
  const inside = enter(value, parameter, around);
  const item = (each: unknown): ParameterLiteral =>
    typeof each === 'object' && each !== null
      ? objectToLiteral(each, parameter, inside)
      : toParameterLiteral(each, parameter);
  if (Array.isArray(value)) return { kind: 'array', items: Array.from(value, item) };
  if (value instanceof Set) return toSetLiteral([...value].map(item), parameter);
  const numbers = typedNumbers(value);
  if (numbers !== undefined) return { kind: 'array', items: numbers.map(item) };
  const plain = fromJson(value);
  if (plain !== value) return item(plain);
  return { kind: 'document', value: toMap(value, parameter, inside) };
}

/** Dates and binary values; undefined for others. */
function scalarObject(value: object, parameter: string): ParameterLiteral | undefined {
  if (value instanceof Date) return timestamp(value, parameter);
  if (value instanceof Uint8Array && !(value instanceof Uint8ClampedArray))
    return { kind: 'bytes', bytes: value };
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
    return { kind: 'bytes', bytes: new Uint8Array(value) };
  if (value instanceof DataView)
    return { kind: 'bytes', bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) };
  return undefined;
}

function timestamp(date: Date, parameter: string): ParameterLiteral {
  const year = date.getUTCFullYear();
  if (Number.isNaN(year)) throw invalidValue(parameter, 'an invalid Date');
  if (year < 1 || year > 9999)
    throw invalidValue(parameter, `a Date in the year ${year}; years from 1 to 9999 are supported`);
  return { kind: 'timestamp', text: formatPreciseDate(date) };
}

/** The elements of Int32Array, Float64Array, BigInt64Array and the like; bytes are binary instead. */
function typedNumbers(value: object): readonly unknown[] | undefined {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  return Symbol.iterator in value && isIterable(value) ? Array.from(value) : undefined;
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}

/** What the object is in JSON, where it says so, as decimals and dates of libraries do. */
function fromJson(value: object): unknown {
  return 'toJSON' in value && typeof value.toJSON === 'function'
    ? Reflect.apply(value.toJSON, value, [])
    : value;
}

/** The members of a Set in one of DynamoDB's sets, or the elements of the array that conditions see. */
function toSetLiteral(items: readonly ParameterLiteral[], parameter: string): ParameterLiteral {
  const [first] = items;
  const isMember = first?.kind === 'text' || first?.kind === 'number' || first?.kind === 'bytes';
  if (first !== undefined && (!isMember || items.some(({ kind }) => kind !== first.kind)))
    throw invalidValue(
      parameter,
      'a Set whose members are not all strings, all numbers or all bytes, as in the sets of DynamoDB',
    );
  return { kind: 'array', items, set: true };
}

/** The deepest value that DynamoDB stores. */
const MAX_DEPTH = 32;

/** The objects around a member; throws if the object is one of them, or lies too deep. */
function enter(value: object, parameter: string, around: readonly object[]): readonly object[] {
  if (around.includes(value)) throw invalidValue(parameter, 'an object that contains itself');
  if (around.length >= MAX_DEPTH)
    throw invalidValue(
      parameter,
      `an object of more than ${MAX_DEPTH} levels, which DynamoDB does not store`,
    );
  return [...around, value];
}

function toMap(value: object, parameter: string, around: readonly object[]): AttributeValue {
  const entries = value instanceof Map ? [...value] : Object.entries(assertPlain(value, parameter));
  const members = entries.flatMap(([name, member]: [unknown, unknown]): [string, AttributeValue][] => {
    if (typeof name !== 'string') throw invalidValue(parameter, `a Map with a key that is a ${typeof name}`);
    if (hasLoneSurrogate(name)) throw invalidValue(parameter, `a key with ${LONE_SURROGATE_FOUND}`);
    // As in JSON, a member without a value is left out.
    return member === undefined ? [] : [[name, toMember(member, parameter, around)]];
  });
  return { M: Object.fromEntries(members) };
}

/** Boxed values, promises, regular expressions and the like have no members to store. */
function assertPlain(value: object, parameter: string): object {
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (tag === 'Object') return value;
  throw invalidValue(parameter, `an object of the class ${tag}`);
}

function toMember(value: unknown, parameter: string, around: readonly object[]): AttributeValue {
  const literal =
    typeof value === 'object' && value !== null
      ? objectToLiteral(value, parameter, around)
      : // DynamoDB stores NUL characters, and documents are not cut at them.
        typeof value === 'string' && value.includes('\0') && !hasLoneSurrogate(value)
        ? ({ kind: 'text', text: value } as const)
        : toParameterLiteral(value, parameter);
  return literalToAttribute(literal, parameter);
}

/** A parameter as DynamoDB stores it: a timestamp as ISO 8601 text. Throws for what DynamoDB has no value for. */
export function literalToAttribute(literal: ParameterLiteral, parameter?: string): AttributeValue {
  switch (literal.kind) {
    case 'null':
      return { NULL: true };
    case 'text':
    case 'timestamp':
      return { S: literal.text };
    case 'boolean':
      return { BOOL: literal.value };
    case 'bytes':
      return { B: toBase64(literal.bytes) };
    case 'document':
      return literal.value;
    case 'array':
      return literal.set === true
        ? toSetAttribute(literal.items, parameter)
        : { L: literal.items.map((item) => literalToAttribute(item, parameter)) };
    case 'number':
      return { N: toDigits(literal.text, parameter) };
  }
}

function toDigits(text: string, parameter: string | undefined): string {
  if (/[Ia]/.test(text)) throw invalidValue(parameter, `${text}, which DynamoDB numbers cannot hold`);
  return Object.is(Number(text), -0) ? '0' : text;
}

/** A set without the duplicates that JavaScript tells apart: 1 and 1n, or equal bytes. */
function toSetAttribute(items: readonly ParameterLiteral[], parameter: string | undefined): AttributeValue {
  const [first] = items;
  if (first === undefined)
    throw new DriverError(
      'SQL_BAD_VALUE',
      `invalid value for ${parameter === undefined ? 'a parameter' : `parameter ${parameter}`}: an empty Set, but DynamoDB has no empty sets`,
      {
        remedy: 'Pass null, or write DEFAULT to leave the attribute out.',
      },
    );
  const texts = items.flatMap((item) =>
    item.kind === 'text'
      ? [item.text]
      : item.kind === 'number'
        ? [toDigits(item.text, parameter)]
        : item.kind === 'bytes'
          ? [toBase64(item.bytes)]
          : [],
  );
  const members = [...new Set(texts)];
  if (first.kind === 'text') return { SS: members };
  return first.kind === 'number' ? { NS: members } : { BS: members };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function invalidValue(parameter: string | undefined, found: string): DriverError {
  const which = parameter === undefined ? 'a parameter' : `parameter ${parameter}`;
  return new DriverError('SQL_BAD_VALUE', `invalid value for ${which}: ${found}`, {
    remedy:
      'Pass a string, number, bigint, boolean, null, Date, Uint8Array, plain object, Map, Set, typed array, or an array of these.',
  });
}
