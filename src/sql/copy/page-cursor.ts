import { CLOSE, OPEN, QUOTE } from './json-bytes.ts';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

/** The numbers of digits that a 64-bit integer and a double always hold exactly. */
export const MAX_INTEGER_DIGITS = 18;
export const MAX_DOUBLE_DIGITS = 15;

/**
 * A position in a page. Each method skips what it is named after and returns whether it was there; after `false` the position is
 * undefined, except for `skip` and `skipBytes`.
 */
export class PageCursor {
  page: Buffer = Buffer.alloc(0);
  at = 0;
  /** Whether the last plain string contains the marked byte, the delimiter. */
  isMarked = false;
  readonly #mark: number;

  constructor(mark: number) {
    this.#mark = mark;
  }

  open(page: Buffer): void {
    this.page = page;
    this.at = 0;
  }

  /** Skips this byte. */
  skip(byte: number): boolean {
    if (this.page[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  /** Skips these bytes. */
  skipBytes(expected: Buffer): boolean {
    const { page, at } = this;
    for (let i = 0; i < expected.length; i++) if (page[at + i] !== expected[i]) return false;
    this.at = at + expected.length;
    return true;
  }

  /** Skips a string without escapes and control characters. */
  skipPlainString(): boolean {
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

  /** Skips a quoted number that every type formats the same: no exponent, no redundant zeros, at most `maxDigits`. */
  skipPlainNumber(maxDigits: number): boolean {
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
    } else if (at - whole > maxDigits || (isZero && whole > begin)) return false;
    if (page[at] !== QUOTE) return false;
    this.at = at + 1;
    return true;
  }

  /** Skips any string. */
  skipString(): boolean {
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

  /** Skips any object. */
  skipObject(): boolean {
    const { page } = this;
    let depth = 0;
    while (this.at < page.length) {
      const byte = page[this.at];
      if (byte === QUOTE) {
        if (!this.skipString()) return false;
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
