import { toDocumentNumber, toNumberValue } from './number-value.ts';
import type { Value } from './value.ts';

/** A document as text: `json` without blanks, `jsonb` in its normal form. */
export function formatDocument(value: Value, type: 'json' | 'jsonb'): string {
  const [comma, colon] = type === 'jsonb' ? [', ', ': '] : [',', ':'];
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map((item: Value) => formatDocument(item, type)).join(comma)}]`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value instanceof Date) return JSON.stringify(value);
  const names = Object.keys(value);
  const members = Object.entries(value).map(([name, member]): [string, Value] => [name, member]);
  if (type === 'jsonb' && names.length > 1) members.sort(([a], [b]) => compareKeys(a, b));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}${colon}${formatDocument(member, type)}`).join(comma)}}`;
}

/** A document in which numbers keep their digits. */
export type JsonNode =
  | string
  | boolean
  | null
  | { readonly number: string }
  | readonly JsonNode[]
  | ReadonlyMap<string, JsonNode>;

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[-+.\w]+|[[\]{}:,])/gsy;
const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Reads JSON text; of equal keys the last counts. */
export function parseJson(text: string): JsonNode {
  // Only for its syntax errors: its numbers have lost digits.
  JSON.parse(text);
  const tokens = [...text.matchAll(TOKEN)].map(([, token = '']) => token);
  let at = 0;
  const read = (): JsonNode => {
    const token = tokens[at++] ?? '';
    if (token === '[')
      return untilEnd(']', new Array<JsonNode>(), (items) => {
        items.push(read());
      });
    if (token === '{')
      return untilEnd('}', new Map<string, JsonNode>(), (members) => {
        const key: string = JSON.parse(tokens[at] ?? '');
        at += 2;
        members.set(key, read());
      });
    if (token.startsWith('"')) return JSON.parse(token);
    return WORDS.get(token) ?? (token === 'null' ? null : { number: token });
  };
  const untilEnd = <T>(end: string, into: T, one: (into: T) => void): T => {
    while (tokens[at] !== end) {
      one(into);
      if (tokens[at] === ',') at++;
    }
    at++;
    return into;
  };
  return read();
}

/** A document in jsonb's normal form: shorter keys first, one blank after each comma and colon. */
export function formatJsonb(
  node: JsonNode,
  numberText: (digits: string) => string = formatPlainNumber,
): string {
  const print = (inner: JsonNode): string => formatJsonb(inner, numberText);
  if (node === null || typeof node !== 'object') return JSON.stringify(node);
  if ('number' in node) return numberText(node.number);
  if (node instanceof Map) {
    const members = [...node].toSorted(([a], [b]) => compareKeys(a, b));
    return `{${members.map(([key, value]) => `${JSON.stringify(key)}: ${print(value)}`).join(', ')}}`;
  }
  return Array.isArray(node) ? `[${node.map(print).join(', ')}]` : '';
}

/** JSON text in jsonb's normal form. */
export function normalizeJson(text: string): string {
  return formatJsonb(parseJson(text));
}

/** One form for equal documents, regardless of the order of members and of zeros in numbers; undefined for text that is not JSON. */
export function toComparableJson(text: string): string | undefined {
  try {
    return formatJsonb(parseJson(text), formatJsonNumber);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A number as the driver's documents hold it: without zeros at its end, and as a string where JSON tools would round it. */
export function formatJsonNumber(digits: string): string {
  const value = toDocumentNumber(digits);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** jsonb keeps numbers as numeric: `1e2` is `100`. */
function formatPlainNumber(token: string): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?[eE]([-+]?\d+)$/.exec(token);
  if (found === null) return token;
  const [, sign = '', whole = '', fraction = '', power = '0'] = found;
  const digits = whole + fraction;
  const point = whole.length + Number(power);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  const all = digits.padEnd(point, '0').replace(/^0+(?=\d)/, '');
  const after = digits.slice(point);
  return `${sign}${after === '' ? all : `${all.slice(0, all.length - after.length)}.${after}`}`;
}

/** The order of an object's members in jsonb: shorter names first, then by bytes. */
export function compareKeys(a: string, b: string): number {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length - right.length || Buffer.compare(left, right);
}

const LONG_NUMBER = /\d[\d.]{15}|\d[eE]/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;
const MARK = '\u0000number';

/** JSON as a JavaScript value; numbers that a double cannot hold follow the rule of `Value`. */
export function parseDocument(text: string): Value {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') ? token : `{${JSON.stringify(MARK)}:"${token}"}`,
  );
  return JSON.parse(marked, (_, value: Value) => {
    const digits = isMarked(value) ? value[MARK] : undefined;
    return typeof digits === 'string' ? toNumberValue(digits) : value;
  });
}

function isMarked(value: Value): value is { readonly [MARK]: Value } {
  return value !== null && typeof value === 'object' && MARK in value;
}
