import { type Dispatcher, request as send } from 'undici';
import { DriverError } from '../core/errors.ts';
import { toConnectionError } from '../net/failures.ts';

/** A request of the AWS SDK, as passed to its request handler. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** Far more than any response with credentials needs. */
const MAX_BYTES = 256 * 1024;

/**
 * A request handler for the SDK's sign-in clients that limits the time and size of responses. The SDK's default handler
 * would keep reading a response that never ends.
 */
export function createBoundedHandler(
  timeoutMs: number,
  dispatcher?: Dispatcher,
): {
  handle(
    request: SdkRequest,
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<{ response: SdkResponse }>;
} {
  return {
    async handle({ protocol, hostname, port, path, headers, body }, { abortSignal } = {}) {
      const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
      const late = AbortSignal.timeout(timeoutMs);
      const signal = abortSignal === undefined ? late : AbortSignal.any([late, abortSignal]);
      try {
        const sent = await send(origin + path, {
          method: 'POST',
          headers,
          body: body ?? null,
          signal,
          ...(dispatcher === undefined ? {} : { dispatcher }),
        });
        const response = {
          statusCode: sent.statusCode,
          headers: joinHeaders(sent.headers),
          body: await readAll(sent.body, origin),
        };
        return { response };
      } catch (cause) {
        if (cause instanceof DriverError || abortSignal?.aborted === true) throw cause;
        if (!late.aborted) throw toConnectionError(origin, cause);
        const why = `no response within ${timeoutMs / 1000} s`;
        throw new DriverError('CONN_NETWORK', `could not connect to ${origin}: ${why}`, { cause });
      }
    },
  };
}

async function readAll(body: AsyncIterable<Uint8Array>, origin: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      throw new DriverError('AUTH_MALFORMED', `${origin} responded with more than ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function joinHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')] as const);
  return Object.fromEntries(entries);
}
