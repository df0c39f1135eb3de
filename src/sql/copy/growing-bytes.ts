/** Below that a loop is faster than a call. */
const SHORT = 64;

/** Bytes that are put one after another into a buffer that grows with them. */
export class GrowingBytes {
  bytes: Buffer = Buffer.allocUnsafe(64 * 1024);
  length = 0;

  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const wider = Buffer.allocUnsafe(2 * (this.length + more));
    this.bytes.copy(wider, 0, 0, this.length);
    this.bytes = wider;
  }

  put(byte: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  copy(from: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    const { bytes } = this;
    let at = this.length;
    this.length += end - start;
    if (end - start > SHORT) from.copy(bytes, at, start, end);
    else for (let i = start; i < end; i++) bytes[at++] = from[i] ?? 0;
  }
}
