/** A part of the statement that was replaced before parsing. Indexes are in code units of JavaScript strings. */
export interface Edit {
  /** Start of the replacement in the parsed statement. */
  readonly start: number;
  readonly length: number;
  /** Start and length of the replaced part in the original statement. */
  readonly originalStart: number;
  readonly originalLength: number;
}

/** Up to this many lookups count from the start of the string, since most are near it; more are worth a table. */
const MAX_COUNTED_LOOKUPS = 32;

/** Returns a function from a byte offset in UTF-8, as libpg-query counts, to an index in the JavaScript string. */
export function createByteIndexer(text: string): (byte: number) => number {
  if (Buffer.byteLength(text) === text.length) return (byte) => byte;
  let lookups = 0;
  let table: Uint32Array | undefined;
  return (byte) => {
    lookups += 1;
    if (lookups <= MAX_COUNTED_LOOKUPS) return countToByte(text, byte);
    table ??= buildIndexTable(text);
    return table[byte] ?? text.length;
  };
}

function countToByte(text: string, byte: number): number {
  let index = 0;
  for (let at = 0; index < text.length;) {
    const { width, length } = measureCharacter(text, index);
    at += width;
    if (at > byte) break;
    index += length;
  }
  return index;
}

/** The index for each byte. */
function buildIndexTable(text: string): Uint32Array {
  const indexes = new Uint32Array(Buffer.byteLength(text));
  let at = 0;
  for (let index = 0; index < text.length;) {
    const { width, length } = measureCharacter(text, index);
    indexes.fill(index, at, at + width);
    at += width;
    index += length;
  }
  return indexes;
}

/** The size of the character at an index: bytes of UTF-8 and code units of a JavaScript string. */
function measureCharacter(text: string, index: number): { readonly width: number; readonly length: number } {
  const codePoint = text.codePointAt(index) ?? 0;
  const width = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  return { width, length: codePoint > 0xffff ? 2 : 1 };
}

/** Maps an index in the edited string to an index in the original string. */
export function toOriginalIndex(edits: readonly Edit[], index: number): number {
  let shift = 0;
  for (const edit of edits) {
    if (index < edit.start) break;
    if (index < edit.start + edit.length) return edit.originalStart;
    shift = edit.originalStart + edit.originalLength - (edit.start + edit.length);
  }
  return index + shift;
}

/** The one-based position of an index, in characters, as PostgreSQL counts. */
export function positionAt(text: string, index: number): number {
  let position = 1;
  for (let i = 0; i < index; position++) i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
  return position;
}

/** The index of a zero-based character. */
export function indexOfCharacter(text: string, character: number): number {
  let index = 0;
  for (let i = 0; i < character && index < text.length; i++)
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return index;
}
