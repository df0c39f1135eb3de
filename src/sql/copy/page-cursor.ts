import { CLOSE, OPEN, QUOTE } from './json-bytes.ts';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

/** So many digits an integer of 64 bits always has room for, and a double. */
export const MAX_INTEGER_DIGITS = 18;
export const MAX_DOUBLE_DIGITS = 15;

/** A place in a page, and what can be taken there. What was not there may leave the place behind its beginning. */
export class PageCursor {
  page: Buffer = Buffer.alloc(0);
  at = 0;
  /** Whether the string that was taken last has the byte that `marks`. */
  isMarked = false;
  readonly #mark: number;

  constructor(mark: number) {
    this.#mark = mark;
  }

  open(page: Buffer): void {
    this.page = page;
    this.at = 0;
  }

  /** Takes this byte. */
  skip(byte: number): boolean {
    if (this.page[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  /** Takes these bytes. */
  word(word: Buffer): boolean {
    const { page, at } = this;
    for (let i = 0; i < word.length; i++) if (page[at + i] !== word[i]) return false;
    this.at = at + word.length;
    return true;
  }

  /** Takes a string all of whose bytes stand for themselves. */
  plainString(): boolean {
    const { page } = this;
    const mark = this.#mark;
    if (page[this.at] !== QUOTE) return false;
    let isMarked = false;
    let end = this.at + 1;
    for (; ; end++) {
      const byte = page[end] ?? 0;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH || byte < FIRST_PRINTABLE) return false;
      if (byte === mark) isMarked = true;
    }
    this.at = end + 1;
    this.isMarked = isMarked;
    return true;
  }

  /** Takes a number between quotes whose digits stand in every type as they are: no exponent, no zeros that say nothing. */
  plainNumber(mostDigits: number): boolean {
    const { page } = this;
    let { at } = this;
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
      if (at - begin > MAX_DOUBLE_DIGITS) return false;
    } else if (at - whole > mostDigits || (isZero && whole > begin)) return false;
    if (page[at] !== QUOTE) return false;
    this.at = at + 1;
    return true;
  }

  /** Takes any string. */
  string(): boolean {
    const { page } = this;
    if (page[this.at] !== QUOTE) return false;
    for (let at = this.at + 1; at < page.length; at++) {
      if (page[at] === BACKSLASH) at++;
      else if (page[at] === QUOTE) {
        this.at = at + 1;
        return true;
      }
    }
    return false;
  }

  /** Takes any object. */
  object(): boolean {
    const { page } = this;
    let depth = 0;
    while (this.at < page.length) {
      const byte = page[this.at];
      if (byte === QUOTE) {
        if (!this.string()) return false;
      } else {
        if (byte === OPEN) depth++;
        else if (byte === CLOSE) depth--;
        this.at++;
      }
      if (depth <= 0) return depth === 0 && byte === CLOSE;
    }
    return false;
  }
}

/** Whether a byte is one of 0 to 9. */
export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
