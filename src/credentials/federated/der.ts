/** One element of DER, the encoding of certificates. */
export interface Der {
  readonly tag: number;
  readonly content: Buffer;
  /** The element as it stands, tag and length included. */
  readonly whole: Buffer;
}

/** The elements that stand one after the other in these bytes; undefined where they are none. */
export function readDer(bytes: Buffer): readonly Der[] | undefined {
  const elements: Der[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag = 0, first = 0x80] = bytes.subarray(at);
    // Lengths that stand at the end, as BER has them, no program of today writes.
    const more = first < 0x80 ? 0 : first - 0x80;
    if (first === 0x80 || more > 4 || at + 2 + more > bytes.length) return undefined;
    const length = more === 0 ? first : bytes.readUIntBE(at + 2, more);
    const start = at + 2 + more;
    const end = start + length;
    if (end > bytes.length) return undefined;
    elements.push({ tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return elements;
}

/** What stands in an element, the first of it, and so on; an element that is not there has nothing in it. */
export function inside(element: Der | undefined): readonly Der[] {
  return (element && readDer(element.content)) ?? [];
}

/** An object identifier or a number, in hexadecimal digits. */
export function hexOf(element: Der | undefined): string {
  return element?.content.toString('hex') ?? '';
}
