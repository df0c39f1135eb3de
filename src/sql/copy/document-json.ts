import { compareNumbers } from '../../dynamo/key.ts';
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
} from '../../dynamo/json/bytes.ts';
import { MAX_INTEGER_DIGITS, MAX_NESTING, isDigit, type JsonScanner } from '../../dynamo/json/scanner.ts';

const UNDERSCORE = 0x5f;

/** Converts a value in DynamoDB's JSON format to plain JSON for a field of CSV, with doubled quotes. */
export class DocumentJson {
  /** Set when something is written that CSV allows only in a quoted field; the caller resets it. */
  needsQuotes = false;
  readonly #json: JsonScanner;
  readonly #out: GrowingBytes;
  readonly #isCommaSafe: boolean;

  constructor(json: JsonScanner, out: GrowingBytes, delimiter: number) {
    this.#json = json;
    this.#out = out;
    this.#isCommaSafe = delimiter !== COMMA;
  }

  /** Reads a typed value and writes its JSON; false if more is needed than leaving out the types. */
  write(depth = 0): boolean {
    const json = this.#json;
    return depth <= MAX_NESTING && json.skip(OPEN) && this.#writeMember(depth + 1) && json.skip(CLOSE);
  }

  #writeMember(depth: number): boolean {
    const json = this.#json;
    if (json.skipBytes(TYPE_TAGS.S)) return this.#writeString();
    if (json.skipBytes(TYPE_TAGS.N)) return this.#writeNumber();
    if (json.skipBytes(TYPE_TAGS.M)) return this.#writeMap(depth);
    if (json.skipBytes(TYPE_TAGS.L)) return this.#writeList(() => this.write(depth));
    if (json.skipBytes(TYPE_TAGS.BOOL)) return this.#writeConstant(TRUE) || this.#writeConstant(FALSE);
    if (json.skipBytes(TYPE_TAGS.NULL)) {
      this.#out.copy(NULL, 0, NULL.length);
      return true;
    }
    if (json.skipBytes(TYPE_TAGS.NS)) return this.#writeSet(() => this.#writeNumber(), compareNumberBytes);
    if (json.skipBytes(TYPE_TAGS.SS) || json.skipBytes(TYPE_TAGS.BS))
      return this.#writeSet(() => this.#writeString(), compareBytes);
    return json.skipBytes(TYPE_TAGS.B) && this.#writeString();
  }

  #writeConstant(bytes: Buffer): boolean {
    if (!this.#json.skipBytes(bytes)) return false;
    this.#out.copy(bytes, 0, bytes.length);
    return true;
  }

  #writeString(): boolean {
    const json = this.#json;
    const out = this.#out;
    const start = json.at + 1;
    if (!json.skipPlainString()) return false;
    this.needsQuotes = true;
    out.put(QUOTE);
    out.put(QUOTE);
    out.copy(json.bytes, start, json.at - 1);
    out.put(QUOTE);
    out.put(QUOTE);
    return true;
  }

  #writeNumber(): boolean {
    const json = this.#json;
    const start = json.at + 1;
    if (!json.skipPlainNumber(MAX_INTEGER_DIGITS)) return false;
    this.#out.copy(json.bytes, start, json.at - 1);
    return true;
  }

  #writeMap(depth: number): boolean {
    const json = this.#json;
    const out = this.#out;
    if (!json.skip(OPEN)) return false;
    out.put(OPEN);
    let isFirst = true;
    if (!json.skip(CLOSE)) {
      do {
        if (!isFirst) this.#writeComma();
        isFirst = false;
        if (this.#isReorderedName() || !this.#writeString() || !json.skip(COLON)) return false;
        out.put(COLON);
        if (!this.write(depth)) return false;
      } while (json.skip(COMMA));
      if (!json.skip(CLOSE)) return false;
    }
    out.put(CLOSE);
    return true;
  }

  /** Whether a JavaScript object would reorder or drop the name: `10`, `__proto__`. */
  #isReorderedName(): boolean {
    const { bytes: page, at } = this.#json;
    const [first, second] = [page[at + 1], page[at + 2]];
    return isDigit(first) || (first === UNDERSCORE && second === UNDERSCORE);
  }

  #writeList(element: () => boolean): boolean {
    const json = this.#json;
    const out = this.#out;
    if (!json.skip(OPEN_LIST)) return false;
    out.put(OPEN_LIST);
    let isFirst = true;
    if (!json.skip(CLOSE_LIST)) {
      do {
        if (!isFirst) this.#writeComma();
        isFirst = false;
        if (!element()) return false;
      } while (json.skip(COMMA));
      if (!json.skip(CLOSE_LIST)) return false;
    }
    out.put(CLOSE_LIST);
    return true;
  }

  /** Members of a set are not sorted here: one that is in another order than sets are shown in is left to the caller. */
  #writeSet(element: () => boolean, compare: (a: Buffer, b: Buffer) => number): boolean {
    const json = this.#json;
    let before: Buffer | undefined;
    return this.#writeList(() => {
      const start = json.at + 1;
      if (!element()) return false;
      const member = json.bytes.subarray(start, json.at - 1);
      const isInOrder = before === undefined || compare(before, member) <= 0;
      before = member;
      return isInOrder;
    });
  }

  #writeComma(): void {
    this.#out.put(COMMA);
    if (!this.#isCommaSafe) this.needsQuotes = true;
  }
}

function compareBytes(a: Buffer, b: Buffer): number {
  return Buffer.compare(a, b);
}

function compareNumberBytes(a: Buffer, b: Buffer): number {
  return compareNumbers(a.toString('latin1'), b.toString('latin1'));
}
