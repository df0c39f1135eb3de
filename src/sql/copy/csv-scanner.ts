import { isUtf8 } from 'node:buffer';
import { type ColumnDef, isWholeItem } from '../../catalog/table-def.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { CsvLine } from './csv-line.ts';
import { DocumentJson } from './document-json.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { CLOSE, CLOSE_LIST, COLON, COMMA, FALSE, OPEN, OPEN_LIST, TRUE, TYPE_TAGS } from './json-bytes.ts';
import type { CopyOptions } from './options.ts';
import { MAX_DOUBLE_DIGITS, MAX_INTEGER_DIGITS, PageCursor } from './page-cursor.ts';

/** Lines of CSV, valid until the next page is scanned. */
export interface ScannedLines {
  readonly bytes: Buffer;
  /** The number of items converted, from the first of the page. */
  readonly count: number;
  /** Whether all items of the page were converted. */
  readonly isComplete: boolean;
}

/** Formats a value of the column at this position as a field, quoted if necessary. */
export type FieldFormatter = (value: AttributeValue, position: number) => string;

/** Delimiters that cannot occur in numbers, or between the tokens of a document other than as its comma. */
const DELIMITERS: ReadonlySet<string> = new Set([',', ';', '|', '\t']);

/**
 * Returns a function that converts the items of a page to lines of CSV by copying bytes, without decoding strings. It stops at
 * the first item that is not in DynamoDB's compact JSON. `formatField` formats the values that cannot be copied. Undefined if
 * a column is not a top-level attribute, or for unusual quoting options.
 */
export function createCsvScanner(
  columns: readonly ColumnDef[],
  options: CopyOptions,
  formatField: FieldFormatter,
): ((page: Buffer) => ScannedLines) | undefined {
  const { delimiter, quote, escape, forceQuote } = options;
  const positions = new Map(columns.map(({ path: [name] }, position) => [name, position]));
  const arePlain =
    positions.size === columns.length &&
    columns.every((each) => each.path.length === 1 && each.stored !== true && !isWholeItem(each));
  const hasUsualQuoting = quote === '"' && escape === '"' && DELIMITERS.has(delimiter);
  if (!arePlain || !hasUsualQuoting || forceQuote === '*' || forceQuote.size > 0) return undefined;
  const scanner = new Scanner(columns, positions, options, formatField);
  return (page) => scanner.scan(page);
}

const LETTER_F = 0x66;
const LETTER_T = 0x74;

/** A name of the previous item. Most items of a table have the same attributes in the same order. */
interface KnownName {
  /** With its quotes and the colon. */
  readonly bytes: Buffer;
  /** The position of its column; -1 if the query does not select it. */
  readonly position: number;
}

/**
 * Scans one page at a time. Its private methods return false, or undefined, where the bytes are not of the expected form; the
 * item is then left to the caller.
 */
class Scanner {
  readonly #positions: ReadonlyMap<string, number>;
  readonly #isJson: readonly boolean[];
  readonly #maxDigits: readonly number[];
  readonly #formatField: FieldFormatter;
  readonly #cursor: PageCursor;
  readonly #line: CsvLine;
  readonly #documents: DocumentJson;
  /** The names of the previous item in order; a name is compared with them before it is decoded. */
  readonly #order: KnownName[] = [];
  readonly #out = new GrowingBytes();

  constructor(
    columns: readonly ColumnDef[],
    positions: ReadonlyMap<string, number>,
    options: Pick<CopyOptions, 'delimiter' | 'null'>,
    formatField: FieldFormatter,
  ) {
    const delimiter = options.delimiter.charCodeAt(0);
    this.#positions = positions;
    this.#isJson = columns.map(({ type }) => type.kind === 'json');
    this.#maxDigits = columns.map(({ type }) =>
      type.kind === 'double' ? MAX_DOUBLE_DIGITS : MAX_INTEGER_DIGITS,
    );
    this.#formatField = formatField;
    this.#cursor = new PageCursor(delimiter);
    this.#line = new CsvLine(this.#cursor, columns.length, delimiter, options.null);
    this.#documents = new DocumentJson(this.#cursor, this.#line.scratch, delimiter);
  }

  scan(page: Buffer): ScannedLines {
    const cursor = this.#cursor;
    cursor.open(page);
    this.#out.length = 0;
    let count = 0;
    if (isUtf8(page) && cursor.skip(OPEN_LIST) && page[cursor.at] !== CLOSE_LIST)
      do {
        if (!this.#scanItem()) break;
        this.#line.writeTo(this.#out);
        count++;
      } while (cursor.skip(COMMA));
    const isComplete = cursor.skip(CLOSE_LIST) && cursor.at === page.length;
    return { bytes: this.#out.bytes.subarray(0, this.#out.length), count, isComplete };
  }

  #scanItem(): boolean {
    const cursor = this.#cursor;
    this.#line.clear();
    if (!cursor.skip(OPEN)) return false;
    if (cursor.skip(CLOSE)) return true;
    let index = 0;
    do {
      const position = this.#scanName(index++);
      if (position === undefined) return false;
      if (!(position < 0 ? cursor.skipObject() : this.#scanField(position))) return false;
    } while (cursor.skip(COMMA));
    return cursor.skip(CLOSE);
  }

  /** Reads a name; returns the position of its column, or -1. */
  #scanName(index: number): number | undefined {
    const cursor = this.#cursor;
    const { page, at: start } = cursor;
    const known = this.#order[index];
    if (known !== undefined && cursor.skipBytes(known.bytes)) return known.position;
    if (!cursor.skipString()) return undefined;
    const { at: end } = cursor;
    if (!cursor.skip(COLON)) return undefined;
    const name: string = JSON.parse(page.toString('utf8', start, end));
    const position = this.#positions.get(name) ?? -1;
    this.#order[index] = { bytes: Buffer.from(page.subarray(start, cursor.at)), position };
    return position;
  }

  /** Reads a value into the field of its column. */
  #scanField(position: number): boolean {
    const cursor = this.#cursor;
    const { scratch } = this.#line;
    const { at: start } = cursor;
    const { length } = scratch;
    if (this.#copyValue(position)) return true;
    cursor.at = start;
    scratch.length = length;
    if (!cursor.skipObject()) return false;
    const value: AttributeValue = JSON.parse(cursor.page.toString('utf8', start, cursor.at));
    return this.#line.setText(position, this.#formatField(value, position));
  }

  /** Reads a value whose field consists of bytes of the page; false for all others. */
  #copyValue(position: number): boolean {
    const cursor = this.#cursor;
    const { at: start } = cursor;
    if (!cursor.skip(OPEN)) return false;
    if (cursor.skipBytes(TYPE_TAGS.N)) {
      const { at: digits } = cursor;
      return (
        cursor.skipPlainNumber(this.#maxDigits[position] ?? 0) && this.#copyString(digits, position, false)
      );
    }
    if (cursor.skipBytes(TYPE_TAGS.NULL)) return cursor.skip(CLOSE);
    if (this.#isJson[position] !== true) {
      if (cursor.skipBytes(TYPE_TAGS.S)) {
        const { at: text } = cursor;
        return cursor.skipPlainString() && this.#copyString(text, position, cursor.isMarked);
      }
      if (cursor.skipBytes(TYPE_TAGS.BOOL)) return this.#copyBoolean(position);
      if (cursor.skipBytes(TYPE_TAGS.B)) return false;
    }
    cursor.at = start;
    return this.#copyDocument(position);
  }

  /** Sets the field to the content of the string that was just read, and reads the end of its value. */
  #copyString(start: number, position: number, quoted: boolean): boolean {
    const { at: end } = this.#cursor;
    return this.#cursor.skip(CLOSE) && this.#line.setFromPage(position, start + 1, end - 1, quoted);
  }

  #copyBoolean(position: number): boolean {
    const isTrue = this.#cursor.skipBytes(TRUE);
    if (!isTrue && !this.#cursor.skipBytes(FALSE)) return false;
    const { scratch } = this.#line;
    const { length } = scratch;
    scratch.put(isTrue ? LETTER_T : LETTER_F);
    return this.#cursor.skip(CLOSE) && this.#line.setFromScratch(position, length, false);
  }

  #copyDocument(position: number): boolean {
    const documents = this.#documents;
    const { length } = this.#line.scratch;
    documents.needsQuotes = false;
    return documents.write() && this.#line.setFromScratch(position, length, documents.needsQuotes);
  }
}
