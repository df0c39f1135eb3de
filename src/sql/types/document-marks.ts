import { expandExponent, toNumberValue } from './number-value.ts';

/**
 * Documents inside DuckDB are JSON, which carries neither DynamoDB's sets and binary nor, once DuckDB has read it, numbers of
 * more than 17 digits. A marked string stands for those: the mark, a letter and the content. Marks never leave DuckDB.
 */
export const MARK = '\uE0DB';

/** What a marked string is. The capital S, N and B of sets would be those of DynamoDB, so members of sets are lower case. */
const KINDS = {
  N: 'number',
  B: 'binary',
  s: 'string of a set',
  n: 'number of a set',
  b: 'binary of a set',
} as const;

export type MarkKind = keyof typeof KINDS;

/** A marked string. */
export interface Mark {
  readonly kind: MarkKind;
  readonly content: string;
}

/** Follows a mark that belongs to the text of a user. */
const ESCAPE = 'M';

/** A string of a document, as the content of a JSON string inside DuckDB. */
export function escapeMarks(text: string): string {
  return text.includes(MARK) ? text.replaceAll(MARK, MARK + ESCAPE) : text;
}

/** The content of a marked string. */
export function addMark(kind: MarkKind, text: string): string {
  return MARK + kind + (kind === 's' ? escapeMarks(text) : text);
}

/** A string inside DuckDB: what it is, and its content. Undefined for text. */
export function parseMark(text: string): Mark | undefined {
  if (!text.startsWith(MARK)) return undefined;
  const kind = text.charAt(1);
  return isKind(kind) ? { kind, content: unescapeMarks(text.slice(2)) } : undefined;
}

function isKind(letter: string): letter is MarkKind {
  return Object.hasOwn(KINDS, letter);
}

/** The string of a user, without escapes. */
export function unescapeMarks(text: string): string {
  return text.includes(MARK) ? text.replaceAll(MARK + ESCAPE, MARK) : text;
}

/** The text that a user sees of a string inside DuckDB. */
export function stripMark(text: string): string {
  return parseMark(text)?.content ?? unescapeMarks(text);
}

/** Whether a mark stands for a number, which JSON has no quotes around. */
export function isNumberMark(kind: MarkKind): boolean {
  return kind === 'N' || kind === 'n';
}

const STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/** A document inside DuckDB as JSON for users: numbers with all their digits, binary as base64, sets as arrays. */
export function stripMarks(json: string): string {
  if (!json.includes(MARK)) return json;
  return json.replace(STRING, (token, colon: string | undefined) => {
    if (colon !== undefined || !token.includes(MARK)) return token;
    const text: string = JSON.parse(token);
    const mark = parseMark(text);
    return mark !== undefined && isNumberMark(mark.kind) ? mark.content : JSON.stringify(stripMark(text));
  });
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;

/** JSON of a user as a document inside DuckDB: numbers that DuckDB would not print as they are become marked, the user's marks escaped. */
export function addMarks(json: string): string {
  return json.replace(STRING_OR_NUMBER, (token, colon: string | undefined) => {
    if (!token.startsWith('"')) return toMarkedNumber(token);
    return colon === undefined && token.includes(MARK) ? escapeMarks(token) : token;
  });
}

/** JSON that DuckDB built as a document inside DuckDB: its numbers become marked, its strings stay. */
export function markNumbers(json: string): string {
  return json.replace(STRING_OR_NUMBER, (token) => (token.startsWith('"') ? token : toMarkedNumber(token)));
}

/** A document without the DynamoDB types of its values, for use inside DuckDB: only marked numbers remain. */
export function stripTypes(json: string): string {
  return json.replace(STRING, (token, colon: string | undefined) => {
    if (colon !== undefined || !token.includes(MARK)) return token;
    const mark = parseMark(JSON.parse(token));
    if (mark === undefined || mark.kind === 'N') return token;
    return mark.kind === 'n' ? toEngineNumber(mark.content) : JSON.stringify(escapeMarks(mark.content));
  });
}

/** More digits than these a number may expand to; PostgreSQL's numeric ends there. */
const MAX_EXPONENT = 131_072;

/** A number as a document inside DuckDB has it, with the digits as they are: a JSON number if DuckDB prints that unchanged. */
export function toMarkedNumber(digits: string): string {
  const exponent = Number(/[eE](.*)$/.exec(digits)?.[1] ?? 0);
  const plain = exponent === 0 ? digits : Math.abs(exponent) > MAX_EXPONENT ? digits : expandPlainly(digits);
  return isPrintedAsIs(plain) ? plain : JSON.stringify(addMark('N', plain));
}

/** A number that DynamoDB stores, in the one form that equal numbers have. */
export function toEngineNumber(digits: string): string {
  const value = toNumberValue(digits);
  const text = String(value);
  if (typeof value === 'number' && !text.includes('e')) return text;
  const plain = expandExponent(digits);
  return typeof value === 'bigint' && isPrintedAsIs(plain) ? plain : JSON.stringify(addMark('N', plain));
}

/** Whether DuckDB's JSON functions keep a number as it is: integers of 64 bits, and what doubles print. */
function isPrintedAsIs(digits: string): boolean {
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(digits)) return false;
  if (digits.length <= 15 && !digits.includes('.')) return true;
  if (digits.includes('.')) return String(Number(digits)) === digits;
  const value = BigInt(digits);
  return value >= -(2n ** 63n) && value < 2n ** 64n;
}

/** The digits without an exponent; zeros at the end of a fraction stay, as in PostgreSQL's numeric. */
function expandPlainly(digits: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d*))?[eE]([+-]?\d+)$/.exec(digits) ?? [];
  if (whole === '') return digits;
  const all = whole + fraction;
  const point = whole.length + Number(power);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${all}`;
  const padded = all.padEnd(point, '0');
  const integer = padded.slice(0, point).replace(/^0+(?=\d)/, '');
  const rest = padded.slice(point);
  return sign + integer + (rest === '' ? '' : `.${rest}`);
}

/** DuckDB's SQL that strips the marks of a string, or of a document's JSON, as `stripMark` and `stripMarks` do. */
export function stripMarksSql(text: string): string {
  return (
    `CASE WHEN contains(${text}, '${MARK}') THEN ` +
    `replace(regexp_replace(regexp_replace(${text}, '"${MARK}[Nn]([^"]*)"', '\\1', 'g'), '${MARK}[NBsnb]', '', 'g'), '${MARK}${ESCAPE}', '${MARK}') ` +
    `ELSE ${text} END`
  );
}
