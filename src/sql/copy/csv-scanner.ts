import { isUtf8 } from 'node:buffer';
import { type ColumnDef, isWholeItem } from '../../catalog/table-def.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { CsvLine } from './csv-line.ts';
import { DocumentJson } from './document-json.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { CLOSE, CLOSE_LIST, COLON, COMMA, FALSE, OPEN, OPEN_LIST, TRUE, TYPES } from './json-bytes.ts';
import type { CopyOptions } from './options.ts';
import { DOUBLE_DIGITS, INTEGER_DIGITS, PageCursor } from './page-cursor.ts';

/** Lines of CSV, until the next page is scanned. */
export interface ScannedLines {
  readonly bytes: Buffer;
  /** So many items of the page they are, from the first. */
  readonly count: number;
  /** Whether these are all. */
  readonly isWhole: boolean;
}

/** The field that a value of the column at this position is, quoted where it must be. */
export type FieldOf = (value: AttributeValue, position: number) => string;

/** Others could stand in numbers or between the parts of documents. */
const DELIMITERS: ReadonlySet<string> = new Set([',', ';', '|', '\t']);

/**
 * Turns the items of a page into lines, up to the first that does not look like DynamoDB's compact JSON. It copies bytes
 * without making strings of them; `fieldOf` makes the fields that are more than a copy. Undefined where a column is no
 * plain attribute, or where the options ask for what is rare.
 */
export function csvScanner(
  columns: readonly ColumnDef[],
  options: CopyOptions,
  fieldOf: FieldOf,
): ((page: Buffer) => ScannedLines) | undefined {
  const { delimiter, quote, escape, forceQuote } = options;
  const positions = new Map(columns.map(({ path: [name] }, position) => [name, position]));
  const arePlain =
    positions.size === columns.length &&
    columns.every((each) => each.path.length === 1 && each.stored !== true && !isWholeItem(each));
  const areUsual = quote === '"' && escape === '"' && DELIMITERS.has(delimiter);
  if (!arePlain || !areUsual || forceQuote === '*' || forceQuote.size > 0) return undefined;
  const scanner = new Scanner(columns, positions, options, fieldOf);
  return (page) => scanner.lines(page);
}

const LETTER_F = 0x66;
const LETTER_T = 0x74;

/** A name that stood at this place in the item before, with its quotes and colon, and its column; -1 where none has it. */
interface Known {
  readonly quoted: Buffer;
  readonly position: number;
}

/** Goes from item to item. */
class Scanner {
  readonly #positions: ReadonlyMap<string, number>;
  readonly #isJson: readonly boolean[];
  readonly #mostDigits: readonly number[];
  readonly #fieldOf: FieldOf;
  readonly #cursor: PageCursor;
  readonly #line: CsvLine;
  readonly #documents: DocumentJson;
  /** Items of a table mostly have the same attributes in the same order. */
  readonly #order: Known[] = [];
  readonly #out = new GrowingBytes();

  constructor(
    columns: readonly ColumnDef[],
    positions: ReadonlyMap<string, number>,
    options: Pick<CopyOptions, 'delimiter' | 'null'>,
    fieldOf: FieldOf,
  ) {
    const delimiter = options.delimiter.charCodeAt(0);
    this.#positions = positions;
    this.#isJson = columns.map(({ type }) => type.kind === 'json');
    this.#mostDigits = columns.map(({ type }) => (type.kind === 'double' ? DOUBLE_DIGITS : INTEGER_DIGITS));
    this.#fieldOf = fieldOf;
    this.#cursor = new PageCursor(delimiter);
    this.#line = new CsvLine(this.#cursor, columns.length, delimiter, options.null);
    this.#documents = new DocumentJson(this.#cursor, this.#line.made, delimiter);
  }

  lines(page: Buffer): ScannedLines {
    const cursor = this.#cursor;
    cursor.open(page);
    this.#out.length = 0;
    let count = 0;
    if (isUtf8(page) && cursor.skip(OPEN_LIST) && page[cursor.at] !== CLOSE_LIST)
      do {
        if (!this.#item()) break;
        this.#line.writeTo(this.#out);
        count++;
      } while (cursor.skip(COMMA));
    const isWhole = cursor.skip(CLOSE_LIST) && cursor.at === page.length;
    return { bytes: this.#out.bytes.subarray(0, this.#out.length), count, isWhole };
  }

  #item(): boolean {
    const cursor = this.#cursor;
    this.#line.clear();
    if (!cursor.skip(OPEN)) return false;
    if (cursor.skip(CLOSE)) return true;
    let place = 0;
    do {
      const position = this.#name(place++);
      if (position === undefined) return false;
      if (!(position < 0 ? cursor.object() : this.#field(position))) return false;
    } while (cursor.skip(COMMA));
    return cursor.skip(CLOSE);
  }

  /** The column that the next name is of. */
  #name(place: number): number | undefined {
    const cursor = this.#cursor;
    const { page, at: start } = cursor;
    const known = this.#order[place];
    if (known !== undefined && cursor.word(known.quoted)) return known.position;
    if (!cursor.string()) return undefined;
    const { at: end } = cursor;
    if (!cursor.skip(COLON)) return undefined;
    const name: string = JSON.parse(page.toString('utf8', start, end));
    const position = this.#positions.get(name) ?? -1;
    this.#order[place] = { quoted: Buffer.from(page.subarray(start, cursor.at)), position };
    return position;
  }

  #field(position: number): boolean {
    const cursor = this.#cursor;
    const { made } = this.#line;
    const { at: start } = cursor;
    const { length } = made;
    if (this.#copied(position)) return true;
    cursor.at = start;
    made.length = length;
    if (!cursor.object()) return false;
    const value: AttributeValue = JSON.parse(cursor.page.toString('utf8', start, cursor.at));
    return this.#line.makeOf(position, this.#fieldOf(value, position));
  }

  /** Takes a value whose field has bytes of the value's own; false for all others. */
  #copied(position: number): boolean {
    const cursor = this.#cursor;
    const { at: start } = cursor;
    if (!cursor.skip(OPEN)) return false;
    if (cursor.word(TYPES.N)) {
      const { at: digits } = cursor;
      return cursor.plainNumber(this.#mostDigits[position] ?? 0) && this.#between(digits, position, false);
    }
    if (cursor.word(TYPES.NULL)) return cursor.skip(CLOSE);
    if (this.#isJson[position] !== true) {
      if (cursor.word(TYPES.S)) {
        const { at: text } = cursor;
        return cursor.plainString() && this.#between(text, position, cursor.isMarked);
      }
      if (cursor.word(TYPES.BOOL)) return this.#boolean(position);
      if (cursor.word(TYPES.B)) return false;
    }
    cursor.at = start;
    return this.#document(position);
  }

  /** The field is what stands between the quotes of the string that was just taken, the last of its value. */
  #between(start: number, position: number, quoted: boolean): boolean {
    const { at: end } = this.#cursor;
    return this.#cursor.skip(CLOSE) && this.#line.copy(position, start + 1, end - 1, quoted);
  }

  #boolean(position: number): boolean {
    const isTrue = this.#cursor.word(TRUE);
    if (!isTrue && !this.#cursor.word(FALSE)) return false;
    const { made } = this.#line;
    const { length } = made;
    made.put(isTrue ? LETTER_T : LETTER_F);
    return this.#cursor.skip(CLOSE) && this.#line.make(position, length, false);
  }

  #document(position: number): boolean {
    const documents = this.#documents;
    const { length } = this.#line.made;
    documents.needsQuotes = false;
    return documents.write() && this.#line.make(position, length, documents.needsQuotes);
  }
}
