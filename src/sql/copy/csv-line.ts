import { GrowingBytes } from './growing-bytes.ts';
import { QUOTE } from './json-bytes.ts';
import type { PageCursor } from './page-cursor.ts';

const LINE_FEED = 0x0a;

/** Where the field of a column lies while its item is read. */
interface Field {
  /** Undefined: it is NULL. */
  from: 'page' | 'made' | undefined;
  start: number;
  end: number;
  /** It is to stand between quotes. */
  quoted: boolean;
}

/** The fields of one item, which lie in its page where they can be copied, and their line. */
export class CsvLine {
  /** Fields that are no copies. */
  readonly made = new GrowingBytes();
  readonly #cursor: PageCursor;
  readonly #delimiter: number;
  readonly #null: Buffer;
  readonly #fields: readonly Field[];

  constructor(cursor: PageCursor, width: number, delimiter: number, nullText: string) {
    this.#cursor = cursor;
    this.#delimiter = delimiter;
    this.#null = Buffer.from(nullText);
    this.#fields = Array.from({ length: width }, () => ({
      from: undefined,
      start: 0,
      end: 0,
      quoted: false,
    }));
  }

  /** All fields are NULL. */
  clear(): void {
    for (const field of this.#fields) field.from = undefined;
    this.made.length = 0;
  }

  /** A field is bytes of the page; false for what would be taken for NULL, or for no row. */
  copy(position: number, start: number, end: number, quoted: boolean): boolean {
    return !this.#isOdd(this.#cursor.page, start, end) && this.#set(position, 'page', start, end, quoted);
  }

  /** A field is what was made from `start` on; false for what would be taken for NULL, or for no row. */
  make(position: number, start: number, quoted: boolean): boolean {
    const { bytes, length } = this.made;
    return !this.#isOdd(bytes, start, length) && this.#set(position, 'made', start, length, quoted);
  }

  /** A field is this text, which has its quotes already. */
  makeOf(position: number, text: string): boolean {
    const start = this.made.length;
    const bytes = Buffer.from(text);
    this.made.copy(bytes, 0, bytes.length);
    return this.#set(position, 'made', start, this.made.length, false);
  }

  #isOdd(bytes: Buffer, start: number, end: number): boolean {
    if (end === start && this.#fields.length === 1) return true;
    return end - start === this.#null.length && this.#null.equals(bytes.subarray(start, end));
  }

  #set(position: number, from: 'page' | 'made', start: number, end: number, quoted: boolean): boolean {
    const field = this.#fields[position];
    if (field === undefined) return false;
    field.from = from;
    field.start = start;
    field.end = end;
    field.quoted = quoted;
    return true;
  }

  /** Adds the line to others. */
  writeTo(out: GrowingBytes): void {
    const { page } = this.#cursor;
    let isFirst = true;
    for (const { from, start, end, quoted } of this.#fields) {
      if (!isFirst) out.put(this.#delimiter);
      isFirst = false;
      if (quoted && from !== undefined) out.put(QUOTE);
      if (from === undefined) out.copy(this.#null, 0, this.#null.length);
      else out.copy(from === 'page' ? page : this.made.bytes, start, end);
      if (quoted && from !== undefined) out.put(QUOTE);
    }
    out.put(LINE_FEED);
  }
}
