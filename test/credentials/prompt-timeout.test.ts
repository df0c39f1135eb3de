import { describe, expect, it } from '@jest/globals';
import { withPromptTimeout } from '../../src/credentials/prompt-timeout.ts';
import type { Ports } from '../../src/core/ports.ts';
import { fakePorts } from '../doubles/ports.ts';
import { thrownBy } from '../support/thrown.ts';

const neverAborted = new AbortController().signal;
const question = { kind: 'code', message: 'Code of the device' } as const;

function ask(
  prompt: NonNullable<Ports['prompt']>,
  signal = neverAborted,
  timeoutMs = 1000,
): Promise<unknown> {
  const { ports } = withPromptTimeout(fakePorts({ prompt }), timeoutMs);
  return Promise.resolve(ports.prompt?.(question, signal));
}

describe('withPromptTimeout', () => {
  it('passes on the request and returns the answer', async () => {
    const received: unknown[] = [];
    const answer = await ask(async (request) => {
      received.push(request);
      return '123456';
    });
    expect(answer).toBe('123456');
    expect(received).toEqual([question]);
  });

  it('does not add a prompt to ports without one', () => {
    expect(withPromptTimeout(fakePorts()).ports).not.toHaveProperty('prompt');
  });

  it('tracks whether a prompt is open and how many were answered', async () => {
    const answers: ((answer: string) => void)[] = [];
    const prompt = (): Promise<string> => new Promise((resolve) => void answers.push(resolve));
    const { ports, prompts } = withPromptTimeout(fakePorts({ prompt }));
    const asked = ports.prompt?.(question, neverAborted);
    expect([prompts.isOpen(), prompts.countAnswers()]).toEqual([true, 0]);
    answers[0]?.('1');
    await asked;
    expect([prompts.isOpen(), prompts.countAnswers()]).toEqual([false, 1]);
  });

  it.each([
    ['an empty answer', async () => ' ', /the answer is empty/],
    ['a failure', async () => Promise.reject(new Error('the window was closed')), /the window was closed/],
    ['no answer', () => new Promise<string>(() => undefined), /no answer within 0.02 s/],
  ])('reports %s', async (_, prompt, message) => {
    // The timeout does not keep the process alive, so this timer does.
    const keepAlive = setInterval(() => undefined, 1000);
    const error = await thrownBy(() => ask(prompt, neverAborted, 20));
    clearInterval(keepAlive);
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toMatch(message);
  });

  it('ends when the sign-in is aborted, even if the prompt ignores the signal', async () => {
    const caller = new AbortController();
    const waiting = thrownBy(() => ask(() => new Promise(() => undefined), caller.signal));
    caller.abort();
    expect((await waiting).code).toBe('EXEC_CANCELLED');
  });
});
