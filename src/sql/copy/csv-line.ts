import { GrowingBytes } from './growing-bytes.ts';
import { QUOTE } from '../../dynamo/json/bytes.ts';
import type { JsonScanner } from '../../dynamo/json/scanner.ts';

const LINE_FEED = 0x0a;

/** The bytes of a column's field while its item is scanned. */
interface Field {
  /** The buffer that `start` and `end` refer to; undefined: the field is NULL. */
  from: 'page' | 'scratch' | undefined;
  start: number;
  end: number;
  /** Whether the line must quote it. */
  quoted: boolean;
}

/** Collects the fields of one item as byte ranges of its page or of `scratch`, and writes them as a line of CSV. */
export class CsvLine {
  /** The bytes of fields that cannot be copied from the page. */
  readonly scratch = new GrowingBytes();
  readonly #json: JsonScanner;
  readonly #delimiter: number;
  readonly #null: Buffer;
  readonly #fields: readonly Field[];

  constructor(json: JsonScanner, width: number, delimiter: number, nullText: string) {
    this.#json = json;
    this.#delimiter = delimiter;
    this.#null = Buffer.from(nullText);
    this.#fields = Array.from({ length: width }, () => ({
      from: undefined,
      start: 0,
      end: 0,
      quoted: false,
    }));
  }

  /** Resets all fields to NULL. */
  clear(): void {
    for (const field of this.#fields) field.from = undefined;
    this.scratch.length = 0;
  }

  /** Sets a field to bytes of the page; false if they would read as NULL or, in a single column, as no row. */
  setFromPage(position: number, start: number, end: number, quoted: boolean): boolean {
    return (
      !this.#isAmbiguous(this.#json.bytes, start, end) && this.#set(position, 'page', start, end, quoted)
    );
  }

  /** Sets a field to the bytes of `scratch` from `start` on; false under the same conditions as `setFromPage`. */
  setFromScratch(position: number, start: number, quoted: boolean): boolean {
    const { bytes, length } = this.scratch;
    return !this.#isAmbiguous(bytes, start, length) && this.#set(position, 'scratch', start, length, quoted);
  }

  /** Sets a field to a string that is already quoted if necessary. */
  setText(position: number, text: string): boolean {
    const start = this.scratch.length;
    const bytes = Buffer.from(text);
    this.scratch.copy(bytes, 0, bytes.length);
    return this.#set(position, 'scratch', start, this.scratch.length, false);
  }

  #isAmbiguous(bytes: Buffer, start: number, end: number): boolean {
    if (end === start && this.#fields.length === 1) return true;
    return end - start === this.#null.length && this.#null.equals(bytes.subarray(start, end));
  }

  #set(position: number, from: 'page' | 'scratch', start: number, end: number, quoted: boolean): boolean {
    const field = this.#fields[position];
    if (field === undefined) return false;
    field.from = from;
    field.start = start;
    field.end = end;
    field.quoted = quoted;
    return true;
  }

  /** Appends the line to the output. */
  writeTo(out: GrowingBytes): void {
    const { bytes: page } = this.#json;
    let isFirst = true;
    for (const { from, start, end, quoted } of this.#fields) {
      if (!isFirst) out.put(this.#delimiter);
      isFirst = false;
      if (quoted && from !== undefined) out.put(QUOTE);
      if (from === undefined) out.copy(this.#null, 0, this.#null.length);
      else out.copy(from === 'page' ? page : this.scratch.bytes, start, end);
      if (quoted && from !== undefined) out.put(QUOTE);
    }
    out.put(LINE_FEED);
  }
}
