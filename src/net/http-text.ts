import { type Dispatcher, request } from 'undici';
import { raceAbort } from '../core/async/abort.ts';
import { DriverError } from '../core/errors.ts';
import { toConnectionError } from './failures.ts';

/** A request for a small text. Redirects are not followed. */
export interface TextRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From DNS lookup to the last byte. */
  readonly timeoutMs: number;
  /** By default 64 KiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
  /** For a proxy or custom certificate trust. */
  readonly dispatcher?: Dispatcher | undefined;
}

export interface TextResponse {
  readonly status: number;
  /** A response header, by lower-case name. */
  header(name: string): string | undefined;
  readonly text: string;
}

const MAX_BYTES = 64 * 1024;

/** Sends a request and returns the response, whatever its status. Errors name the origin, never the request. */
export async function requestText(input: TextRequest): Promise<TextResponse> {
  const late = AbortSignal.timeout(input.timeoutMs);
  const signal = input.signal === undefined ? late : AbortSignal.any([late, input.signal]);
  try {
    return await raceAbort(fetchText(input, signal), input.signal);
  } catch (error) {
    if (error instanceof DriverError) throw error;
    const { origin } = new URL(input.url);
    if (!late.aborted) throw toConnectionError(origin, error);
    const message = `could not connect to ${origin}: no response within ${input.timeoutMs / 1000} s`;
    throw new DriverError('CONN_NETWORK', message, { cause: error });
  }
}

async function fetchText(input: TextRequest, signal: AbortSignal): Promise<TextResponse> {
  const { statusCode, headers, body } = await request(input.url, {
    method: input.method ?? 'GET',
    ...(input.headers === undefined ? {} : { headers: input.headers }),
    ...(input.body === undefined ? {} : { body: input.body }),
    ...(input.dispatcher === undefined ? {} : { dispatcher: input.dispatcher }),
    signal,
  });
  const maxBytes = input.maxBytes ?? MAX_BYTES;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      const { origin } = new URL(input.url);
      throw new DriverError('AUTH_MALFORMED', `${origin} responded with more than ${maxBytes} bytes`);
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
