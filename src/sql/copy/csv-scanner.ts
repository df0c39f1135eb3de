import { isUtf8 } from 'node:buffer';
import { type ColumnDef, isWholeItem } from '../../catalog/table-def.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { GrowingBytes } from './growing-bytes.ts';
import type { CopyOptions } from './options.ts';

/** Lines of CSV, until the next page is scanned. */
export interface ScannedLines {
  readonly bytes: Buffer;
  /** So many items of the page they are, from the first. */
  readonly count: number;
  /** Whether these are all. */
  readonly isWhole: boolean;
}

/** The field that a value of the column at this position is, quoted where it must be. */
export type FieldOf = (value: AttributeValue, position: number) => string;

/** Others could stand in numbers or between the parts of documents. */
const DELIMITERS: ReadonlySet<string> = new Set([',', ';', '|', '\t']);

/**
 * Turns the items of a page into lines, up to the first that does not look like DynamoDB's compact JSON. It copies bytes
 * without making strings of them; `fieldOf` makes the fields that are more than a copy. Undefined where a column is no
 * plain attribute, or where the options ask for what is rare.
 */
export function csvScanner(
  columns: readonly ColumnDef[],
  { delimiter, quote, escape, null: nullText, forceQuote }: CopyOptions,
  fieldOf: FieldOf,
): ((page: Buffer) => ScannedLines) | undefined {
  const positions = new Map(columns.map(({ path: [name] }, position) => [name, position]));
  const arePlain =
    positions.size === columns.length &&
    columns.every((each) => each.path.length === 1 && each.stored !== true && !isWholeItem(each));
  const areUsual = quote === '"' && escape === '"' && DELIMITERS.has(delimiter);
  if (!arePlain || !areUsual || forceQuote === '*' || forceQuote.size > 0) return undefined;
  const scanner = new Scanner(columns, positions, delimiter, nullText, fieldOf);
  return (page) => scanner.lines(page);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const UNDERSCORE = 0x5f;
const LETTER_F = 0x66;
const LETTER_T = 0x74;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const LINE_FEED = 0x0a;
const FIRST_PRINTABLE = 0x20;
const FALSE = Buffer.from('false');
const TRUE = Buffer.from('true');
const NULL = Buffer.from('null');
const TYPES = {
  S: Buffer.from('"S":'),
  N: Buffer.from('"N":'),
  M: Buffer.from('"M":'),
  L: Buffer.from('"L":'),
  BOOL: Buffer.from('"BOOL":'),
  NULL: Buffer.from('"NULL":true'),
  SS: Buffer.from('"SS":'),
  NS: Buffer.from('"NS":'),
  BS: Buffer.from('"BS":'),
  B: Buffer.from('"B":'),
};

/** So many digits an integer of 64 bits always has room for, and a double. */
const INTEGER_DIGITS = 18;
const DOUBLE_DIGITS = 15;

/** Where the field of a column lies while its item is read. */
interface Field {
  /** Undefined: it is NULL. */
  from: 'page' | 'made' | undefined;
  start: number;
  end: number;
  /** It is to stand between quotes. */
  quoted: boolean;
}

/** A name that stood at this place in the item before, with its quotes and colon, and its column; -1 where none has it. */
interface Known {
  readonly quoted: Buffer;
  readonly position: number;
}

/** A place in a page, and the lines so far. */
class Scanner {
  readonly #positions: ReadonlyMap<string, number>;
  readonly #isJson: readonly boolean[];
  readonly #mostDigits: readonly number[];
  readonly #delimiter: number;
  readonly #null: Buffer;
  readonly #fieldOf: FieldOf;
  readonly #fields: readonly Field[];
  /** Items of a table mostly have the same attributes in the same order. */
  readonly #order: Known[] = [];
  readonly #out = new GrowingBytes();
  /** Fields of one item that are no copies. */
  readonly #made = new GrowingBytes();
  #page: Buffer = Buffer.alloc(0);
  #at = 0;
  #needsQuotes = false;

  constructor(
    columns: readonly ColumnDef[],
    positions: ReadonlyMap<string, number>,
    delimiter: string,
    nullText: string,
    fieldOf: FieldOf,
  ) {
    this.#positions = positions;
    this.#isJson = columns.map(({ type }) => type.kind === 'json');
    this.#mostDigits = columns.map(({ type }) => (type.kind === 'double' ? DOUBLE_DIGITS : INTEGER_DIGITS));
    this.#delimiter = delimiter.charCodeAt(0);
    this.#null = Buffer.from(nullText);
    this.#fieldOf = fieldOf;
    this.#fields = columns.map(() => ({ from: undefined, start: 0, end: 0, quoted: false }));
  }

  lines(page: Buffer): ScannedLines {
    this.#page = page;
    this.#at = 0;
    this.#out.length = 0;
    let count = 0;
    if (isUtf8(page) && this.#skip(OPEN_LIST) && page[this.#at] !== CLOSE_LIST)
      do {
        if (!this.#item()) break;
        count++;
      } while (this.#skip(COMMA));
    const isWhole = this.#skip(CLOSE_LIST) && this.#at === page.length;
    return { bytes: this.#out.bytes.subarray(0, this.#out.length), count, isWhole };
  }

  /** Adds the line of an item, or nothing. */
  #item(): boolean {
    for (const field of this.#fields) field.from = undefined;
    this.#made.length = 0;
    if (!this.#skip(OPEN)) return false;
    if (!this.#skip(CLOSE)) {
      let place = 0;
      do {
        const position = this.#name(place++);
        if (position === undefined) return false;
        if (!(position < 0 ? this.#pass() : this.#field(position))) return false;
      } while (this.#skip(COMMA));
      if (!this.#skip(CLOSE)) return false;
    }
    this.#line();
    return true;
  }

  #line(): void {
    const out = this.#out;
    let isFirst = true;
    for (const { from, start, end, quoted } of this.#fields) {
      if (!isFirst) out.put(this.#delimiter);
      isFirst = false;
      if (quoted && from !== undefined) out.put(QUOTE);
      if (from === undefined) out.copy(this.#null, 0, this.#null.length);
      else out.copy(from === 'page' ? this.#page : this.#made.bytes, start, end);
      if (quoted && from !== undefined) out.put(QUOTE);
    }
    out.put(LINE_FEED);
  }

  /** The column that the next name is of. */
  #name(place: number): number | undefined {
    const known = this.#order[place];
    if (known !== undefined && this.#word(known.quoted)) return known.position;
    const start = this.#at;
    const end = this.#endOfString(start);
    if (end === undefined) return undefined;
    this.#at = end;
    if (!this.#skip(COLON)) return undefined;
    const name: string = JSON.parse(this.#page.toString('utf8', start, end));
    const position = this.#positions.get(name) ?? -1;
    this.#order[place] = { quoted: Buffer.from(this.#page.subarray(start, this.#at)), position };
    return position;
  }

  #field(position: number): boolean {
    const start = this.#at;
    const madeBefore = this.#made.length;
    if (this.#copied(position)) return true;
    this.#at = start;
    this.#made.length = madeBefore;
    if (!this.#pass()) return false;
    const value: AttributeValue = JSON.parse(this.#page.toString('utf8', start, this.#at));
    const text = Buffer.from(this.#fieldOf(value, position));
    this.#made.copy(text, 0, text.length);
    const field = this.#fields[position];
    if (field === undefined) return false;
    // It has its quotes already.
    Object.assign(field, { from: 'made', start: madeBefore, end: this.#made.length, quoted: false });
    return true;
  }

  /** Takes a value whose field has bytes of the value's own; false for all others. */
  #copied(position: number): boolean {
    const start = this.#at;
    const isJson = this.#isJson[position] === true;
    if (!this.#skip(OPEN)) return false;
    if (this.#word(TYPES.N)) {
      const from = this.#at + 1;
      return (
        this.#number(this.#mostDigits[position] ?? 0) && this.#take(position, 'page', from, this.#at - 1)
      );
    }
    if (this.#word(TYPES.NULL)) return this.#skip(CLOSE);
    if (!isJson) {
      if (this.#word(TYPES.S)) return this.#text(position);
      if (this.#word(TYPES.BOOL)) return this.#boolean(position);
      if (this.#word(TYPES.B)) return false;
    }
    this.#at = start;
    this.#needsQuotes = false;
    const from = this.#made.length;
    return this.#document() && this.#set(position, 'made', from, this.#made.length, this.#needsQuotes);
  }

  /** A field, and the end of its value. */
  #take(position: number, from: 'page' | 'made', start: number, end: number, quoted = false): boolean {
    return this.#skip(CLOSE) && this.#set(position, from, start, end, quoted);
  }

  /** False for what would be taken for NULL, or for no row. */
  #set(position: number, from: 'page' | 'made', start: number, end: number, quoted: boolean): boolean {
    const field = this.#fields[position];
    if (field === undefined || (end === start && this.#fields.length === 1)) return false;
    if (end - start === this.#null.length) {
      const { bytes } = from === 'page' ? { bytes: this.#page } : this.#made;
      if (this.#null.equals(bytes.subarray(start, end))) return false;
    }
    field.from = from;
    field.start = start;
    field.end = end;
    field.quoted = quoted;
    return true;
  }

  #text(position: number): boolean {
    const page = this.#page;
    const delimiter = this.#delimiter;
    const start = this.#at + 1;
    if (page[this.#at] !== QUOTE) return false;
    let quoted = false;
    let end = start;
    for (; ; end++) {
      const byte = page[end] ?? 0;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH || byte < FIRST_PRINTABLE) return false;
      if (byte === delimiter) quoted = true;
    }
    this.#at = end + 1;
    return this.#take(position, 'page', start, end, quoted);
  }

  #boolean(position: number): boolean {
    const isTrue = this.#word(TRUE);
    if (!isTrue && !this.#word(FALSE)) return false;
    const from = this.#made.length;
    this.#made.put(isTrue ? LETTER_T : LETTER_F);
    return this.#take(position, 'made', from, this.#made.length);
  }

  /** A number between quotes whose digits stand in every type as they are: no exponent, no zeros that say nothing. */
  #number(mostDigits: number): boolean {
    const page = this.#page;
    let at = this.#at;
    if (page[at++] !== QUOTE) return false;
    const begin = at;
    if (page[at] === MINUS) at++;
    const whole = at;
    while (isDigit(page[at])) at++;
    const isZero = page[whole] === ZERO;
    if (at === whole || (isZero && at > whole + 1)) return false;
    if (page[at] === POINT) {
      const fraction = ++at;
      while (isDigit(page[at])) at++;
      if (at === fraction || page[at - 1] === ZERO || (isZero && page[fraction] === ZERO)) return false;
      if (at - begin > DOUBLE_DIGITS) return false;
    } else if (at - whole > mostDigits || (isZero && whole > begin)) return false;
    if (page[at] !== QUOTE) return false;
    this.#at = at + 1;
    return true;
  }

  /** Makes plain JSON of a value, its quotes doubled; false where that takes more than leaving types out. */
  #document(): boolean {
    return this.#skip(OPEN) && this.#member() && this.#skip(CLOSE);
  }

  #member(): boolean {
    if (this.#word(TYPES.S)) return this.#string();
    if (this.#word(TYPES.N)) return this.#digits();
    if (this.#word(TYPES.M)) return this.#map();
    if (this.#word(TYPES.L)) return this.#list(() => this.#document());
    if (this.#word(TYPES.BOOL)) return this.#constant(TRUE) || this.#constant(FALSE);
    if (this.#word(TYPES.NULL)) {
      this.#made.copy(NULL, 0, NULL.length);
      return true;
    }
    if (this.#word(TYPES.NS)) return this.#list(() => this.#digits());
    if (this.#word(TYPES.SS) || this.#word(TYPES.BS)) return this.#list(() => this.#string());
    return this.#word(TYPES.B) && this.#string();
  }

  #constant(word: Buffer): boolean {
    if (!this.#word(word)) return false;
    this.#made.copy(word, 0, word.length);
    return true;
  }

  #digits(): boolean {
    const start = this.#at + 1;
    if (!this.#number(INTEGER_DIGITS)) return false;
    this.#made.copy(this.#page, start, this.#at - 1);
    return true;
  }

  #map(): boolean {
    if (!this.#skip(OPEN)) return false;
    this.#made.put(OPEN);
    let isFirst = true;
    if (!this.#skip(CLOSE)) {
      do {
        if (!isFirst) this.#comma();
        isFirst = false;
        if (this.#isOddName() || !this.#string() || !this.#skip(COLON)) return false;
        this.#made.put(COLON);
        if (!this.#document()) return false;
      } while (this.#skip(COMMA));
      if (!this.#skip(CLOSE)) return false;
    }
    this.#made.put(CLOSE);
    return true;
  }

  /** Whether a name may be one that objects of JavaScript have in another place, or not at all: `10`, `__proto__`. */
  #isOddName(): boolean {
    const page = this.#page;
    const [first, second] = [page[this.#at + 1], page[this.#at + 2]];
    return isDigit(first) || (first === UNDERSCORE && second === UNDERSCORE);
  }

  #list(element: () => boolean): boolean {
    if (!this.#skip(OPEN_LIST)) return false;
    this.#made.put(OPEN_LIST);
    let isFirst = true;
    if (!this.#skip(CLOSE_LIST)) {
      do {
        if (!isFirst) this.#comma();
        isFirst = false;
        if (!element()) return false;
      } while (this.#skip(COMMA));
      if (!this.#skip(CLOSE_LIST)) return false;
    }
    this.#made.put(CLOSE_LIST);
    return true;
  }

  #comma(): void {
    this.#made.put(COMMA);
    if (this.#delimiter === COMMA) this.#needsQuotes = true;
  }

  #string(): boolean {
    const page = this.#page;
    const start = this.#at + 1;
    if (page[this.#at] !== QUOTE) return false;
    let end = start;
    for (; ; end++) {
      const byte = page[end] ?? 0;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH || byte < FIRST_PRINTABLE) return false;
    }
    this.#at = end + 1;
    this.#needsQuotes = true;
    const made = this.#made;
    made.put(QUOTE);
    made.put(QUOTE);
    made.copy(page, start, end);
    made.put(QUOTE);
    made.put(QUOTE);
    return true;
  }

  #skip(byte: number): boolean {
    if (this.#page[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #word(word: Buffer): boolean {
    const page = this.#page;
    const at = this.#at;
    for (let i = 0; i < word.length; i++) if (page[at + i] !== word[i]) return false;
    this.#at = at + word.length;
    return true;
  }

  /** Passes over an object. */
  #pass(): boolean {
    const page = this.#page;
    let depth = 0;
    for (let at = this.#at; at < page.length; at++) {
      const byte = page[at];
      if (byte === QUOTE) {
        const end = this.#endOfString(at);
        if (end === undefined) return false;
        at = end - 1;
      } else if (byte === OPEN) depth++;
      else if (byte === CLOSE) depth--;
      if (depth > 0) continue;
      this.#at = at + 1;
      return depth === 0 && byte === CLOSE;
    }
    return false;
  }

  /** One past the quote at the end of the string that begins there. */
  #endOfString(start: number): number | undefined {
    const page = this.#page;
    if (page[start] !== QUOTE) return undefined;
    for (let at = start + 1; at < page.length; at++) {
      if (page[at] === BACKSLASH) at++;
      else if (page[at] === QUOTE) return at + 1;
    }
    return undefined;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
