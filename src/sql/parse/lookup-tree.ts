import type { A_Const, Node, RawStmt } from 'libpg-query';
import { scanWithComments, type TokenOrComment } from './scan.ts';

/**
 * The parse tree of `SELECT columns FROM table WHERE column = value AND … LIMIT n`, identical to that of PostgreSQL's
 * parser; undefined for any other statement. It is built from the scanner's tokens, because a single run of the parser
 * makes V8 optimize it, which takes 40 MB and 100 ms of a second thread: more than the rest of a lookup.
 */
export function readLookup(text: string): RawStmt[] | undefined {
  // Otherwise indexes of the string would differ from the byte offsets that the parser reports.
  if (!ASCII.test(text)) return undefined;
  const tokens = scanWithComments(text);
  return tokens && readSelect(new Cursor(tokens));
}

const ASCII = /^[\t\n\r\x20-\x7e]*$/;
/** PostgreSQL truncates longer names. */
const MAX_NAME_LENGTH = 63;

/** Reads tokens from left to right. A token that does not match is not consumed. */
class Cursor {
  readonly #tokens: readonly TokenOrComment[];
  #index = 0;

  constructor(tokens: readonly TokenOrComment[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#index === this.#tokens.length;
  }

  /** Takes the next token if it is this one; keywords match in any case. */
  take(text: string): TokenOrComment | undefined {
    return this.takeIf((token) => token.text.toUpperCase() === text);
  }

  takeIf(matches: (token: TokenOrComment) => boolean): TokenOrComment | undefined {
    const token = this.#tokens[this.#index];
    if (token === undefined || !matches(token)) return undefined;
    this.#index += 1;
    return token;
  }
}

function readSelect(cursor: Cursor): RawStmt[] | undefined {
  if (!cursor.take('SELECT')) return undefined;
  const targetList = readTargets(cursor);
  const from = cursor.take('FROM') && readName(cursor);
  if (targetList === undefined || from === undefined) return undefined;
  const where = cursor.take('WHERE') && (readConditions(cursor) ?? 'unknown');
  const limit = cursor.take('LIMIT') && (readValue(cursor) ?? 'unknown');
  if (where === 'unknown' || limit === 'unknown' || !cursor.isAtEnd) return undefined;
  const table = { relname: from.name, inh: true, relpersistence: 'p', location: from.location };
  const select = {
    targetList,
    fromClause: [{ RangeVar: table }],
    ...(where === undefined ? {} : { whereClause: where }),
    ...(limit === undefined ? {} : { limitCount: limit }),
    limitOption: limit === undefined ? ('LIMIT_OPTION_DEFAULT' as const) : ('LIMIT_OPTION_COUNT' as const),
    op: 'SETOP_NONE' as const,
  };
  return [{ stmt: { SelectStmt: select } }];
}

function readTargets(cursor: Cursor): Node[] | undefined {
  const star = cursor.take('*');
  if (star) return [toTarget([{ A_Star: {} }], star.start)];
  const targets: Node[] = [];
  do {
    const column = readName(cursor);
    if (column === undefined) return undefined;
    targets.push(toTarget([toString(column.name)], column.location));
  } while (cursor.take(','));
  return targets;
}

function readConditions(cursor: Cursor): Node | undefined {
  const args: Node[] = [];
  let location: number | undefined;
  for (;;) {
    const condition = readEquality(cursor);
    if (condition === undefined) return undefined;
    args.push(condition);
    const and = cursor.take('AND');
    if (and === undefined) break;
    location ??= and.start;
  }
  const [first] = args;
  return location === undefined ? first : { BoolExpr: { boolop: 'AND_EXPR', args, location } };
}

function readEquality(cursor: Cursor): Node | undefined {
  const column = readName(cursor);
  const operator = cursor.take('=');
  const rexpr = readValue(cursor);
  if (column === undefined || operator === undefined || rexpr === undefined) return undefined;
  const lexpr = toColumn([toString(column.name)], column.location);
  return { A_Expr: { kind: 'AEXPR_OP', name: [toString('=')], lexpr, rexpr, location: operator.start } };
}

/** A parameter, an integer without a sign, or a string without escapes. */
function readValue(cursor: Cursor): Node | undefined {
  const token = cursor.takeIf(({ kind }) => kind === 'parameter' || kind === 'constant');
  if (token === undefined) return undefined;
  const { text, start: location } = token;
  if (/^\$\d{1,5}$/.test(text)) return { ParamRef: { number: Number(text.slice(1)), location } };
  const constant = toConstant(text);
  return constant && { A_Const: { ...constant, location } };
}

function toConstant(text: string): A_Const | undefined {
  // PostgreSQL omits a field that is zero.
  if (/^\d{1,9}$/.test(text)) return { ival: Number(text) === 0 ? {} : { ival: Number(text) } };
  return /^'[^'\\]*'$/.test(text) ? { sval: { sval: text.slice(1, -1) } } : undefined;
}

interface Name {
  readonly name: string;
  readonly location: number;
}

function readName(cursor: Cursor): Name | undefined {
  const token = cursor.takeIf((each) => each.kind === 'word' && 'isName' in each && each.isName);
  if (token === undefined) return undefined;
  const name = toIdentifier(token.text);
  return name === undefined || name.length > MAX_NAME_LENGTH ? undefined : { name, location: token.start };
}

function toIdentifier(text: string): string | undefined {
  if (/^[a-z_][\w$]*$/i.test(text)) return text.toLowerCase();
  return /^"[^"]+"$/.test(text) ? text.slice(1, -1) : undefined;
}

function toTarget(fields: Node[], location: number): Node {
  return { ResTarget: { val: toColumn(fields, location), location } };
}

function toColumn(fields: Node[], location: number): Node {
  return { ColumnRef: { fields, location } };
}

function toString(sval: string): Node {
  return { String: { sval } };
}
