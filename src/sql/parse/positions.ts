/** A piece of the text that was replaced before parsing. Indexes are those of JavaScript strings. */
export interface Edit {
  /** Where the replacement starts in the text that was parsed. */
  readonly start: number;
  readonly length: number;
  /** Where the replaced text started and how long it was. */
  readonly originalStart: number;
  readonly originalLength: number;
}

/** So many places are counted from the start of the text, most being near it; for more a table is worth its while. */
const MAX_COUNTED_LOOKUPS = 32;

/** The index in a JavaScript string of a byte of its UTF-8 form, as libpg-query counts. */
export function createByteIndexer(text: string): (byte: number) => number {
  if (Buffer.byteLength(text) === text.length) return (byte) => byte;
  let asked = 0;
  let table: Uint32Array | undefined;
  return (byte) => {
    asked += 1;
    if (asked <= MAX_COUNTED_LOOKUPS) return countToByte(text, byte);
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

/** By byte. */
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

/** How many bytes of UTF-8 the character at an index has, and how many units of a JavaScript string. */
function measureCharacter(text: string, index: number): { readonly width: number; readonly length: number } {
  const codePoint = text.codePointAt(index) ?? 0;
  const width = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  return { width, length: codePoint > 0xffff ? 2 : 1 };
}

/** The index in the text before the edits of an index in the text after them. */
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
