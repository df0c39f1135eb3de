import type { Dispatcher } from 'undici';
import { createDispatcher } from '../../net/dispatcher.ts';
import { toConnectionError } from '../../net/failures.ts';
import { explainFailure, TransportError, type TransportFailure } from './failures.ts';

/** A signed request in the form of the AWS SDK. */
export interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null | undefined;
}

/** A complete response with its body in memory. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Sends requests over keep-alive connections, one at a time on each. */
export interface Transport {
  send(request: SignedRequest, limitBytes: number, signal?: AbortSignal): Promise<HttpResponse>;
  close(): void;
}

/** `timeoutMs`: for one request, from the first byte sent to the last received; 0: no limit. */
export function createTransport(timeoutMs: number, dispatcher?: Dispatcher): Transport {
  const own = dispatcher === undefined ? createDispatcher({}) : undefined;
  const sender = dispatcher ?? own?.dispatcher;
  return {
    send: (request, limitBytes, signal) =>
      new Promise<HttpResponse>((resolve, reject) => {
        const { protocol, hostname, port, path, method, headers } = request;
        const host = port === undefined ? hostname : `${hostname}:${port}`;
        const body = createBody(limitBytes);
        let statusCode = 0;
        let responseHeaders: Record<string, string> = {};
        let controller: Dispatcher.DispatchController | undefined;
        let failure: Error | undefined;
        let timer: NodeJS.Timeout | undefined;

        const settle = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
        };
        const fail = (error: Error): void => {
          if (failure !== undefined) return;
          failure = error;
          settle();
          reject(error);
          controller?.abort(error);
        };
        const failWith = (kind: TransportFailure, reason: string, cause?: unknown): void =>
          fail(new TransportError(kind, { host, reason, signal, cause }));
        const onAbort = (): void => failWith('aborted', 'aborted', signal?.reason);

        if (signal?.aborted === true) {
          onAbort();
          return;
        }
        signal?.addEventListener('abort', onAbort, { once: true });
        if (timeoutMs > 0) {
          timer = setTimeout(() => failWith('timeout', `no response within ${timeoutMs} ms`), timeoutMs);
        }
        sender?.dispatch(
          {
            origin: `${protocol}//${host}`,
            path,
            method,
            headers,
            body: request.body ?? null,
            headersTimeout: 0,
            bodyTimeout: 0,
          },
          {
            onRequestStart(started) {
              controller = started;
              if (failure !== undefined) started.abort(failure);
            },
            onResponseStart(_controller, status, received) {
              statusCode = status;
              responseHeaders = flatten(received);
              body.announce(Number(responseHeaders['content-length']));
            },
            onResponseData(_controller, chunk) {
              if (!body.add(chunk)) failWith('malformed', `the response is larger than ${limitBytes} bytes`);
            },
            onResponseEnd() {
              settle();
              resolve({ statusCode, headers: responseHeaders, body: body.bytes() });
            },
            onResponseError(_controller, error) {
              const connectionError = toConnectionError(`${protocol}//${host}`, error);
              // Problems with certificates and proxies persist: only network failures are retried.
              if (connectionError.code === 'CONN_NETWORK') failWith('network', explainFailure(error), error);
              else fail(connectionError);
            },
          },
        );
      }),
    close: () => {
      void own?.close();
    },
  };
}

interface Body {
  /** Sets the expected length; NaN: unknown. */
  announce(length: number): void;
  /** False if the body exceeds the limit. */
  add(chunk: Buffer): boolean;
  bytes(): Buffer;
}

/** Collects a body, into a single buffer if its length is known, so that a page is copied only once. */
function createBody(limitBytes: number): Body {
  let whole: Buffer | undefined;
  const chunks: Buffer[] = [];
  let received = 0;
  return {
    announce(length) {
      if (length > 0 && length <= limitBytes) whole = Buffer.allocUnsafeSlow(length);
    },
    add(chunk) {
      const at = received;
      received += chunk.length;
      if (received > limitBytes) return false;
      if (whole !== undefined && received <= whole.length) chunk.copy(whole, at);
      else chunks.push(chunk);
      return true;
    },
    bytes() {
      if (whole === undefined) return Buffer.concat(chunks, received);
      return chunks.length === 0 ? whole.subarray(0, received) : Buffer.concat([whole, ...chunks]);
    },
  };
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}
