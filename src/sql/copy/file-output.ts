import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FileDraft } from '../../core/ports.ts';

/** Writes strings and bytes to a file, in blocks. */
export interface FileOutput {
  /** Writes a string, or UTF-8 bytes, which may be reused afterwards. */
  write(text: string | Buffer): Promise<void>;
  /** Flushes the buffer; returns the size of the file. */
  end(): Promise<number>;
  /** The number of bytes written to the file so far. */
  bytes(): number;
}

const BLOCK_CHARACTERS = 512 * 1024;
const compress = promisify(gzip);

/** Buffers strings into blocks. A compressed file is a sequence of gzip members, which readers treat as one stream. */
export function createOutput(draft: FileDraft, gzipped: boolean): FileOutput {
  let parts: string[] = [];
  let length = 0;
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const block = Buffer.from(parts.join(''));
    parts = [];
    length = 0;
    await put(block);
  };
  const put = async (block: Buffer): Promise<void> => {
    if (block.length === 0) return;
    const written = gzipped ? await compress(block) : block;
    await draft.write(written);
    bytes += written.length;
  };
  return {
    async write(text) {
      if (typeof text !== 'string') {
        await flush();
        return put(text);
      }
      parts.push(text);
      length += text.length;
      if (length >= BLOCK_CHARACTERS) await flush();
    },
    async end() {
      await flush();
      if (gzipped && bytes === 0) {
        const empty = await compress(Buffer.alloc(0));
        await draft.write(empty);
        bytes = empty.length;
      }
      return bytes;
    },
    bytes: () => bytes,
  };
}
