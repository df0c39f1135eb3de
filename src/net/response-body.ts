import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { getErrorCode } from '../core/error-code.ts';
import { DriverError } from '../core/errors.ts';

const DECODERS: ReadonlyMap<string, (bytes: Buffer, bounds: { maxOutputLength: number }) => Buffer> = new Map(
  [
    ['gzip', gunzipSync],
    ['x-gzip', gunzipSync],
    ['deflate', inflateSync],
    ['br', brotliDecompressSync],
  ],
);

/** How to decode a response body. */
export interface BodyFormat {
  readonly origin: string;
  readonly maxBytes: number;
  readonly encoding: string | undefined;
  readonly contentType: string | undefined;
}

/** Reads a response body as text. Neither its compressed nor its decompressed size may exceed the limit. */
export async function readBody(body: AsyncIterable<Uint8Array>, format: BodyFormat): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > format.maxBytes) throw tooLargeError(format);
    chunks.push(chunk);
  }
  return createTextDecoder(format.contentType).decode(decompress(Buffer.concat(chunks), format));
}

function decompress(bytes: Buffer, format: BodyFormat): Buffer {
  const encoding = format.encoding?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '' || bytes.length === 0) return bytes;
  const decode = DECODERS.get(encoding);
  if (decode === undefined) {
    throw new DriverError(
      'AUTH_MALFORMED',
      `${format.origin} responded with an unsupported content encoding`,
    );
  }
  try {
    return decode(bytes, { maxOutputLength: format.maxBytes });
  } catch (cause) {
    if (getErrorCode(cause) === 'ERR_BUFFER_TOO_LARGE') throw tooLargeError(format);
    throw new DriverError('AUTH_MALFORMED', `${format.origin} responded with invalid ${encoding} data`, {
      cause,
    });
  }
}

function tooLargeError({ origin, maxBytes }: BodyFormat): DriverError {
  return new DriverError('AUTH_MALFORMED', `${origin} responded with more than ${maxBytes} bytes`);
}

function createTextDecoder(contentType: string | undefined): InstanceType<typeof TextDecoder> {
  const charset = /;\s*charset\s*=\s*"?([\w.:+-]{1,40})/i.exec(contentType ?? '')?.[1];
  try {
    return new TextDecoder(charset ?? 'utf-8');
  } catch {
    // Servers that send an unknown charset usually mean UTF-8.
    return new TextDecoder();
  }
}
