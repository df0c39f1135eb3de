import { getErrorMessage } from '../../core/errors.ts';
import type { Transport } from './transport.ts';

/** One try of a request, and what became of it. Headers are left out: they hold signatures and tokens. */
export interface Exchange {
  readonly operation: string;
  /** What was asked, as it was sent. */
  readonly body: string;
  /** `200`, `400 ThrottlingException`, or why there was no answer. */
  readonly outcome: string;
  readonly succeeded: boolean;
  readonly bytes: number;
  readonly elapsedMs: number;
}

/** The same transport, with somebody who hears of each try. */
export function observeTransport(transport: Transport, observe: (exchange: Exchange) => void): Transport {
  return {
    async send(request, limitBytes, signal) {
      const begun = performance.now();
      const { headers, body } = request;
      const tell = (outcome: string, succeeded: boolean, bytes: number): void =>
        observe({
          operation: (headers['x-amz-target'] ?? request.path).replace(/^.*\./, ''),
          body: typeof body === 'string' ? body : new TextDecoder().decode(body ?? undefined),
          outcome,
          succeeded,
          bytes,
          elapsedMs: performance.now() - begun,
        });
      try {
        const answer = await transport.send(request, limitBytes, signal);
        const succeeded = answer.statusCode === 200;
        const name = succeeded
          ? undefined
          : /"__type"\s*:\s*"(?:[^"]*#)?(\w+)"/.exec(answer.body.toString())?.[1];
        tell([answer.statusCode, name].filter(Boolean).join(' '), succeeded, answer.body.length);
        return answer;
      } catch (error) {
        tell(getErrorMessage(error), false, 0);
        throw error;
      }
    },
    close: () => transport.close(),
  };
}
