import { pipeline, Readable, type Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import { DriverError } from '../../core/errors.ts';
import type { CopyOptions } from './options.ts';

type Compression = CopyOptions['compression'];

/** The first bytes of compressed files. None of them can begin a file in UTF-8 except those of snappy, which no text has. */
const SIGNATURES: readonly (readonly [Compression, Buffer])[] = [
  ['gzip', Buffer.from([0x1f, 0x8b])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['snappy', Buffer.from([0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59])],
];
const MAX_SIGNATURE = 10;

/** Decompresses the bytes of a file, chunk by chunk; `auto` looks at the first of them. */
export async function* decompress(
  chunks: AsyncIterable<Buffer>,
  compression: Compression,
  path: string,
): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  const head = compression === 'auto' ? await readHead(iterator) : Buffer.alloc(0);
  async function* all(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  const decoder = createDecoder(compression === 'auto' ? detectCompression(head) : compression, path);
  // The callback is needed but empty: an error also ends the stream that is read here.
  yield* decoder === undefined ? all() : pipeline(Readable.from(all()), decoder, () => undefined);
}

/** Pipes may yield a few bytes at a time. */
async function readHead(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < MAX_SIGNATURE) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

function detectCompression(head: Buffer): Compression {
  return (
    SIGNATURES.find(([, signature]) => head.subarray(0, signature.length).equals(signature))?.[0] ?? 'none'
  );
}

function createDecoder(compression: Compression, path: string): Duplex | undefined {
  switch (compression) {
    case 'gzip':
      return zlib.createGunzip();
    case 'zstd': {
      // Node.js has it since 22.15.
      const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
      if (isDecoderFactory(create)) return create();
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        `"${path}" is compressed with zstd, which needs Node.js 22.15`,
        {
          remedy: 'Decompress it with "zstd -d", or run a newer Node.js.',
        },
      );
    }
    case 'snappy':
      throw new DriverError('SQL_NOT_SUPPORTED', `"${path}" is compressed with snappy`, {
        remedy: 'Decompress the file, or compress it with gzip.',
      });
    case 'auto':
    case 'none':
      return undefined;
  }
}

function isDecoderFactory(value: unknown): value is () => Duplex {
  return typeof value === 'function';
}
