import { raceAbort } from '../core/async/abort.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import type { Ports, PromptRequest } from '../core/ports.ts';

const PROMPT_TIMEOUT_MS = 5 * 60_000;

/** The same ports with bounded prompts, and what a renewal needs to know about them. */
export interface TimedPrompts {
  readonly ports: Ports;
  readonly prompts: {
    /** Whether a prompt is waiting for the user. */
    isOpen(): boolean;
    /** How many prompts the user has answered. */
    countAnswers(): number;
  };
}

/** Bounds every prompt: it ends on an answer, on abort, or after `timeoutMs`. Failures are AUTH_CODE_NEEDED. */
export function withPromptTimeout(ports: Ports, timeoutMs: number = PROMPT_TIMEOUT_MS): TimedPrompts {
  let open = 0;
  let answered = 0;

  async function prompt(request: PromptRequest, signal: AbortSignal): Promise<string> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = AbortSignal.any([signal, timeout]);
    open += 1;
    try {
      const answer: unknown = await raceAbort(Promise.resolve(ports.prompt?.(request, either)), either);
      if (typeof answer !== 'string' || answer.trim() === '') {
        throw new DriverError('AUTH_CODE_NEEDED', `${request.message}: the answer is empty`);
      }
      answered += 1;
      return answer;
    } catch (error) {
      if (signal.aborted || (error instanceof DriverError && !timeout.aborted)) throw error;
      const why = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : getErrorMessage(error);
      throw new DriverError('AUTH_CODE_NEEDED', `${request.message}: ${why}`, { cause: error });
    } finally {
      open -= 1;
    }
  }

  return {
    ports: ports.prompt === undefined ? ports : { ...ports, prompt },
    prompts: { isOpen: () => open > 0, countAnswers: () => answered },
  };
}
