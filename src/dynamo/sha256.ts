import { createHmac, hash } from 'node:crypto';

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** What the SDK's signer hashes with, in one call each: its own class makes, copies and finishes a hash object. */
export class Sha256 {
  readonly #secret: Buffer | undefined;
  #chunks: Buffer[] = [];

  constructor(secret?: Bytes) {
    this.#secret = secret === undefined ? undefined : toBuffer(secret);
  }

  update(chunk: Bytes): void {
    this.#chunks.push(toBuffer(chunk));
  }

  digest(): Promise<Uint8Array> {
    const [first = Buffer.alloc(0)] = this.#chunks;
    const data = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first;
    return Promise.resolve(
      this.#secret === undefined
        ? hash('sha256', data, 'buffer')
        : createHmac('sha256', this.#secret).update(data).digest(),
    );
  }

  reset(): void {
    this.#chunks = [];
  }
}

function toBuffer(bytes: Bytes): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes);
  return ArrayBuffer.isView(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : Buffer.from(bytes);
}
