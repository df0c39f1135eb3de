import { type IncomingHttpHeaders, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

/** A request to a metadata service on this machine or its host. */
export interface MetadataRequest {
  readonly method: 'GET' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Until the response is complete. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** The outcome. Failures are values, since their meaning depends on the service. */
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
 * Sends one request without redirects, proxy or shared connections: the response contains credentials, so no other
 * server may answer it.
 */
export async function requestMetadata(
  request: MetadataRequest,
  signal: AbortSignal,
): Promise<MetadataResponse> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const { method, headers, timeoutMs, maxBytes } = request;
    const send = request.url.protocol === 'https:' ? overHttps : overHttp;
    // The global agent may use a proxy.
    const sent = send(request.url, { method, headers, agent: false });
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      end();
      sent.destroy();
    };
    const answer = (outcome: MetadataResponse): void => settle(() => resolve(outcome));
    const abort = (): void => settle(() => reject(signal.reason));
    const timer = setTimeout(() => answer({ kind: 'too-late' }), timeoutMs);
    timer.unref();
    signal.addEventListener('abort', abort, { once: true });
    // Not removed at the end: a destroyed request may still emit an error.
    sent.on('error', (cause) => answer({ kind: 'unreachable', cause }));
    sent.on('response', (response) => collect(response, maxBytes, answer));
    sent.end();
  });
}

function collect(
  response: IncomingMessage,
  maxBytes: number,
  answer: (outcome: MetadataResponse) => void,
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
