import { compareKeys, type JsonNode, parseJson } from './json-text.ts';
import { parseExactNumber } from './exact-number.ts';
import { encodeNumberKey } from './number-key.ts';

/**
 * A string for each JSON document. Their order by code points is the order that PostgreSQL gives the documents as jsonb:
 * Object > Array > Boolean > Number > String > Null, arrays and objects by their number of elements first.
 * https://www.postgresql.org/docs/15/datatype-json.html#JSON-INDEXING
 */
export function toJsonOrderKey(json: string): string {
  const node = parseJson(json);
  // For historical reasons PostgreSQL sorts an empty array before all scalars, unless it is inside of a document.
  if (Array.isArray(node) && node.length === 0) return RANKS.emptyArray;
  // Nothing follows a string that is the whole document.
  return typeof node === 'string' ? RANKS.string + node : formatKey(node);
}

/** The first characters of keys. */
export const RANKS = {
  emptyArray: '0',
  null: '1',
  string: '2',
  number: '3',
  boolean: '4',
  array: '5',
  object: '6',
} as const;

/** Ends a string or number in a key. It is lower than any character that may stand there instead. */
const END = '\u0001';

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\u0000', '\u0002\u0001'],
  ['\u0001', '\u0002\u0002'],
  ['\u0002', '\u0002\u0003'],
]);

function formatKey(node: JsonNode): string {
  if (node === null) return RANKS.null;
  if (typeof node === 'string') return RANKS.string + formatString(node);
  if (typeof node === 'boolean') return `${RANKS.boolean}${node ? 't' : 'f'}`;
  if ('number' in node) return RANKS.number + formatNumber(node.number) + END;
  if (node instanceof Map) {
    const members = [...node].toSorted(([a], [b]) => compareKeys(a, b));
    return `${RANKS.object}${formatCount(members.length)}${members.map(([name, value]) => formatString(name) + formatKey(value)).join('')}`;
  }
  return Array.isArray(node)
    ? `${RANKS.array}${formatCount(node.length)}${node.map(formatKey).join('')}`
    : '';
}

function formatNumber(digits: string): string {
  const number = parseExactNumber(digits);
  if (number === undefined) throw new RangeError(`the number ${digits} does not fit numeric`);
  return encodeNumberKey(number);
}

function formatString(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\0-\x02]/g, (character) => ESCAPES.get(character) ?? '') + END;
}

function formatCount(count: number): string {
  return String(count).padStart(9, '0');
}
