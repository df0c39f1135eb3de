import type { A_Const, Node, SelectStmt } from 'libpg-query';
import type { ParsedQuery } from './parse.ts';
import { type Edit, positionAt, toOriginalIndex } from './positions.ts';

/**
 * Parses `SELECT columns FROM table [WHERE column = value AND …] [LIMIT value]` with the same result as
 * `parseStatement`; undefined for any other statement. For processes that only look up items: PostgreSQL's parser is
 * WebAssembly, and to load, run and optimize it takes 50 MB and more time than the rest of a lookup.
 */
export function parseLookup(sql: string): ParsedQuery | undefined {
  const read = readTokens(sql);
  const ast = read && readSelect(new Cursor(read.tokens));
  if (read === undefined || ast === undefined) return undefined;
  const { edits, parameterCount, parameterNames } = read;
  return {
    text: sql,
    parameterCount,
    parameterNames,
    position: (location) => positionAt(sql, toOriginalIndex(edits, location)),
    hints: {},
    kind: 'select',
    analyze: false,
    ast,
  };
}

interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'integer' | 'parameter' | 'symbol';
  /** A word in lower case, a string or name without its quotes, or the number of a parameter. */
  readonly text: string;
  /** Its offset in the statement with numbered parameters. */
  readonly location: number;
}

interface TokenizedLookup {
  readonly tokens: readonly Token[];
  readonly edits: readonly Edit[];
  readonly parameterCount: number;
  readonly parameterNames: readonly string[];
}

/** With other characters, indexes would differ from byte offsets. */
const ASCII = /^[\t\n\r\x20-\x7e]*$/;
const MAX_LENGTH = 10_000;
/** PostgreSQL truncates longer names. */
const MAX_NAME_LENGTH = 63;
const MAX_PARAMETER = 65_535;

// A subset of the tokens of PostgreSQL's scanner, which scans each of these the same way.
const TOKEN =
  /(?<word>[a-z_][\w$]*)|"(?<quoted>[^"]+)"|'(?<string>[^'\\]*)'|(?<integer>\d{1,9})(?![\w.$])|\$(?<number>[1-9]\d{0,4})(?![\w$])|(?<mark>\?|:[a-z_][\w$]*)|(?<symbol>[*,=;])/iy;
const SPACE = /[ \t\n\r]*/y;

function readTokens(sql: string): TokenizedLookup | undefined {
  if (sql.length > MAX_LENGTH || !/^\s*select\b/i.test(sql) || !ASCII.test(sql)) return undefined;
  const parameters = new ParameterNumbers();
  const tokens: Token[] = [];
  for (let index = skipSpace(sql, 0); index < sql.length; index = skipSpace(sql, index)) {
    TOKEN.lastIndex = index;
    const groups = TOKEN.exec(sql)?.groups;
    if (groups === undefined) return undefined;
    const token = toToken(groups, index, TOKEN.lastIndex, parameters);
    if (token === undefined) return undefined;
    tokens.push(token);
    index = TOKEN.lastIndex;
  }
  const { edits, count: parameterCount, names } = parameters;
  return { tokens, edits, parameterCount, parameterNames: [...names.keys()] };
}

function skipSpace(sql: string, index: number): number {
  SPACE.lastIndex = index;
  SPACE.exec(sql);
  return SPACE.lastIndex;
}

function toToken(
  groups: Partial<Record<string, string>>,
  start: number,
  end: number,
  parameters: ParameterNumbers,
): Token | undefined {
  const { word, quoted, string, integer, number, mark, symbol } = groups;
  const location = parameters.shift + start;
  if (mark !== undefined) return parameters.replace(mark, start, end);
  if (number !== undefined) return parameters.use(Number(number), location);
  if (word !== undefined) return { kind: 'word', text: word.toLowerCase(), location };
  if (quoted !== undefined) return { kind: 'quoted', text: quoted, location };
  if (string !== undefined) return { kind: 'string', text: string, location };
  if (integer !== undefined) return { kind: 'integer', text: integer, location };
  return { kind: 'symbol', text: symbol ?? '', location };
}

/** Numbers `?` and `:name` like `numberParameters`. */
class ParameterNumbers {
  readonly edits: Edit[] = [];
  readonly names = new Map<string, number>();
  count = 0;
  /** By how much the statement is longer than the original so far. */
  shift = 0;
  #style: string | undefined;

  /** Reads a `$n` parameter; undefined if its style or number is not allowed. */
  use(number: number, location: number): Token | undefined {
    if (!this.#isStyle('$') || number > MAX_PARAMETER) return undefined;
    this.count = Math.max(this.count, number);
    return { kind: 'parameter', text: String(number), location };
  }

  replace(mark: string, originalStart: number, end: number): Token | undefined {
    if (!this.#isStyle(mark.charAt(0))) return undefined;
    const number = this.#assignNumber(mark);
    this.count = Math.max(this.count, number);
    const originalLength = end - originalStart;
    const start = originalStart + this.shift;
    // With spaces, so that it does not merge with the adjacent tokens.
    const length = ` $${number} `.length;
    this.edits.push({ start, length, originalStart, originalLength });
    this.shift += length - originalLength;
    return { kind: 'parameter', text: String(number), location: start + 1 };
  }

  #assignNumber(mark: string): number {
    if (mark === '?') return this.count + 1;
    const name = mark.slice(1);
    const number = this.names.get(name) ?? this.names.size + 1;
    this.names.set(name, number);
    return number;
  }

  #isStyle(style: string): boolean {
    this.#style ??= style;
    return this.#style === style;
  }
}

/** Reads tokens from left to right. A token that does not match is not consumed. */
class Cursor {
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#index === this.#tokens.length;
  }

  /** Takes the next token if it has this kind and text. */
  take(kind: Token['kind'], text?: string): Token | undefined {
    const token = this.#tokens[this.#index];
    if (token?.kind !== kind || (text !== undefined && token.text !== text)) return undefined;
    this.#index += 1;
    return token;
  }
}

function readSelect(cursor: Cursor): SelectStmt | undefined {
  if (!cursor.take('word', 'select')) return undefined;
  const targetList = readTargets(cursor);
  const from = cursor.take('word', 'from') && readName(cursor);
  if (targetList === undefined || from === undefined) return undefined;
  const where = cursor.take('word', 'where') && (readConditions(cursor) ?? 'unknown');
  const limit = cursor.take('word', 'limit') && (readValue(cursor) ?? 'unknown');
  cursor.take('symbol', ';');
  if (where === 'unknown' || limit === 'unknown' || !cursor.isAtEnd) return undefined;
  const { text: relname, location } = from;
  return {
    targetList,
    fromClause: [{ RangeVar: { relname, inh: true, relpersistence: 'p', location } }],
    ...(where === undefined ? {} : { whereClause: where }),
    ...(limit === undefined ? {} : { limitCount: limit }),
    limitOption: limit === undefined ? 'LIMIT_OPTION_DEFAULT' : 'LIMIT_OPTION_COUNT',
    op: 'SETOP_NONE',
  };
}

function readTargets(cursor: Cursor): Node[] | undefined {
  const star = cursor.take('symbol', '*');
  if (star) return [toTarget({ A_Star: {} }, star)];
  const targets: Node[] = [];
  do {
    const column = readName(cursor);
    if (column === undefined) return undefined;
    targets.push(toTarget({ String: { sval: column.text } }, column));
  } while (cursor.take('symbol', ','));
  return targets;
}

function readConditions(cursor: Cursor): Node | undefined {
  const first = readEquality(cursor);
  const and = cursor.take('word', 'and');
  if (first === undefined || and === undefined) return first;
  const args: Node[] = [first];
  do {
    const condition = readEquality(cursor);
    if (condition === undefined) return undefined;
    args.push(condition);
  } while (cursor.take('word', 'and'));
  return { BoolExpr: { boolop: 'AND_EXPR', args, location: and.location } };
}

function readEquality(cursor: Cursor): Node | undefined {
  const column = readName(cursor);
  const operator = cursor.take('symbol', '=');
  const rexpr = readValue(cursor);
  if (column === undefined || operator === undefined || rexpr === undefined) return undefined;
  const lexpr = toColumn({ String: { sval: column.text } }, column);
  const { location } = operator;
  return { A_Expr: { kind: 'AEXPR_OP', name: [{ String: { sval: '=' } }], lexpr, rexpr, location } };
}

function readValue(cursor: Cursor): Node | undefined {
  const parameter = cursor.take('parameter');
  if (parameter) return { ParamRef: { number: Number(parameter.text), location: parameter.location } };
  const string = cursor.take('string');
  if (string) return toConstant({ sval: { sval: string.text } }, string);
  const integer = cursor.take('integer');
  // PostgreSQL's parser omits a field that is zero.
  return (
    integer && toConstant({ ival: Number(integer.text) === 0 ? {} : { ival: Number(integer.text) } }, integer)
  );
}

/** A name of a column or table. */
function readName(cursor: Cursor): Token | undefined {
  const token = cursor.take('quoted') ?? cursor.take('word');
  if (token === undefined || token.text.length > MAX_NAME_LENGTH) return undefined;
  return token.kind === 'word' && RESTRICTED_KEYWORDS.has(token.text) ? undefined : token;
}

function toTarget(field: Node, { location }: Token): Node {
  return { ResTarget: { val: toColumn(field, { location }), location } };
}

function toColumn(field: Node, { location }: Pick<Token, 'location'>): Node {
  return { ColumnRef: { fields: [field], location } };
}

function toConstant(value: A_Const, { location }: Token): Node {
  return { A_Const: { ...value, location } };
}

/** PostgreSQL's keywords other than the unreserved ones: these are not names everywhere. */
export const RESTRICTED_KEYWORDS: ReadonlySet<string> = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character check coalesce ' +
    'collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp ' +
    'current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign freeze from full grant ' +
    'greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg ' +
    'json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like limit localtime ' +
    'localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay ' +
    'placing position precision primary real references returning right row select session_user setof similar smallint some substring symmetric ' +
    'system_user table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where ' +
    'window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable'
  ).split(' '),
);
