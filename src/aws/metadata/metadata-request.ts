import { type IncomingHttpHeaders, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

/** A request to a service of this machine or its host. */
export interface MetadataRequest {
  readonly method: 'GET' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The longest that the whole answer may take. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** What came of it. A failure is told apart because what it means depends on who was asked. */
export type MetadataResponse =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: string;
    }
  | { readonly kind: 'too-late' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'unreachable'; readonly cause: Error };

/**
 * Asks once: follows no redirect, uses no proxy and no shared connection. Credentials come this way, and must not be
 * asked of anybody else.
 */
export async function requestMetadata(
  request: MetadataRequest,
  signal: AbortSignal,
): Promise<MetadataResponse> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const { method, headers, timeoutMs, maxBytes } = request;
    const send = request.url.protocol === 'https:' ? overHttps : overHttp;
    // A shared agent may have been given a proxy.
    const sent = send(request.url, { method, headers, agent: false });
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      end();
      sent.destroy();
    };
    const answer = (given: MetadataResponse): void => settle(() => resolve(given));
    const abort = (): void => settle(() => reject(signal.reason));
    const timer = setTimeout(() => answer({ kind: 'too-late' }), timeoutMs);
    timer.unref();
    signal.addEventListener('abort', abort, { once: true });
    // Stays after the end: a destroyed request may still tell of it.
    sent.on('error', (cause) => answer({ kind: 'unreachable', cause }));
    sent.on('response', (response) => collect(response, maxBytes, answer));
    sent.end();
  });
}

function collect(
  response: IncomingMessage,
  maxBytes: number,
  answer: (given: MetadataResponse) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) answer({ kind: 'too-large' });
  });
  response.on('error', (cause) => answer({ kind: 'unreachable', cause }));
  response.on('end', () => {
    const { statusCode: status = 0, headers } = response;
    answer({ kind: 'answer', status, headers, body: Buffer.concat(chunks).toString('utf8') });
  });
}
