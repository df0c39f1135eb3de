import {
  isNumberMark,
  MARK,
  parseMark,
  toEngineNumber,
  toMarkedNumber,
  unescapeMarks,
} from './document-marks.ts';
import { toNumberValue } from './number-value.ts';
import { sortNumbers, sortStrings } from './set-order.ts';
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

/** Whether a string is JSON, as PostgreSQL's type json has it. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Reads a document inside DuckDB: marked numbers as numbers, other marked strings as a user sees them. */
export function parseJson(text: string): JsonNode {
  return read(text, text.includes(MARK) ? toPlainNode : identity);
}

/** Reads a document inside DuckDB, keeping marked strings as they are. */
export function parseMarkedJson(text: string): JsonNode {
  return read(text, identity);
}

function identity(text: string): string {
  return text;
}

function toPlainNode(text: string): JsonNode {
  const mark = parseMark(text);
  if (mark === undefined) return unescapeMarks(text);
  return isNumberMark(mark.kind) ? { number: mark.content } : mark.content;
}

/** Reads JSON text; of equal keys the last counts. */
function read(text: string, fromString: (text: string) => JsonNode): JsonNode {
  const parsed: Value = JSON.parse(text);
  if (!DIGITS_TO_KEEP.test(text)) return toNode(parsed, fromString);
  // Its numbers have lost digits.
  const tokens = [...text.matchAll(TOKEN)].map(([, token = '']) => token);
  let at = 0;
  const readNode = (): JsonNode => {
    const token = tokens[at++] ?? '';
    if (token === '[')
      return untilEnd(']', new Array<JsonNode>(), (items) => {
        items.push(readNode());
      });
    if (token === '{')
      return untilEnd('}', new Map<string, JsonNode>(), (members) => {
        const key: string = JSON.parse(tokens[at] ?? '');
        at += 2;
        members.set(key, readNode());
      });
    if (token.startsWith('"')) return fromString(JSON.parse(token));
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
  return readNode();
}

/** A number that a double may not print as it is spelled. */
const DIGITS_TO_KEEP = /\d[.eE]|\d{16}/;

function toNode(value: Value, fromString: (text: string) => JsonNode): JsonNode {
  if (typeof value === 'string') return fromString(value);
  if (typeof value === 'number') return { number: String(value) };
  if (value === null || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map((item: Value) => toNode(item, fromString));
  return new Map(
    Object.entries(value).map(([key, member]): [string, JsonNode] => [key, toNode(member, fromString)]),
  );
}

/** How a document's scalars are printed. */
interface ScalarFormat {
  readonly number: (digits: string) => string;
  readonly string: (text: string) => string;
}

const PLAIN: ScalarFormat = { number: formatPlainNumber, string: (text) => JSON.stringify(text) };
const MARKED: ScalarFormat = { ...PLAIN, number: toMarkedNumber };
const COMPARABLE: ScalarFormat = {
  number: toEngineNumber,
  string: (text) => {
    const mark = parseMark(text);
    return mark?.kind === 'N' ? toEngineNumber(mark.content) : JSON.stringify(text);
  },
};

/** A document in jsonb's normal form: shorter keys first, one blank after each comma and colon. */
export function formatJsonb(node: JsonNode, format: ScalarFormat = PLAIN): string {
  const print = (inner: JsonNode): string => formatJsonb(inner, format);
  if (typeof node === 'string') return format.string(node);
  if (node === null || typeof node === 'boolean') return String(node);
  if ('number' in node) return format.number(node.number);
  if (node instanceof Map) {
    const members = [...node].toSorted(([a], [b]) => compareKeys(a, b));
    return `{${members.map(([key, value]) => `${JSON.stringify(key)}: ${print(value)}`).join(', ')}}`;
  }
  return Array.isArray(node) ? `[${node.map(print).join(', ')}]` : '';
}

/** The same inside DuckDB, from a document whose marked strings were kept. */
export function formatMarkedJsonb(node: JsonNode): string {
  return formatJsonb(node, MARKED);
}

/** A document inside DuckDB as JSON for users, in jsonb's normal form. */
export function normalizeJson(text: string): string {
  return formatJsonb(parseJson(text));
}

/** A document inside DuckDB in jsonb's normal form, for use inside DuckDB. */
export function normalizeMarkedJson(text: string): string {
  return formatMarkedJsonb(parseMarkedJson(text));
}

/**
 * One form for equal documents inside DuckDB, regardless of the order of members and of zeros in numbers; undefined for text
 * that is not JSON.
 */
export function toComparableJson(text: string): string | undefined {
  try {
    return formatJsonb(parseMarkedJson(text), COMPARABLE);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
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

/** The same for an array that is compared with sets, whose members have one order. Other documents stay as they are. */
export function toComparableSet(comparable: string): string {
  const node = parseMarkedJson(comparable);
  if (!Array.isArray(node)) return comparable;
  const texts = node.filter((item) => typeof item === 'string');
  if (texts.length === node.length && !texts.some((text) => parseMark(text)?.kind === 'N'))
    return formatJsonb([...new Set(sortStrings(texts))], COMPARABLE);
  const numbers = node.flatMap((item) => getDigits(item) ?? []);
  if (numbers.length < node.length) return comparable;
  return formatJsonb(
    [...new Set(sortNumbers(numbers))].map((digits) => ({ number: digits })),
    COMPARABLE,
  );
}

/** The digits of a number, marked or not. */
function getDigits(node: JsonNode): string | undefined {
  if (typeof node === 'string') return parseMark(node)?.content;
  return typeof node === 'object' && node !== null && 'number' in node ? node.number : undefined;
}

/** The order of an object's members in jsonb: shorter names first, then by bytes. */
export function compareKeys(a: string, b: string): number {
  if (!NOT_ASCII.test(a) && !NOT_ASCII.test(b)) return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length - right.length || Buffer.compare(left, right);
}

const NOT_ASCII = /[^\0-\x7F]/;

const LONG_NUMBER = /\d[\d.]{15}|\d[eE]/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;
const DIGITS = '\u0000number';

/** JSON as a JavaScript value; numbers that a double cannot hold follow the rule of `Value`. */
export function parseDocument(text: string): Value {
  return LONG_NUMBER.test(text) ? parseExactly(text, identity) : JSON.parse(text);
}

/** A document inside DuckDB as a JavaScript value. */
export function parseEngineDocument(text: string): Value {
  return text.includes(MARK) ? parseExactly(text, toPlainScalar) : parseDocument(text);
}

function toPlainScalar(text: string): Value {
  const mark = parseMark(text);
  if (mark === undefined) return unescapeMarks(text);
  return isNumberMark(mark.kind) ? toNumberValue(mark.content) : mark.content;
}

function parseExactly(text: string, toScalar: (text: string) => Value): Value {
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') ? token : `{${JSON.stringify(DIGITS)}:"${token}"}`,
  );
  return JSON.parse(marked, (name, value: Value) => {
    if (typeof value === 'string') return name === DIGITS ? value : toScalar(value);
    const digits = hasDigits(value) ? value[DIGITS] : undefined;
    return typeof digits === 'string' ? toNumberValue(digits) : value;
  });
}

function hasDigits(value: Value): value is { readonly [DIGITS]: Value } {
  return value !== null && typeof value === 'object' && DIGITS in value;
}
