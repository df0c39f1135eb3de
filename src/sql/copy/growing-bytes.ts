/** Up to this length a loop is faster than Buffer.copy. */
const MAX_LOOP_BYTES = 64;

/** A buffer that grows as bytes are appended. */
export class GrowingBytes {
  bytes: Buffer = Buffer.allocUnsafe(64 * 1024);
  length = 0;

  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
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
    if (end - start > MAX_LOOP_BYTES) from.copy(bytes, at, start, end);
    else for (let i = start; i < end; i++) bytes[at++] = from[i] ?? 0;
  }
}
