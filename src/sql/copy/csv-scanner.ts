import { isUtf8 } from 'node:buffer';
import { type ColumnDef, isWholeItem } from '../../catalog/table-def.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { CsvLine } from './csv-line.ts';
import { DocumentJson } from './document-json.ts';
import { GrowingBytes } from './growing-bytes.ts';
import {
  CLOSE,
  CLOSE_LIST,
  COMMA,
  FALSE,
  OPEN,
  OPEN_LIST,
  TRUE,
  TYPE_TAGS,
} from '../../dynamo/json/bytes.ts';
import { mayBeginJson } from '../types/json-cell.ts';
import type { CopyOptions } from './options.ts';
import { MemberNames } from '../../dynamo/json/member-names.ts';
import type { UnknownAttributes } from '../exec/unknown-attributes.ts';
import { MAX_DOUBLE_DIGITS, MAX_INTEGER_DIGITS, JsonScanner } from '../../dynamo/json/scanner.ts';

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
 * a column is not a top-level attribute, or for unusual quoting options. `unknown` counts attributes without a column.
 */
export function createCsvScanner(
  columns: readonly ColumnDef[],
  options: CopyOptions,
  formatField: FieldFormatter,
  unknown?: UnknownAttributes,
): ((page: Buffer) => ScannedLines) | undefined {
  const { delimiter, quote, escape, forceQuote } = options;
  const positions = new Map(columns.map(({ path: [name] }, position) => [name, position]));
  const arePlain =
    positions.size === columns.length &&
    columns.every((each) => each.path.length === 1 && each.stored !== true && !isWholeItem(each));
  const hasUsualQuoting = quote === '"' && escape === '"' && DELIMITERS.has(delimiter);
  if (!arePlain || !hasUsualQuoting || forceQuote === '*' || forceQuote.size > 0) return undefined;
  const scanner = new Scanner(columns, positions, options, formatField, unknown);
  return (page) => scanner.scan(page);
}

/** The position of attributes that the query does not select; unknown ones have positions below it. */
const SKIPPED = -1;

const LETTER_F = 0x66;
const LETTER_T = 0x74;

/**
 * Scans one page at a time. Its private methods return false, or undefined, where the bytes are not of the expected form; the
 * item is then left to the caller.
 */
class Scanner {
  readonly #isJson: readonly boolean[];
  readonly #maxDigits: readonly number[];
  readonly #formatField: FieldFormatter;
  readonly #json: JsonScanner;
  readonly #line: CsvLine;
  readonly #documents: DocumentJson;
  /** The positions of the columns by name; SKIPPED, or below it, for attributes that the query does not select. */
  readonly #names: MemberNames<number>;
  readonly #out = new GrowingBytes();
  readonly #unknown: UnknownAttributes | undefined;
  readonly #unknownNames: string[] = [];

  constructor(
    columns: readonly ColumnDef[],
    positions: ReadonlyMap<string, number>,
    options: Pick<CopyOptions, 'delimiter' | 'null'>,
    formatField: FieldFormatter,
    unknown: UnknownAttributes | undefined,
  ) {
    this.#unknown = unknown;
    const delimiter = options.delimiter.charCodeAt(0);
    this.#isJson = columns.map(({ type }) => type.kind === 'json');
    this.#maxDigits = columns.map(({ type }) =>
      type.kind === 'double' ? MAX_DOUBLE_DIGITS : MAX_INTEGER_DIGITS,
    );
    this.#formatField = formatField;
    this.#json = new JsonScanner(delimiter);
    this.#names = new MemberNames(this.#json, positions, (name) => this.#toOther(name));
    this.#line = new CsvLine(this.#json, columns.length, delimiter, options.null);
    this.#documents = new DocumentJson(this.#json, this.#line.scratch, delimiter);
  }

  scan(page: Buffer): ScannedLines {
    const json = this.#json;
    json.open(page);
    this.#out.length = 0;
    let count = 0;
    if (isUtf8(page) && json.skip(OPEN_LIST) && page[json.at] !== CLOSE_LIST)
      do {
        if (!this.#scanItem()) break;
        this.#line.writeTo(this.#out);
        count++;
      } while (json.skip(COMMA));
    const isComplete = json.skip(CLOSE_LIST) && json.at === page.length;
    return { bytes: this.#out.bytes.subarray(0, this.#out.length), count, isComplete };
  }

  #toOther(name: string): number {
    if (this.#unknown?.isUnknown(name) !== true) return SKIPPED;
    return SKIPPED - this.#unknownNames.push(name);
  }

  #skip(position: number): boolean {
    const { at: start } = this.#json;
    if (!this.#json.skipValue()) return false;
    const name = this.#unknownNames[SKIPPED - position - 1];
    if (name !== undefined)
      this.#unknown?.count(name, JSON.parse(this.#json.bytes.toString('utf8', start, this.#json.at)));
    return true;
  }

  #scanItem(): boolean {
    const json = this.#json;
    this.#line.clear();
    if (!json.skip(OPEN)) return false;
    if (json.skip(CLOSE)) return true;
    let index = 0;
    do {
      const position = this.#names.read(index++);
      if (position === undefined) return false;
      if (!(position < 0 ? this.#skip(position) : this.#scanField(position))) return false;
    } while (json.skip(COMMA));
    return json.skip(CLOSE);
  }

  /** Reads a value into the field of its column. */
  #scanField(position: number): boolean {
    const json = this.#json;
    const { scratch } = this.#line;
    const { at: start } = json;
    const { length } = scratch;
    if (this.#copyValue(position)) return true;
    json.at = start;
    scratch.length = length;
    if (!json.skipValue()) return false;
    const value: AttributeValue = JSON.parse(json.bytes.toString('utf8', start, json.at));
    return this.#line.setText(position, this.#formatField(value, position));
  }

  /** Reads a value whose field consists of bytes of the page; false for all others. */
  #copyValue(position: number): boolean {
    const json = this.#json;
    const { at: start } = json;
    if (!json.skip(OPEN)) return false;
    if (json.skipBytes(TYPE_TAGS.N)) {
      const { at: digits } = json;
      return (
        json.skipPlainNumber(this.#maxDigits[position] ?? 0) && this.#copyString(digits, position, false)
      );
    }
    if (json.skipBytes(TYPE_TAGS.NULL)) return json.skip(CLOSE);
    if (json.skipBytes(TYPE_TAGS.S)) {
      const { at: text } = json;
      if (this.#isJson[position] === true && mayBeginJson(json.bytes[text + 1] ?? 0)) return false;
      return json.skipPlainString() && this.#copyString(text, position, json.isMarked);
    }
    if (json.skipBytes(TYPE_TAGS.B)) return false;
    if (this.#isJson[position] !== true) {
      if (json.skipBytes(TYPE_TAGS.BOOL)) return this.#copyBoolean(position);
    }
    json.at = start;
    return this.#copyDocument(position);
  }

  /** Sets the field to the content of the string that was just read, and reads the end of its value. */
  #copyString(start: number, position: number, quoted: boolean): boolean {
    const { at: end } = this.#json;
    return this.#json.skip(CLOSE) && this.#line.setFromPage(position, start + 1, end - 1, quoted);
  }

  #copyBoolean(position: number): boolean {
    const isTrue = this.#json.skipBytes(TRUE);
    if (!isTrue && !this.#json.skipBytes(FALSE)) return false;
    const { scratch } = this.#line;
    const { length } = scratch;
    scratch.put(isTrue ? LETTER_T : LETTER_F);
    return this.#json.skip(CLOSE) && this.#line.setFromScratch(position, length, false);
  }

  #copyDocument(position: number): boolean {
    const documents = this.#documents;
    const { length } = this.#line.scratch;
    documents.needsQuotes = false;
    return documents.write() && this.#line.setFromScratch(position, length, documents.needsQuotes);
  }
}
