import { toMarkedNumber } from '../../types/document-marks.ts';
import { formatExactNumber } from '../../types/exact-number.ts';
import { type JsonNode, parseMarkedJson } from '../../types/json-text.ts';
import { decodeNumberKey } from '../../types/number-key.ts';
import { formatNumber, STORED_SCALE } from '../../types/number-text.ts';

/** A type of DuckDB, as far as its JSON differs from PostgreSQL's. */
type Shape =
  | { readonly kind: 'time' }
  /** A DECIMAL of the columns of tables, whose zeros at the end of the fraction are not DynamoDB's. */
  | { readonly kind: 'decimal' }
  /** A number of any digits. */
  | { readonly kind: 'number' }
  | { readonly kind: 'list'; readonly element: Shape }
  /** The members that have such types. */
  | { readonly kind: 'struct'; readonly members: ReadonlyMap<string, Shape> };

const MEMBER = /\s*(?:"((?:[^"]|"")*)"|(\w+)) /y;
/** The name of a type with its parameters, in parentheses. */
const SCALAR = /[A-Z_][A-Z_ ]*(?:\([^)]*\))?/y;
const NUMBER = /(?:STRUCT\("?n"? VARCHAR, "?d"? SMALLINT\)|NUM\b)/y;

/** The JSON of a row or an array, as PostgreSQL prints what DuckDB has in these types. */
export function formatRowDocument(json: string, type: string): string {
  const shape = parseShape(type);
  return print(parseMarkedJson(json), shape);
}

function parseShape(type: string): Shape | undefined {
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(type);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const parse = (): Shape | undefined => {
    let shape = parseItem();
    while (match(/\[\d*\]/y) !== null) shape = shape && { kind: 'list', element: shape };
    return shape;
  };
  const parseItem = (): Shape | undefined => {
    if (match(NUMBER) !== null) return { kind: 'number' };
    return type.startsWith('STRUCT(', at) ? parseStruct() : parseScalar();
  };
  const parseStruct = (): Shape | undefined => {
    at += 'STRUCT('.length;
    const members = new Map<string, Shape>();
    for (;;) {
      const [all, quoted, plain] = match(MEMBER) ?? [];
      if (all === undefined) return undefined;
      const member = parse();
      if (member !== undefined) members.set(quoted?.replaceAll('""', '"') ?? plain ?? '', member);
      if (match(/,/y) === null) break;
    }
    match(/\)/y);
    return members.size === 0 ? undefined : { kind: 'struct', members };
  };
  const parseScalar = (): Shape | undefined => {
    const [name = ''] = match(SCALAR) ?? [];
    if (name.startsWith('TIMESTAMP')) return { kind: 'time' };
    return name.startsWith('DECIMAL(38,') ? { kind: 'decimal' } : undefined;
  };
  return parse();
}

function print(node: JsonNode, shape: Shape | undefined): string {
  if (typeof node === 'string') return JSON.stringify(shape?.kind === 'time' ? toIsoTime(node) : node);
  if (typeof node !== 'object' || node === null) return String(node);
  if ('number' in node)
    return toMarkedNumber(shape?.kind === 'decimal' ? formatNumber(node.number, STORED_SCALE) : node.number);
  if (node instanceof Map) {
    if (shape?.kind === 'number') return printExact(node);
    return `{${[...node].map(([name, value]) => `${JSON.stringify(name)}:${print(value, member(shape, name))}`).join(',')}}`;
  }
  const element = shape?.kind === 'list' ? shape.element : undefined;
  return Array.isArray(node) ? `[${node.map((item) => print(item, element)).join(',')}]` : '';
}

function toIsoTime(text: string): string {
  return text.replace(' ', 'T').replace(/:\d\d(?:\.\d+)?[-+]\d\d$/, '$&:00');
}

/** A number of any digits, which is an ordered key and its digits after the point. PostgreSQL writes NaN as a string. */
function printExact(parts: ReadonlyMap<string, JsonNode>): string {
  const [key, scale] = [parts.get('n'), parts.get('d')];
  if (typeof key !== 'string') return 'null';
  const places = typeof scale === 'object' && scale !== null && 'number' in scale ? Number(scale.number) : 0;
  const digits = formatExactNumber(decodeNumberKey(key, places));
  return /^-?\d/.test(digits) ? toMarkedNumber(digits) : JSON.stringify(digits);
}

function member(shape: Shape | undefined, name: string): Shape | undefined {
  return shape?.kind === 'struct' ? shape.members.get(name) : undefined;
}
