import { DriverError, messageOf } from '../../core/errors.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';

/** Strings are passed over, so that only numbers outside them are found. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;
const MARK = '\u0000number';
/** Numbers of fewer digits are the same when JavaScript prints them. */
const LONG_NUMBER = /\d[\d.]{15}|\d[eE]/;

type Marked = string | number | boolean | null | readonly Marked[] | { readonly [name: string]: Marked };

/** JSON as DynamoDB stores it: objects are maps, arrays are lists, numbers keep their digits. */
export function attributeOfJson(text: string): AttributeValue {
  return convert(LONG_NUMBER.test(text) ? parseExactly(text) : parsedAs(text, () => JSON.parse(text)));
}

/** DynamoDB's own JSON, as in `{"S":"x"}` or `{"NS":["1","2"]}`. */
export function attributeOfDynamoJson(text: string): AttributeValue {
  return typed(parseExactly(text), text);
}

/** An item in DynamoDB's JSON: `{"id":{"S":"x"}}`, alone or as `{"Item":{…}}`. */
export function itemOfDynamoJson(text: string): AttributeMap {
  // Its numbers are text, so that nothing is rounded here.
  const parsed = parsedAs(text, () => JSON.parse(text));
  const whole = isMap(parsed) ? parsed : {};
  const { Item: inner, ...others } = whole;
  const isExport = isMap(inner) && Object.keys(others).length === 0 && !isTyped(inner);
  return mapped(isExport ? inner : whole, (member) => typed(member, text));
}

const TYPES: ReadonlySet<string> = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS']);

/** An attribute may be called Item: then it holds one type and its value, and no attributes. */
function isTyped(members: { readonly [name: string]: Marked }): boolean {
  const [entry, ...others] = Object.entries(members);
  return (
    entry !== undefined &&
    others.length === 0 &&
    TYPES.has(entry[0]) &&
    !(isMap(entry[1]) && entry[0] !== 'M')
  );
}

function parsedAs(text: string, parse: () => Marked): Marked {
  try {
    return parse();
  } catch (error) {
    throw new DriverError('SQL_BAD_VALUE', `${shortened(text)} is no JSON: ${messageOf(error)}.`);
  }
}

function parseExactly(text: string): Marked {
  return parsedAs(text, () => {
    // What is no JSON must not become JSON by the marks.
    JSON.parse(text);
    return JSON.parse(
      text.replace(STRING_OR_NUMBER, (token) =>
        token.startsWith('"') ? token : `{${JSON.stringify(MARK)}:"${token}"}`,
      ),
    );
  });
}

function convert(value: Marked): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (isList(value)) return { L: value.map(convert) };
  const digits = value[MARK];
  if (typeof digits === 'string') return { N: digits };
  return { M: mapped(value, convert) };
}

function typed(value: Marked, text: string): AttributeValue {
  const [entry, ...others] = isMap(value) ? Object.entries(value) : [];
  const [type, inner] = entry ?? [];
  const result = others.length === 0 && type !== undefined ? typedAs(type, inner, text) : undefined;
  if (result === undefined)
    throw new DriverError(
      'SQL_BAD_VALUE',
      `${shortened(text)} is not in DynamoDB's JSON, where a value is one type and its value, as in {"S":"text"}.`,
    );
  return result;
}

function typedAs(type: string, inner: Marked | undefined, text: string): AttributeValue | undefined {
  const texts = isList(inner) && inner.every((member) => typeof member === 'string') ? inner : undefined;
  switch (type) {
    case 'S':
      return typeof inner === 'string' ? { S: inner } : undefined;
    case 'N':
      return typeof inner === 'string' ? { N: inner } : undefined;
    case 'B':
      return typeof inner === 'string' && isBase64(inner) ? { B: inner } : undefined;
    case 'BOOL':
      return typeof inner === 'boolean' ? { BOOL: inner } : undefined;
    case 'NULL':
      return inner === true ? { NULL: true } : undefined;
    case 'L':
      return isList(inner) ? { L: inner.map((member) => typed(member, text)) } : undefined;
    case 'M':
      return isMap(inner) ? { M: mapped(inner, (member) => typed(member, text)) } : undefined;
    case 'SS':
      return texts && { SS: texts };
    case 'NS':
      return texts && { NS: texts };
    case 'BS':
      return texts?.every(isBase64) ? { BS: texts } : undefined;
    default:
      return undefined;
  }
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text);
}

function mapped(
  members: { readonly [name: string]: Marked },
  change: (value: Marked) => AttributeValue,
): AttributeMap {
  const map: Record<string, AttributeValue> = {};
  for (const name of Object.keys(members)) {
    const member = members[name];
    if (member !== undefined) setMember(map, name, change(member));
  }
  return map;
}

/** Also for the name `__proto__`. */
export function setMember(map: Record<string, AttributeValue>, name: string, value: AttributeValue): void {
  if (name === '__proto__')
    Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
  else map[name] = value;
}

function isList(value: Marked | undefined): value is readonly Marked[] {
  return Array.isArray(value);
}

function isMap(value: Marked | undefined): value is { readonly [name: string]: Marked } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const SHOWN = 60;

/** A value for a message: what is long is cut. */
export function shortened(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
