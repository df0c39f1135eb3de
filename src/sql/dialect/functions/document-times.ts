import { type JsonNode, parseJson } from '../../types/json-text.ts';

/** A type of DuckDB, as far as it has timestamps. */
type Shape =
  | { readonly kind: 'time' }
  | { readonly kind: 'list'; readonly element: Shape }
  /** The members that have timestamps. */
  | { readonly kind: 'struct'; readonly members: ReadonlyMap<string, Shape> };

const MEMBER = /\s*(?:"((?:[^"]|"")*)"|(\w+)) /y;
/** The name of a type with its parameters, in parentheses. */
const SCALAR = /[A-Z_][A-Z_ ]*(?:\([^)]*\))?/y;

/** The JSON of a row or an array with its timestamps in ISO 8601, from the type of DuckDB that it was made of. */
export function formatDocumentTimes(json: string, type: string): string {
  const shape = parseShape(type);
  return shape === undefined ? json : print(parseJson(json), shape);
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
    let shape = type.startsWith('STRUCT(', at) ? parseStruct() : parseScalar();
    while (match(/\[\d*\]/y) !== null) shape = shape && { kind: 'list', element: shape };
    return shape;
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
  const parseScalar = (): Shape | undefined =>
    match(SCALAR)?.[0].startsWith('TIMESTAMP') === true ? { kind: 'time' } : undefined;
  return parse();
}

function print(node: JsonNode, shape: Shape | undefined): string {
  if (typeof node === 'string')
    return JSON.stringify(
      shape?.kind === 'time' ? node.replace(' ', 'T').replace(/:\d\d(?:\.\d+)?[-+]\d\d$/, '$&:00') : node,
    );
  if (typeof node !== 'object' || node === null) return String(node);
  if ('number' in node) return node.number;
  if (node instanceof Map)
    return `{${[...node].map(([name, value]) => `${JSON.stringify(name)}:${print(value, member(shape, name))}`).join(',')}}`;
  const element = shape?.kind === 'list' ? shape.element : undefined;
  return Array.isArray(node) ? `[${node.map((item) => print(item, element)).join(',')}]` : '';
}

function member(shape: Shape | undefined, name: string): Shape | undefined {
  return shape?.kind === 'struct' ? shape.members.get(name) : undefined;
}
