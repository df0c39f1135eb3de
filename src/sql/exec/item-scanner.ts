import { isWholeItem, type ColumnDef } from '../../catalog/table-def.ts';
import {
  CLOSE,
  CLOSE_LIST,
  COLON,
  COMMA,
  FALSE,
  OPEN,
  OPEN_LIST,
  TRUE,
  TYPE_TAGS,
} from '../../dynamo/json/bytes.ts';
import { MemberNames } from '../../dynamo/json/member-names.ts';
import { JsonScanner, MAX_NESTING } from '../../dynamo/json/scanner.ts';
import { toNumberValue, expandExponent, trimFraction } from '../types/number-value.ts';
import { sortNumbers, sortStrings } from '../types/set-order.ts';
import type { DecimalStyle } from '../types/value.ts';
import type { Value } from '../types/value.ts';
import { createTimeConverter } from './time-value.ts';
import type { OnUnknown } from './unknown-attributes.ts';

/**
 * Reads a page's items directly into rows, without building JavaScript objects of the wire format, in batches small
 * enough to die young in V8's heap. It supports only the compact JSON that DynamoDB writes: at anything else it ends early
 * and returns `false`, and the rest of the page is left to JSON.parse.
 */
export type RowScanner = (page: Buffer, onUnknown?: OnUnknown<Value[]>) => Generator<Value[][], boolean>;

const BATCH = 256;

/**
 * A scanner for these output columns; undefined where one of them is not a top-level attribute. Names that are not `known`
 * are unknown attributes.
 */
export function createRowScanner(
  columns: readonly ColumnDef[],
  decimals: DecimalStyle,
  known: ReadonlySet<string>,
): RowScanner | undefined {
  if (columns.some((column) => column.path.length > 1 || isWholeItem(column))) return undefined;
  const targets = new Map<string, Target>();
  for (const [position, column] of columns.entries()) {
    const [name] = column.path;
    // Two output columns of one attribute are rare enough to leave to JSON.parse.
    if (targets.has(name)) return undefined;
    targets.set(name, { position, column, style: chooseStyle(column, decimals) });
  }
  const toOther = (name: string): Other => (known.has(name) ? SKIPPED : { unknown: name });
  return (page, onUnknown) => scanPage(page, { targets, toOther, onUnknown }, columns.length);
}

/** An attribute that is not an output column. */
interface Other {
  /** Its name, if the table has no column for it. */
  readonly unknown: string | undefined;
}

const SKIPPED: Other = { unknown: undefined };

interface Targets {
  readonly targets: ReadonlyMap<string, Target>;
  readonly toOther: (name: string) => Other;
  readonly onUnknown: OnUnknown<Value[]> | undefined;
}

interface Target {
  readonly position: number;
  readonly column: ColumnDef;
  readonly style: Style;
}

/** How strings (of dates only), numbers and binary values are converted; inside documents binary stays base64. */
interface Style {
  readonly string?: (text: string) => Value;
  number(digits: string): Value;
  binary(base64: string): Value;
}

const DOCUMENT: Style = { number: toNumberValue, binary: (base64) => base64 };
const bytes = (base64: string): Value => new Uint8Array(Buffer.from(base64, 'base64'));

function chooseStyle({ type }: ColumnDef, decimals: DecimalStyle): Style {
  switch (type.kind) {
    case 'json':
      return DOCUMENT;
    case 'text':
      return { number: (digits) => digits, binary: bytes };
    case 'double':
      return { number: Number, binary: bytes };
    case 'decimal':
    case 'number':
      return {
        number: decimals === 'digits' ? (digits) => trimFraction(expandExponent(digits)) : toNumberValue,
        binary: bytes,
      };
    case 'bigint':
    case 'hugeint':
      return { number: toNumberValue, binary: bytes };
    case 'boolean':
    case 'blob':
      return { number: toNumberValue, binary: bytes };
    case 'timestamptz':
    case 'timestamp':
    case 'date': {
      const convert = createTimeConverter(type, 'value');
      return {
        string: (text) => convert({ S: text }) ?? text,
        number: (digits) => convert({ N: digits }) ?? toNumberValue(digits),
        binary: bytes,
      };
    }
  }
}

/** Thrown at JSON that is not supported. A single instance, because creating errors is slow. */
class Unsupported extends Error {}
const UNSUPPORTED = new Unsupported();

function* scanPage(page: Buffer, targets: Targets, width: number): Generator<Value[][], boolean> {
  const blank: readonly Value[] = Array.from({ length: width }, () => null);
  const json = new JsonScanner();
  json.open(page);
  const items = new ItemReader(json, targets);
  let batch: Value[][] = [];
  let isWhole = false;
  try {
    items.expect(OPEN_LIST);
    if (!json.skip(CLOSE_LIST)) {
      do {
        if (batch.length === BATCH) {
          yield batch;
          batch = [];
        }
        batch.push(items.readItem(blank.slice()));
      } while (json.skip(COMMA));
      items.expect(CLOSE_LIST);
    }
    isWhole = json.at === page.length;
  } catch (error) {
    if (error !== UNSUPPORTED) throw error;
  }
  if (batch.length > 0) yield batch;
  return isWhole;
}

/** Reads items in DynamoDB's JSON format; throws UNSUPPORTED at anything else. */
class ItemReader {
  readonly #json: JsonScanner;
  readonly #names: MemberNames<Target | Other>;
  readonly #onUnknown: OnUnknown<Value[]> | undefined;

  constructor(json: JsonScanner, { targets, toOther, onUnknown }: Targets) {
    this.#json = json;
    this.#names = new MemberNames<Target | Other>(json, targets, toOther);
    this.#onUnknown = onUnknown;
  }

  /** Sets those values of the row that the item has. */
  readItem(row: Value[]): Value[] {
    this.expect(OPEN);
    if (this.#json.skip(CLOSE)) return row;
    let index = 0;
    do {
      const target = this.#names.read(index++);
      if (target === undefined) throw UNSUPPORTED;
      if ('style' in target) row[target.position] = this.#typedValue(target.style, 0);
      else this.#skip(target, row);
    } while (this.#json.skip(COMMA));
    this.expect(CLOSE);
    return row;
  }

  #skip({ unknown }: Other, row: Value[]): void {
    const { at: start } = this.#json;
    if (!this.#json.skipValue()) throw UNSUPPORTED;
    if (unknown === undefined || this.#onUnknown === undefined) return;
    this.#onUnknown(row, unknown, JSON.parse(this.#json.bytes.toString('utf8', start, this.#json.at)));
  }

  expect(byte: number): void {
    if (!this.#json.skip(byte)) throw UNSUPPORTED;
  }

  #string(): string {
    const value = this.#json.readString();
    if (value === undefined) throw UNSUPPORTED;
    return value;
  }

  /** A value with its type: `{"S":"x"}`. */
  #typedValue(style: Style, depth: number): Value {
    this.expect(OPEN);
    const value = this.#member(style, depth);
    this.expect(CLOSE);
    return value;
  }

  /** The only member of a typed value; the most frequent types first. */
  #member(style: Style, depth: number): Value {
    if (this.#json.skipBytes(TYPE_TAGS.S))
      return style.string === undefined ? this.#string() : style.string(this.#string());
    if (this.#json.skipBytes(TYPE_TAGS.N)) return style.number(this.#string());
    if (this.#json.skipBytes(TYPE_TAGS.M)) return this.#map(depth + 1);
    if (this.#json.skipBytes(TYPE_TAGS.L))
      return this.#list(() => this.#typedValue(DOCUMENT, depth + 1), depth);
    if (this.#json.skipBytes(TYPE_TAGS.BOOL)) return this.#boolean();
    if (this.#json.skipBytes(TYPE_TAGS.NULL)) return null;
    if (this.#json.skipBytes(TYPE_TAGS.SS) || this.#json.skipBytes(TYPE_TAGS.BS))
      return sortStrings(this.#list(() => this.#string(), depth));
    if (this.#json.skipBytes(TYPE_TAGS.NS))
      return sortNumbers(this.#list(() => this.#string(), depth)).map(toNumberValue);
    if (this.#json.skipBytes(TYPE_TAGS.B)) return style.binary(this.#string());
    throw UNSUPPORTED;
  }

  #boolean(): boolean {
    if (this.#json.skipBytes(TRUE)) return true;
    if (this.#json.skipBytes(FALSE)) return false;
    throw UNSUPPORTED;
  }

  #map(depth: number): Value {
    const map: Record<string, Value> = {};
    this.expect(OPEN);
    if (depth > MAX_NESTING) throw UNSUPPORTED;
    if (this.#json.skip(CLOSE)) return map;
    do {
      const name = this.#string();
      this.expect(COLON);
      const value = this.#typedValue(DOCUMENT, depth);
      // Assigning to `__proto__` would set the prototype instead of a member.
      if (name === '__proto__') throw UNSUPPORTED;
      map[name] = value;
    } while (this.#json.skip(COMMA));
    this.expect(CLOSE);
    return map;
  }

  #list<T>(element: () => T, depth: number): T[] {
    const list: T[] = [];
    this.expect(OPEN_LIST);
    if (depth > MAX_NESTING) throw UNSUPPORTED;
    if (this.#json.skip(CLOSE_LIST)) return list;
    do list.push(element());
    while (this.#json.skip(COMMA));
    this.expect(CLOSE_LIST);
    return list;
  }
}
