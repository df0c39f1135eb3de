import { type Dispatcher, request as send } from 'undici';
import { DriverError } from '../core/errors.ts';
import { connectFailure } from '../net/failures.ts';

/** A request as the AWS SDK hands it to whoever sends it. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
}

interface SdkAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** Far more than any answer with credentials takes. */
const MAX_BYTES = 256 * 1024;

/**
 * Sends the requests of the SDK's clients for signing in. An answer that takes too long or never ends is a failure;
 * the SDK's own handler would go on reading.
 */
export function boundedHandler(
  timeoutMs: number,
  dispatcher?: Dispatcher,
): {
  handle(
    request: SdkRequest,
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<{ response: SdkAnswer }>;
} {
  return {
    async handle({ protocol, hostname, port, path, headers, body }, { abortSignal } = {}) {
      const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
      const late = AbortSignal.timeout(timeoutMs);
      const signal = abortSignal === undefined ? late : AbortSignal.any([late, abortSignal]);
      try {
        const answer = await send(origin + path, {
          method: 'POST',
          headers,
          body: body ?? null,
          signal,
          ...(dispatcher === undefined ? {} : { dispatcher }),
        });
        const response = {
          statusCode: answer.statusCode,
          headers: flat(answer.headers),
          body: await whole(answer.body, origin),
        };
        return { response };
      } catch (cause) {
        if (cause instanceof DriverError || abortSignal?.aborted === true) throw cause;
        if (!late.aborted) throw connectFailure(origin, cause);
        const why = `no answer within ${timeoutMs / 1000} s`;
        throw new DriverError('CONN_NETWORK', `${origin} could not be reached: ${why}`, { cause });
      }
    },
  };
}

async function whole(body: AsyncIterable<Uint8Array>, origin: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      throw new DriverError('AUTH_MALFORMED', `${origin} answered with more than ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')] as const);
  return Object.fromEntries(entries);
}
