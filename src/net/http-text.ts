import { type Dispatcher, request } from 'undici';
import { raceAbort } from '../core/async/abort.ts';
import { DriverError } from '../core/errors.ts';
import { connectFailure } from './failures.ts';

/** A request whose answer is a small text. Redirections are not followed. */
export interface TextRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The longest that it may take, from the look-up of the name to the last byte. */
  readonly timeoutMs: number;
  /** Absent: 64 KiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
  /** The way out, where a proxy or certificates of one's own count. */
  readonly dispatcher?: Dispatcher | undefined;
}

export interface TextAnswer {
  readonly status: number;
  /** A header of the answer, by its name in lower case. */
  header(name: string): string | undefined;
  readonly text: string;
}

const MAX_BYTES = 64 * 1024;

/** Sends a request and reads its answer, whatever its status. A failure names the address, never what was sent. */
export async function requestText(wanted: TextRequest): Promise<TextAnswer> {
  const late = AbortSignal.timeout(wanted.timeoutMs);
  const signal = wanted.signal === undefined ? late : AbortSignal.any([late, wanted.signal]);
  try {
    return await raceAbort(answerTo(wanted, signal), wanted.signal);
  } catch (error) {
    if (error instanceof DriverError) throw error;
    const { origin } = new URL(wanted.url);
    if (!late.aborted) throw connectFailure(origin, error);
    const message = `${origin} could not be reached: no answer within ${wanted.timeoutMs / 1000} s`;
    throw new DriverError('CONN_NETWORK', message, { cause: error });
  }
}

async function answerTo(wanted: TextRequest, signal: AbortSignal): Promise<TextAnswer> {
  const { statusCode, headers, body } = await request(wanted.url, {
    method: wanted.method ?? 'GET',
    ...(wanted.headers === undefined ? {} : { headers: wanted.headers }),
    ...(wanted.body === undefined ? {} : { body: wanted.body }),
    ...(wanted.dispatcher === undefined ? {} : { dispatcher: wanted.dispatcher }),
    signal,
  });
  const maxBytes = wanted.maxBytes ?? MAX_BYTES;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      const { origin } = new URL(wanted.url);
      throw new DriverError('AUTH_MALFORMED', `${origin} answered more than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return {
    status: statusCode,
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    text: Buffer.concat(chunks).toString('utf8'),
  };
}
