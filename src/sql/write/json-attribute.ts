import { abbreviate } from '../../core/abbreviate.ts';
import { DriverError, getErrorMessage } from '../../core/errors.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { MARK, type Mark, type MarkKind, parseMark, unescapeMarks } from '../types/document-marks.ts';

/** Matches strings too, so that digits inside a string are not mistaken for a number. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;
const NUMBER_MARK = '\u0000number';
/** JavaScript prints shorter numbers exactly as they were written. */
const LONG_NUMBER = /\d[\d.]{15}|\d[eE]/;

type Marked = string | number | boolean | null | readonly Marked[] | { readonly [name: string]: Marked };

/** JSON as a DynamoDB value: objects become maps, arrays lists, and numbers keep all their digits. */
export function parseJsonAttribute(text: string): AttributeValue {
  return convert(LONG_NUMBER.test(text) ? parseExactly(text) : parseOrThrow(text, () => JSON.parse(text)));
}

/** A document from inside DuckDB, with the DynamoDB types that its marks say. `label` is the column's name in messages. */
export function parseTypedDocument(text: string, label: string): AttributeValue {
  const parsed = LONG_NUMBER.test(text) ? parseExactly(text) : parseOrThrow(text, () => JSON.parse(text));
  return text.includes(MARK) ? convert(parsed, (inner) => readMarked(inner, label)) : convert(parsed);
}

/** A marked string, or an array that is a set; undefined for others. */
function readMarked(value: string | readonly Marked[], label: string): AttributeValue | undefined {
  if (typeof value === 'string') {
    const mark = parseMark(value);
    return mark === undefined ? { S: unescapeMarks(value) } : readMark(mark);
  }
  const marks = value.map((item) => (typeof item === 'string' ? parseMark(item) : undefined));
  const kinds = new Set(marks.flatMap((mark) => (mark === undefined ? [] : (SETS.get(mark.kind) ?? []))));
  const [set] = kinds;
  if (set === undefined) return undefined;
  const members = value.map((item, i) => {
    const member =
      marks[i] === undefined ? convert(item, (inner) => readMarked(inner, label)) : readMark(marks[i]);
    const content = Object.hasOwn(member, set.charAt(0)) ? Object.values(member)[0] : undefined;
    if (kinds.size > 1 || typeof content !== 'string')
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        `cannot store an array in column "${label}" that has members of a set and other values`,
        { remedy: 'Build the array of values of one type.' },
      );
    return content;
  });
  const distinct = [...new Set(members)];
  return set === 'SS' ? { SS: distinct } : set === 'NS' ? { NS: distinct } : { BS: distinct };
}

const SETS: ReadonlyMap<MarkKind, 'SS' | 'NS' | 'BS'> = new Map([
  ['s', 'SS'],
  ['n', 'NS'],
  ['b', 'BS'],
]);

function readMark({ kind, content }: Mark): AttributeValue {
  switch (kind) {
    case 'N':
    case 'n':
      return { N: content };
    case 'B':
    case 'b':
      return { B: content };
    case 's':
      return { S: content };
  }
}

/** A value in DynamoDB's JSON format: `{"S":"x"}` or `{"NS":["1","2"]}`. */
export function parseDynamoJson(text: string): AttributeValue {
  return readTyped(parseExactly(text), text);
}

/** A JSON object whose numbers need not be exact, because DynamoDB's JSON format has them as strings. */
export function parseMembers(text: string): Readonly<Record<string, unknown>> {
  const parsed = parseOrThrow(text, () => JSON.parse(text));
  return isMap(parsed) ? parsed : {};
}

/** An item in DynamoDB's JSON format: `{"id":{"S":"x"}}`. `text`: where it comes from, for messages. */
export function readDynamoJsonItem(item: unknown, text: string): AttributeMap {
  return mapMembers(isJsonMap(item) ? item : {}, (member) => readTyped(member, text));
}

const TYPES: ReadonlySet<string> = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS']);

/** Tells an attribute named "Item" from an export's "Item": the attribute holds one type and its value. */
export function isTypedValue(value: unknown): boolean {
  const [entry, ...others] = isJsonMap(value) ? Object.entries(value) : [];
  return (
    entry !== undefined &&
    others.length === 0 &&
    TYPES.has(entry[0]) &&
    !(isMap(entry[1]) && entry[0] !== 'M')
  );
}

function parseOrThrow(text: string, parse: () => Marked): Marked {
  try {
    return parse();
  } catch (error) {
    throw new DriverError(
      'SQL_BAD_VALUE',
      `invalid input syntax for type json: ${abbreviate(text)}: ${getErrorMessage(error)}`,
    );
  }
}

function parseExactly(text: string): Marked {
  return parseOrThrow(text, () => {
    // Marking numbers must not turn invalid JSON into valid JSON.
    JSON.parse(text);
    return JSON.parse(
      text.replace(STRING_OR_NUMBER, (token) =>
        token.startsWith('"') ? token : `{${JSON.stringify(NUMBER_MARK)}:"${token}"}`,
      ),
    );
  });
}

function convert(
  value: Marked,
  readSpecial: (value: string | readonly Marked[]) => AttributeValue | undefined = () => undefined,
): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return readSpecial(value) ?? { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  const inside = (inner: Marked): AttributeValue => convert(inner, readSpecial);
  if (isList(value)) return readSpecial(value) ?? { L: value.map(inside) };
  const digits = value[NUMBER_MARK];
  if (typeof digits === 'string') return { N: digits };
  return { M: mapMembers(value, inside) };
}

function readTyped(value: Marked, text: string): AttributeValue {
  const [entry, ...others] = isMap(value) ? Object.entries(value) : [];
  const [type, inner] = entry ?? [];
  const result = others.length === 0 && type !== undefined ? readTypedAs(type, inner, text) : undefined;
  if (result === undefined)
    throw new DriverError('SQL_BAD_VALUE', `${abbreviate(text)} is not in DynamoDB's JSON format`, {
      remedy: 'Write each value as an object of its type and value, as in {"S":"text"}.',
    });
  return result;
}

function readTypedAs(type: string, inner: Marked | undefined, text: string): AttributeValue | undefined {
  const strings = isList(inner) && inner.every((member) => typeof member === 'string') ? inner : undefined;
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
      return isList(inner) ? { L: inner.map((member) => readTyped(member, text)) } : undefined;
    case 'M':
      return isMap(inner) ? { M: mapMembers(inner, (member) => readTyped(member, text)) } : undefined;
    case 'SS':
      return strings && { SS: strings };
    case 'NS':
      return strings && { NS: strings };
    case 'BS':
      return strings?.every(isBase64) ? { BS: strings } : undefined;
    default:
      return undefined;
  }
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text);
}

function mapMembers(
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

/** Sets a member, even one named `__proto__`. */
export function setMember(map: Record<string, AttributeValue>, name: string, value: AttributeValue): void {
  if (name === '__proto__')
    Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
  else map[name] = value;
}

function isList(value: Marked | undefined): value is readonly Marked[] {
  return Array.isArray(value);
}

function isMap(value: Marked | undefined): value is { readonly [name: string]: Marked } {
  return isJsonMap(value);
}

function isJsonMap(value: unknown): value is { readonly [name: string]: Marked } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
