import { CLOSE, CLOSE_LIST, COLON, COMMA, FALSE, NULL, OPEN, OPEN_LIST, QUOTE, TRUE } from './bytes.ts';

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const LETTER_A = 0x61;
const LETTER_E = 0x65;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const LETTER_U = 0x75;
const FIRST_PRINTABLE = 0x20;
const LAST_ASCII = 0x7f;
/** A bit that no byte has. */
const ESCAPED = 0x100;
/** Sets the bit that makes an ASCII letter lower case. */
const LOWER_CASE = 0x20;

/** The characters that may follow a backslash, except `u`. */
const ESCAPES = new Set(Buffer.from('"\\/bfnrt'));

/** Levels of arrays and objects that are followed. DynamoDB allows 32 in an item, and its JSON writes each as two. */
export const MAX_NESTING = 100;

/** The numbers of digits that a 64-bit integer and a double always hold exactly. */
export const MAX_INTEGER_DIGITS = 18;
export const MAX_DOUBLE_DIGITS = 15;

/**
 * Strings are cut from a window of the input that holds one Latin-1 character per byte: creating it costs a fraction of decoding
 * each string. V8 frees larger strings only in a major GC, and a substring keeps its whole window alive.
 */
const WINDOW = 64 * 1024;
/** Longer strings are decoded on their own. */
const MAX_WINDOWED = WINDOW / 8;

/**
 * A position in compact JSON, which is what DynamoDB sends: white space between tokens is not accepted. Each `skip…` method skips
 * what it is named after and returns whether that was there, well-formed; after `false` the position is undefined, except for
 * `skip` and `skipBytes`.
 */
export class JsonScanner {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  /** Whether the last plain string contains the marked byte. */
  isMarked = false;
  readonly #mark: number | undefined;
  /** The bits of all bytes of the last string, and ESCAPED. */
  #allBits = 0;
  /** What ends the arrays and objects around a value that is skipped, the innermost last. */
  readonly #closers = new Uint8Array(MAX_NESTING);
  #window = '';
  #windowStart = 0;
  #windowEnd = 0;

  /** `mark`: a byte to look for in plain strings. */
  constructor(mark?: number) {
    this.#mark = mark;
  }

  /** Starts at the beginning of another document. */
  open(bytes: Buffer): void {
    this.bytes = bytes;
    this.at = 0;
    this.#windowStart = 0;
    this.#windowEnd = 0;
  }

  /** Skips this byte. */
  skip(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  /** Skips these bytes. */
  skipBytes(expected: Buffer): boolean {
    const { bytes, at } = this;
    for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
    this.at = at + expected.length;
    return true;
  }

  /** Skips a string. */
  skipString(): boolean {
    const { bytes } = this;
    if (bytes[this.at] !== QUOTE) return false;
    let allBits = 0;
    let end = this.at + 1;
    // Past the end are zeros, which are control characters and end the loop.
    let byte = bytes[end] ?? 0;
    while (byte !== QUOTE) {
      if (byte === BACKSLASH) {
        const length = escapeLength(bytes, end);
        if (length === 0) return false;
        allBits |= ESCAPED;
        end += length - 1;
      } else if (byte < FIRST_PRINTABLE) return false;
      allBits |= byte;
      byte = bytes[++end] ?? 0;
    }
    this.at = end + 1;
    this.#allBits = allBits;
    return true;
  }

  /** Skips a string that equals its bytes, and looks for the marked byte, which would slow down `skipString`. */
  skipPlainString(): boolean {
    const { bytes } = this;
    const mark = this.#mark;
    if (bytes[this.at] !== QUOTE) return false;
    let isMarked = false;
    let end = this.at + 1;
    for (; ; end++) {
      const byte = bytes[end] ?? 0;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH || byte < FIRST_PRINTABLE) return false;
      if (byte === mark) isMarked = true;
    }
    this.at = end + 1;
    this.isMarked = isMarked;
    return true;
  }

  /** Reads a string; undefined if there is none. */
  readString(): string | undefined {
    const start = this.at + 1;
    if (!this.skipString()) return undefined;
    const end = this.at - 1;
    if (this.#allBits >= ESCAPED) return JSON.parse(this.bytes.toString('utf8', start - 1, end + 1));
    if (this.#allBits > LAST_ASCII) return this.bytes.toString('utf8', start, end);
    if (start < this.#windowStart || end > this.#windowEnd) {
      if (end - start > MAX_WINDOWED) return this.bytes.toString('latin1', start, end);
      this.#window = this.bytes.toString('latin1', start, start + WINDOW);
      this.#windowStart = start;
      this.#windowEnd = start + this.#window.length;
    }
    return this.#window.slice(start - this.#windowStart, end - this.#windowStart);
  }

  /** Skips a quoted number that every type formats the same: no exponent, no redundant zeros, at most `maxDigits`. */
  skipPlainNumber(maxDigits: number): boolean {
    const { bytes } = this;
    let { at } = this;
    if (bytes[at++] !== QUOTE) return false;
    const begin = at;
    if (bytes[at] === MINUS) at++;
    const whole = at;
    while (isDigit(bytes[at])) at++;
    const isZero = bytes[whole] === ZERO;
    if (at === whole || (isZero && at > whole + 1)) return false;
    if (bytes[at] === POINT) {
      const fraction = ++at;
      while (isDigit(bytes[at])) at++;
      if (at === fraction || bytes[at - 1] === ZERO || (isZero && bytes[fraction] === ZERO)) return false;
      if (at - begin > MAX_DOUBLE_DIGITS) return false;
    } else if (at - whole > maxDigits || (isZero && whole > begin)) return false;
    if (bytes[at] !== QUOTE) return false;
    this.at = at + 1;
    return true;
  }

  /** Skips a value of any type. */
  skipValue(): boolean {
    const { bytes } = this;
    const closers = this.#closers;
    let depth = 0;
    for (;;) {
      const byte = bytes[this.at];
      if (byte === OPEN || byte === OPEN_LIST) {
        const closer = byte === OPEN ? CLOSE : CLOSE_LIST;
        if (bytes[++this.at] !== closer) {
          if (depth === MAX_NESTING) return false;
          closers[depth++] = closer;
          if (closer === CLOSE && !this.#skipName()) return false;
          continue;
        }
        this.at++;
      } else if (!(byte === QUOTE ? this.skipString() : this.#skipLiteral())) return false;
      // A value has ended: so do the arrays and objects of which it is the last.
      while (depth > 0 && bytes[this.at] === closers[depth - 1]) {
        this.at++;
        depth--;
      }
      if (depth === 0) return true;
      if (!this.skip(COMMA) || (closers[depth - 1] === CLOSE && !this.#skipName())) return false;
    }
  }

  /** Enters an object and goes to the value of its first member with this name, which is quoted and followed by a colon. */
  findMember(name: Buffer): boolean {
    if (!this.skip(OPEN)) return false;
    do {
      if (this.skipBytes(name)) return true;
      if (!this.#skipName() || !this.skipValue()) return false;
    } while (this.skip(COMMA));
    return false;
  }

  #skipName(): boolean {
    return this.skipString() && this.skip(COLON);
  }

  #skipLiteral(): boolean {
    switch (this.bytes[this.at] ?? 0) {
      case LETTER_T:
        return this.skipBytes(TRUE);
      case LETTER_F:
        return this.skipBytes(FALSE);
      case LETTER_N:
        return this.skipBytes(NULL);
      default:
        return this.#skipNumber();
    }
  }

  #skipNumber(): boolean {
    this.skip(MINUS);
    if (!this.skip(ZERO) && !this.#skipDigits()) return false;
    if (this.skip(POINT) && !this.#skipDigits()) return false;
    if (((this.bytes[this.at] ?? 0) | LOWER_CASE) !== LETTER_E) return true;
    this.at++;
    if (!this.skip(MINUS)) this.skip(PLUS);
    return this.#skipDigits();
  }

  #skipDigits(): boolean {
    const start = this.at;
    while (isDigit(this.bytes[this.at])) this.at++;
    return this.at > start;
  }
}

/** The length of an escape sequence; 0 if JSON has none like it. */
function escapeLength(bytes: Buffer, at: number): number {
  const character = bytes[at + 1] ?? 0;
  if (ESCAPES.has(character)) return 2;
  if (character !== LETTER_U) return 0;
  for (let i = at + 2; i < at + 6; i++) if (!isHexDigit(bytes[i])) return 0;
  return 6;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined || isDigit(byte)) return byte !== undefined;
  const letter = byte | LOWER_CASE;
  return letter >= LETTER_A && letter <= LETTER_F;
}

/** Whether a byte is one of 0 to 9. */
export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
