import { isWholeItem, type ColumnDef } from '../../catalog/table-def.ts';
import { toDocumentNumber, toNumberValue, expandExponent, trimFraction } from '../types/number-value.ts';
import type { DecimalStyle } from '../types/value.ts';
import type { Value } from '../types/value.ts';

/**
 * Reads a page's items directly into rows, without building JavaScript objects of the wire format, in batches small
 * enough to die young in V8's heap. It supports only the compact JSON that DynamoDB writes: at anything else it ends early
 * and returns `false`, and the rest of the page is left to JSON.parse.
 */
export type RowScanner = (page: Buffer) => Generator<Value[][], boolean>;

const BATCH = 256;

/** A scanner for these output columns; undefined where one of them is not a top-level attribute. */
export function createRowScanner(
  columns: readonly ColumnDef[],
  decimals: DecimalStyle,
): RowScanner | undefined {
  if (columns.some((column) => column.path.length > 1 || isWholeItem(column))) return undefined;
  const targets = new Map<string, Target>();
  for (const [position, column] of columns.entries()) {
    const [name] = column.path;
    // Two output columns of one attribute are rare enough to leave to JSON.parse.
    if (targets.has(name)) return undefined;
    targets.set(name, { position, column, style: chooseStyle(column, decimals) });
  }
  return (page) => scanPage(new Cursor(page), targets, columns.length);
}

interface Target {
  readonly position: number;
  readonly column: ColumnDef;
  readonly style: Style;
}

/** How numbers and binary values are converted; inside documents binary stays base64. */
interface Style {
  number(digits: string): Value;
  binary(base64: string): Value;
}

const DOCUMENT: Style = { number: toDocumentNumber, binary: (base64) => base64 };
const bytes = (base64: string): Value => new Uint8Array(Buffer.from(base64, 'base64'));

function chooseStyle({ type }: ColumnDef, decimals: DecimalStyle): Style {
  switch (type.kind) {
    case 'json':
      return DOCUMENT;
    case 'text':
      return { number: (digits) => digits, binary: bytes };
    case 'double':
      return { number: Number, binary: bytes };
    case 'decimal':
      return {
        number: decimals === 'digits' ? (digits) => trimFraction(expandExponent(digits)) : toNumberValue,
        binary: bytes,
      };
    case 'bigint':
    case 'hugeint':
    case 'boolean':
    case 'blob':
      return { number: toNumberValue, binary: bytes };
  }
}

/** Unsupported JSON, or an item that continues beyond the window. A single instance, because creating errors is slow. */
class Unexpected extends Error {}
const UNEXPECTED = new Unexpected();

/** The attribute at this position of the previous item: its name with quotes and colon as bytes, and its target. */
interface KnownName {
  readonly quoted: string;
  readonly target: Target | undefined;
}

function* scanPage(
  cursor: Cursor,
  targets: ReadonlyMap<string, Target>,
  width: number,
): Generator<Value[][], boolean> {
  const blank: readonly Value[] = Array.from({ length: width }, () => null);
  // Items of a table mostly have the same attributes in the same order, so each name is first compared with the previous item's.
  const order: KnownName[] = [];
  let batch: Value[][] = [];
  let isWhole = false;
  try {
    cursor.expect(OPEN_LIST);
    if (!cursor.skip(CLOSE_LIST)) {
      do {
        if (batch.length === BATCH) {
          yield batch;
          batch = [];
        }
        batch.push(cursor.readWhole(() => scanItem(cursor, targets, blank.slice(), order)));
      } while (cursor.skip(COMMA));
      cursor.expect(CLOSE_LIST);
    }
    isWhole = cursor.isAtEnd();
  } catch (error) {
    if (error !== UNEXPECTED) throw error;
  }
  if (batch.length > 0) yield batch;
  return isWhole;
}

function scanItem(
  cursor: Cursor,
  targets: ReadonlyMap<string, Target>,
  row: Value[],
  order: KnownName[],
): Value[] {
  cursor.expect(OPEN);
  if (!cursor.skip(CLOSE)) {
    let place = 0;
    do {
      let known = order[place];
      if (known === undefined || !cursor.skipWord(known.quoted)) {
        const start = cursor.position();
        const name = cursor.string();
        cursor.expect(COLON);
        known = { quoted: cursor.textSince(start), target: targets.get(name) };
        order[place] = known;
      }
      const { target } = known;
      const value = cursor.typedValue(target?.style ?? DOCUMENT);
      if (target !== undefined) row[target.position] = value;
      place++;
    } while (cursor.skip(COMMA));
    cursor.expect(CLOSE);
  }
  // An item is complete only if the comma or bracket after it is in the window too.
  cursor.expectMore();
  return row;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const BACKSLASH = 0x5c;
const LAST_ASCII = 0x7f;

/** Strings above 128 KB are freed only by V8's major GC, and a substring that is kept keeps its whole window alive. */
const WINDOW = 64 * 1024;

/**
 * Reads a page from a position on, through a window that holds one Latin-1 character per byte: creating it costs a
 * fraction of decoding UTF-8, and only strings that need decoding are read again from the bytes.
 */
class Cursor {
  readonly #bytes: Buffer;
  #base = 0;
  #text: string;
  #at = 0;
  #largest = 1024;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#text = bytes.toString('latin1', 0, WINDOW);
  }

  /** Reads something that must lie within one window, and widens the window until it does. */
  readWhole<T>(read: () => T): T {
    if (this.#text.length - this.#at < 2 * this.#largest) this.#open(this.#base + this.#at, WINDOW);
    const start = this.#base + this.#at;
    for (;;) {
      try {
        const result = read();
        this.#largest = Math.max(this.#largest, this.#base + this.#at - start);
        return result;
      } catch (error) {
        if (error !== UNEXPECTED || this.#base + this.#text.length >= this.#bytes.length) throw error;
        this.#open(start, 4 * this.#text.length);
      }
    }
  }

  #open(from: number, size: number): void {
    if (from === this.#base && size <= this.#text.length) return;
    this.#text = this.#bytes.toString('latin1', from, from + size);
    this.#base = from;
    this.#at = 0;
  }

  skip(character: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== character) return false;
    this.#at++;
    return true;
  }

  skipWord(word: string): boolean {
    const text = this.#text;
    const at = this.#at;
    for (let i = 0; i < word.length; i++) if (text.charCodeAt(at + i) !== word.charCodeAt(i)) return false;
    this.#at = at + word.length;
    return true;
  }

  expect(character: number): void {
    if (this.#text.charCodeAt(this.#at) !== character) throw UNEXPECTED;
    this.#at++;
  }

  expectWord(word: string): void {
    if (!this.skipWord(word)) throw UNEXPECTED;
  }

  position(): number {
    return this.#at;
  }

  /** What was read since a position, one character per byte. */
  textSince(place: number): string {
    return this.#text.slice(place, this.#at);
  }

  expectMore(): void {
    if (this.#at >= this.#text.length) throw UNEXPECTED;
  }

  isAtEnd(): boolean {
    return this.#base + this.#at === this.#bytes.length;
  }

  string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    let end = start;
    let plain = text.charCodeAt(start - 1) === QUOTE;
    if (!plain) throw UNEXPECTED;
    let escaped = false;
    for (; ; end++) {
      const code = text.charCodeAt(end);
      if (code === QUOTE) break;
      if (code > LAST_ASCII) plain = false;
      else if (code === BACKSLASH) {
        escaped = true;
        end++;
      } else if (Number.isNaN(code)) throw UNEXPECTED;
    }
    this.#at = end + 1;
    if (escaped)
      return JSON.parse(this.#bytes.toString('utf8', this.#base + start - 1, this.#base + end + 1));
    return plain
      ? text.slice(start, end)
      : this.#bytes.toString('utf8', this.#base + start, this.#base + end);
  }

  /** A value with its type: `{"S":"x"}`. */
  typedValue(style: Style): Value {
    this.expect(OPEN);
    const value = this.#member(style);
    this.expect(CLOSE);
    return value;
  }

  /** The only member of a typed value; the most frequent types first. */
  #member(style: Style): Value {
    if (this.skipWord('"S":')) return this.string();
    if (this.skipWord('"N":')) return style.number(this.string());
    if (this.skipWord('"M":')) return this.#map();
    if (this.skipWord('"L":')) return this.#list(() => this.typedValue(DOCUMENT));
    if (this.skipWord('"BOOL":')) {
      if (this.skipWord('true')) return true;
      this.expectWord('false');
      return false;
    }
    if (this.skipWord('"NULL":true')) return null;
    if (this.skipWord('"SS":') || this.skipWord('"BS":')) return this.#list(() => this.string());
    if (this.skipWord('"NS":')) return this.#list(() => toDocumentNumber(this.string()));
    this.expectWord('"B":');
    return style.binary(this.string());
  }

  #map(): Value {
    const map: Record<string, Value> = {};
    this.expect(OPEN);
    if (this.skip(CLOSE)) return map;
    do {
      const name = this.string();
      this.expect(COLON);
      const value = this.typedValue(DOCUMENT);
      // Assigning to `__proto__` would set the prototype instead of a member.
      if (name === '__proto__') throw UNEXPECTED;
      map[name] = value;
    } while (this.skip(COMMA));
    this.expect(CLOSE);
    return map;
  }

  #list(member: () => Value): Value[] {
    const list: Value[] = [];
    this.expect(OPEN_LIST);
    if (this.skip(CLOSE_LIST)) return list;
    do list.push(member());
    while (this.skip(COMMA));
    this.expect(CLOSE_LIST);
    return list;
  }
}
