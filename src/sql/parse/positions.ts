/** A piece of the text that was replaced before parsing. Indexes are those of JavaScript strings. */
export interface Edit {
  /** Where the replacement starts in the text that was parsed. */
  readonly start: number;
  readonly length: number;
  /** Where the replaced text started and how long it was. */
  readonly originalStart: number;
  readonly originalLength: number;
}

/** The index in a JavaScript string of a byte of its UTF-8 form, as libpg-query counts. */
export function indexOfByte(text: string): (byte: number) => number {
  const bytes = Buffer.byteLength(text);
  if (bytes === text.length) return (byte) => byte;
  const indexes = new Uint32Array(bytes + 1);
  let at = 0;
  for (let index = 0; index < text.length;) {
    const codePoint = text.codePointAt(index) ?? 0;
    const width = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    indexes.fill(index, at, at + width);
    at += width;
    index += codePoint > 0xffff ? 2 : 1;
  }
  indexes[bytes] = text.length;
  return (byte) => indexes[Math.min(byte, bytes)] ?? text.length;
}

/** The index in the text before the edits of an index in the text after them. */
export function originalIndex(edits: readonly Edit[], index: number): number {
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
