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

/** How an answer's bytes are to be read. */
export interface BodyFormat {
  readonly origin: string;
  readonly maxBytes: number;
  readonly encoding: string | undefined;
  readonly contentType: string | undefined;
}

/** The text of an answer, which may be neither larger than the bound nor become larger when decompressed. */
export async function readBody(body: AsyncIterable<Uint8Array>, format: BodyFormat): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > format.maxBytes) throw tooLarge(format);
    chunks.push(chunk);
  }
  return decoderOf(format.contentType).decode(decompressed(Buffer.concat(chunks), format));
}

function decompressed(bytes: Buffer, format: BodyFormat): Buffer {
  const encoding = format.encoding?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '' || bytes.length === 0) return bytes;
  const decode = DECODERS.get(encoding);
  if (decode === undefined) {
    throw new DriverError(
      'AUTH_MALFORMED',
      `${format.origin} answered in an encoding that was not asked for`,
    );
  }
  try {
    return decode(bytes, { maxOutputLength: format.maxBytes });
  } catch (cause) {
    if (getErrorCode(cause) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(format);
    throw new DriverError('AUTH_MALFORMED', `${format.origin} answered with broken ${encoding} data`, {
      cause,
    });
  }
}

function tooLarge({ origin, maxBytes }: BodyFormat): DriverError {
  return new DriverError('AUTH_MALFORMED', `${origin} answered with more than ${maxBytes} bytes`);
}

function decoderOf(contentType: string | undefined): InstanceType<typeof TextDecoder> {
  const charset = /;\s*charset\s*=\s*"?([\w.:+-]{1,40})/i.exec(contentType ?? '')?.[1];
  try {
    return new TextDecoder(charset ?? 'utf-8');
  } catch {
    // An encoding that nobody knows: UTF-8 is what servers mean.
    return new TextDecoder();
  }
}
