import { raceAbort } from '../core/async/abort.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import type { Ports, PromptRequest } from '../core/ports.ts';

/** A question is open for so long. */
const PROMPT_TIMEOUT_MS = 5 * 60_000;

/** The same world, whose questions are bounded in time and counted. */
export interface PromptWait {
  readonly ports: Ports;
  readonly person: {
    /** Whether a question is open. */
    isAsked(): boolean;
    /** How many were answered so far. */
    answers(): number;
  };
}

/** Sees to it that a question to the person ends: with the answer, with the sign-in, or with patience. */
export function withPromptTimeout(ports: Ports, patienceMs: number = PROMPT_TIMEOUT_MS): PromptWait {
  let open = 0;
  let answered = 0;

  async function ask(request: PromptRequest, signal: AbortSignal): Promise<string> {
    const late = AbortSignal.timeout(patienceMs);
    const both = AbortSignal.any([signal, late]);
    open += 1;
    try {
      const answer: unknown = await raceAbort(Promise.resolve(ports.prompt?.(request, both)), both);
      if (typeof answer !== 'string' || answer.trim() === '') {
        throw new DriverError('AUTH_CODE_NEEDED', `${request.message}: no answer was given`);
      }
      answered += 1;
      return answer;
    } catch (error) {
      if (signal.aborted || (error instanceof DriverError && !late.aborted)) throw error;
      const why = late.aborted ? `no answer came within ${patienceMs / 1000} s` : getErrorMessage(error);
      throw new DriverError('AUTH_CODE_NEEDED', `${request.message}: ${why}`, { cause: error });
    } finally {
      open -= 1;
    }
  }

  return {
    ports: ports.prompt === undefined ? ports : { ...ports, prompt: ask },
    person: { isAsked: () => open > 0, answers: () => answered },
  };
}
