/** The types of Thrift's compact protocol that have a length or members. */
const TYPES = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
};

/** Field ids of Parquet's FileMetaData, from the root to a column's name: in its schema, and in each of its chunks. */
const NAME_PLACES: readonly (readonly number[])[] = [
  [2, 4],
  [4, 1, 3, 3],
];

/**
 * Replaces names of columns in the metadata at the end of a Parquet file (FileMetaData in Thrift's compact protocol). Everything
 * else is copied. Throws a RangeError where the bytes are not such metadata.
 */
export function replaceColumnNames(metadata: Buffer, names: ReadonlyMap<string, string>): Buffer {
  return new NameReplacer(metadata, names).replace();
}

class NameReplacer {
  readonly #bytes: Buffer;
  readonly #names: ReadonlyMap<string, string>;
  readonly #out: Buffer[] = [];
  #at = 0;
  /** The first byte that is not copied yet. */
  #copied = 0;

  constructor(bytes: Buffer, names: ReadonlyMap<string, string>) {
    this.#bytes = bytes;
    this.#names = names;
  }

  replace(): Buffer {
    this.#struct([]);
    this.#out.push(this.#bytes.subarray(this.#copied));
    return Buffer.concat(this.#out);
  }

  #struct(path: readonly number[]): void {
    let field = 0;
    for (;;) {
      const header = this.#byte();
      const type = header & 15;
      if (type === TYPES.stop) return;
      const delta = header >> 4;
      field = delta === 0 ? this.#zigzag() : field + delta;
      this.#value(type, [...path, field], false);
    }
  }

  #value(type: number, path: readonly number[], isElement: boolean): void {
    switch (type) {
      case TYPES.true:
      case TYPES.false:
        // The type of a field is its value; elements of lists have a byte.
        if (isElement) this.#byte();
        return;
      case TYPES.byte:
        this.#byte();
        return;
      case TYPES.i16:
      case TYPES.i32:
      case TYPES.i64:
        this.#varint();
        return;
      case TYPES.double:
        this.#skip(8);
        return;
      case TYPES.binary:
        this.#binary(path);
        return;
      case TYPES.list:
      case TYPES.set: {
        const header = this.#byte();
        const count = header >> 4 === 15 ? this.#varint() : header >> 4;
        for (let i = 0; i < count; i += 1) this.#value(header & 15, path, true);
        return;
      }
      case TYPES.map: {
        const count = this.#varint();
        const types = count === 0 ? 0 : this.#byte();
        for (let i = 0; i < count; i += 1) {
          this.#value(types >> 4, [...path, 0], true);
          this.#value(types & 15, [...path, 0], true);
        }
        return;
      }
      case TYPES.struct:
        this.#struct(path);
        return;
      default:
        throw new RangeError(`no Thrift type ${type}`);
    }
  }

  #binary(path: readonly number[]): void {
    const start = this.#at;
    const length = this.#varint();
    const name = this.#bytes.toString('utf8', this.#at, this.#at + length);
    this.#skip(length);
    const replacement = this.#names.get(name);
    if (replacement === undefined || !NAME_PLACES.some((place) => place.join() === path.join())) return;
    const bytes = Buffer.from(replacement);
    this.#out.push(this.#bytes.subarray(this.#copied, start), formatVarint(bytes.length), bytes);
    this.#copied = this.#at;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new RangeError('the metadata ends early');
    this.#at += 1;
    return byte;
  }

  #skip(length: number): void {
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('the metadata ends early');
  }

  /** Lengths are exact; other numbers are only skipped. */
  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

function formatVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
