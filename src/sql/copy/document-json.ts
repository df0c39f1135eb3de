import type { GrowingBytes } from './growing-bytes.ts';
import {
  CLOSE,
  CLOSE_LIST,
  COLON,
  COMMA,
  FALSE,
  NULL,
  OPEN,
  OPEN_LIST,
  QUOTE,
  TRUE,
  TYPE_TAGS,
} from './json-bytes.ts';
import { MAX_INTEGER_DIGITS, isDigit, type PageCursor } from './page-cursor.ts';

const UNDERSCORE = 0x5f;

/** Converts a value in DynamoDB's JSON format to plain JSON for a field of CSV, with doubled quotes. */
export class DocumentJson {
  /** Set when something is written that CSV allows only in a quoted field; the caller resets it. */
  needsQuotes = false;
  readonly #cursor: PageCursor;
  readonly #out: GrowingBytes;
  readonly #isCommaSafe: boolean;

  constructor(cursor: PageCursor, out: GrowingBytes, delimiter: number) {
    this.#cursor = cursor;
    this.#out = out;
    this.#isCommaSafe = delimiter !== COMMA;
  }

  /** Reads a typed value and writes its JSON; false if more is needed than leaving out the types. */
  write(): boolean {
    const cursor = this.#cursor;
    return cursor.skip(OPEN) && this.#writeMember() && cursor.skip(CLOSE);
  }

  #writeMember(): boolean {
    const cursor = this.#cursor;
    if (cursor.skipBytes(TYPE_TAGS.S)) return this.#writeString();
    if (cursor.skipBytes(TYPE_TAGS.N)) return this.#writeNumber();
    if (cursor.skipBytes(TYPE_TAGS.M)) return this.#writeMap();
    if (cursor.skipBytes(TYPE_TAGS.L)) return this.#writeList(() => this.write());
    if (cursor.skipBytes(TYPE_TAGS.BOOL)) return this.#writeConstant(TRUE) || this.#writeConstant(FALSE);
    if (cursor.skipBytes(TYPE_TAGS.NULL)) {
      this.#out.copy(NULL, 0, NULL.length);
      return true;
    }
    if (cursor.skipBytes(TYPE_TAGS.NS)) return this.#writeList(() => this.#writeNumber());
    if (cursor.skipBytes(TYPE_TAGS.SS) || cursor.skipBytes(TYPE_TAGS.BS))
      return this.#writeList(() => this.#writeString());
    return cursor.skipBytes(TYPE_TAGS.B) && this.#writeString();
  }

  #writeConstant(bytes: Buffer): boolean {
    if (!this.#cursor.skipBytes(bytes)) return false;
    this.#out.copy(bytes, 0, bytes.length);
    return true;
  }

  #writeString(): boolean {
    const cursor = this.#cursor;
    const out = this.#out;
    const start = cursor.at + 1;
    if (!cursor.skipPlainString()) return false;
    this.needsQuotes = true;
    out.put(QUOTE);
    out.put(QUOTE);
    out.copy(cursor.page, start, cursor.at - 1);
    out.put(QUOTE);
    out.put(QUOTE);
    return true;
  }

  #writeNumber(): boolean {
    const cursor = this.#cursor;
    const start = cursor.at + 1;
    if (!cursor.skipPlainNumber(MAX_INTEGER_DIGITS)) return false;
    this.#out.copy(cursor.page, start, cursor.at - 1);
    return true;
  }

  #writeMap(): boolean {
    const cursor = this.#cursor;
    const out = this.#out;
    if (!cursor.skip(OPEN)) return false;
    out.put(OPEN);
    let isFirst = true;
    if (!cursor.skip(CLOSE)) {
      do {
        if (!isFirst) this.#writeComma();
        isFirst = false;
        if (this.#isReorderedName() || !this.#writeString() || !cursor.skip(COLON)) return false;
        out.put(COLON);
        if (!this.write()) return false;
      } while (cursor.skip(COMMA));
      if (!cursor.skip(CLOSE)) return false;
    }
    out.put(CLOSE);
    return true;
  }

  /** Whether a JavaScript object would reorder or drop the name: `10`, `__proto__`. */
  #isReorderedName(): boolean {
    const { page, at } = this.#cursor;
    const [first, second] = [page[at + 1], page[at + 2]];
    return isDigit(first) || (first === UNDERSCORE && second === UNDERSCORE);
  }

  #writeList(element: () => boolean): boolean {
    const cursor = this.#cursor;
    const out = this.#out;
    if (!cursor.skip(OPEN_LIST)) return false;
    out.put(OPEN_LIST);
    let isFirst = true;
    if (!cursor.skip(CLOSE_LIST)) {
      do {
        if (!isFirst) this.#writeComma();
        isFirst = false;
        if (!element()) return false;
      } while (cursor.skip(COMMA));
      if (!cursor.skip(CLOSE_LIST)) return false;
    }
    out.put(CLOSE_LIST);
    return true;
  }

  #writeComma(): void {
    this.#out.put(COMMA);
    if (!this.#isCommaSafe) this.needsQuotes = true;
  }
}
