import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FileDraft } from '../../core/ports.ts';

/** Text on its way into a file. */
export interface Output {
  /** Bytes are those of a text as UTF-8; afterwards they may be others. */
  write(text: string | Buffer): Promise<void>;
  /** Writes what is held back; gives all bytes of the file. */
  end(): Promise<number>;
  /** Bytes that are in the file. */
  bytes(): number;
}

const BLOCK_CHARACTERS = 512 * 1024;
const compress = promisify(gzip);

/** Collects text into blocks; a compressed file is a row of such blocks, which every reader of gzip takes for one. */
export function outputTo(draft: FileDraft, gzipped: boolean): Output {
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
