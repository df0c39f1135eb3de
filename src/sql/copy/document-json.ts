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

/** Makes plain JSON of DynamoDB's, as it stands in a field of CSV: its quotes doubled. */
export class DocumentJson {
  /** Whether something was written since it was last false that only stands in CSV between quotes. */
  needsQuotes = false;
  readonly #cursor: PageCursor;
  readonly #out: GrowingBytes;
  readonly #isCommaSafe: boolean;

  constructor(cursor: PageCursor, out: GrowingBytes, delimiter: number) {
    this.#cursor = cursor;
    this.#out = out;
    this.#isCommaSafe = delimiter !== COMMA;
  }

  /** Takes a value with its type; false where its JSON is more than leaving types out. */
  write(): boolean {
    const cursor = this.#cursor;
    return cursor.skip(OPEN) && this.#member() && cursor.skip(CLOSE);
  }

  #member(): boolean {
    const cursor = this.#cursor;
    if (cursor.word(TYPE_TAGS.S)) return this.#string();
    if (cursor.word(TYPE_TAGS.N)) return this.#number();
    if (cursor.word(TYPE_TAGS.M)) return this.#map();
    if (cursor.word(TYPE_TAGS.L)) return this.#list(() => this.write());
    if (cursor.word(TYPE_TAGS.BOOL)) return this.#constant(TRUE) || this.#constant(FALSE);
    if (cursor.word(TYPE_TAGS.NULL)) {
      this.#out.copy(NULL, 0, NULL.length);
      return true;
    }
    if (cursor.word(TYPE_TAGS.NS)) return this.#list(() => this.#number());
    if (cursor.word(TYPE_TAGS.SS) || cursor.word(TYPE_TAGS.BS)) return this.#list(() => this.#string());
    return cursor.word(TYPE_TAGS.B) && this.#string();
  }

  #constant(word: Buffer): boolean {
    if (!this.#cursor.word(word)) return false;
    this.#out.copy(word, 0, word.length);
    return true;
  }

  #string(): boolean {
    const cursor = this.#cursor;
    const out = this.#out;
    const start = cursor.at + 1;
    if (!cursor.plainString()) return false;
    this.needsQuotes = true;
    out.put(QUOTE);
    out.put(QUOTE);
    out.copy(cursor.page, start, cursor.at - 1);
    out.put(QUOTE);
    out.put(QUOTE);
    return true;
  }

  #number(): boolean {
    const cursor = this.#cursor;
    const start = cursor.at + 1;
    if (!cursor.plainNumber(MAX_INTEGER_DIGITS)) return false;
    this.#out.copy(cursor.page, start, cursor.at - 1);
    return true;
  }

  #map(): boolean {
    const cursor = this.#cursor;
    const out = this.#out;
    if (!cursor.skip(OPEN)) return false;
    out.put(OPEN);
    let isFirst = true;
    if (!cursor.skip(CLOSE)) {
      do {
        if (!isFirst) this.#comma();
        isFirst = false;
        if (this.#isOddName() || !this.#string() || !cursor.skip(COLON)) return false;
        out.put(COLON);
        if (!this.write()) return false;
      } while (cursor.skip(COMMA));
      if (!cursor.skip(CLOSE)) return false;
    }
    out.put(CLOSE);
    return true;
  }

  /** Whether a name may be one that objects of JavaScript have in another place, or not at all: `10`, `__proto__`. */
  #isOddName(): boolean {
    const { page, at } = this.#cursor;
    const [first, second] = [page[at + 1], page[at + 2]];
    return isDigit(first) || (first === UNDERSCORE && second === UNDERSCORE);
  }

  #list(element: () => boolean): boolean {
    const cursor = this.#cursor;
    const out = this.#out;
    if (!cursor.skip(OPEN_LIST)) return false;
    out.put(OPEN_LIST);
    let isFirst = true;
    if (!cursor.skip(CLOSE_LIST)) {
      do {
        if (!isFirst) this.#comma();
        isFirst = false;
        if (!element()) return false;
      } while (cursor.skip(COMMA));
      if (!cursor.skip(CLOSE_LIST)) return false;
    }
    out.put(CLOSE_LIST);
    return true;
  }

  #comma(): void {
    this.#out.put(COMMA);
    if (!this.#isCommaSafe) this.needsQuotes = true;
  }
}
