/** One element of DER, the binary encoding of certificates. */
export interface Der {
  readonly tag: number;
  readonly content: Buffer;
  /** The whole element, including tag and length. */
  readonly whole: Buffer;
}

/** Reads consecutive elements; undefined if the bytes are not DER. */
export function readDer(bytes: Buffer): readonly Der[] | undefined {
  const elements: Der[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag = 0, first = 0x80] = bytes.subarray(at);
    // The indefinite lengths of BER are not supported: no current program writes them.
    const lengthBytes = first < 0x80 ? 0 : first - 0x80;
    if (first === 0x80 || lengthBytes > 4 || at + 2 + lengthBytes > bytes.length) return undefined;
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
    const start = at + 2 + lengthBytes;
    const end = start + length;
    if (end > bytes.length) return undefined;
    elements.push({ tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return elements;
}

/** The child elements; none for an absent element. */
export function readChildren(element: Der | undefined): readonly Der[] {
  return (element && readDer(element.content)) ?? [];
}

/** The content, such as an object identifier or an integer, in hexadecimal. */
export function toHex(element: Der | undefined): string {
  return element?.content.toString('hex') ?? '';
}
