import { getErrorMessage } from '../../core/errors.ts';
import type { Transport } from './transport.ts';

/** One attempt of a request and its outcome. It has no headers, which contain signatures and tokens. */
export interface Exchange {
  readonly operation: string;
  /** The request body. */
  readonly body: string;
  /** `200`, `400 ThrottlingException`, or why there is no response. */
  readonly outcome: string;
  readonly succeeded: boolean;
  readonly bytes: number;
  readonly elapsedMs: number;
}

/** Wraps a transport so that `observe` is called after each attempt. */
export function observeTransport(transport: Transport, observe: (exchange: Exchange) => void): Transport {
  return {
    async send(request, limitBytes, signal) {
      const start = performance.now();
      const { headers, body } = request;
      const report = (outcome: string, succeeded: boolean, bytes: number): void =>
        observe({
          operation: (headers['x-amz-target'] ?? request.path).replace(/^.*\./, ''),
          body: typeof body === 'string' ? body : new TextDecoder().decode(body ?? undefined),
          outcome,
          succeeded,
          bytes,
          elapsedMs: performance.now() - start,
        });
      try {
        const response = await transport.send(request, limitBytes, signal);
        const succeeded = response.statusCode === 200;
        const name = succeeded
          ? undefined
          : /"__type"\s*:\s*"(?:[^"]*#)?(\w+)"/.exec(response.body.toString())?.[1];
        report([response.statusCode, name].filter(Boolean).join(' '), succeeded, response.body.length);
        return response;
      } catch (error) {
        report(getErrorMessage(error), false, 0);
        throw error;
      }
    },
    close: () => transport.close(),
  };
}
