import { describe, expect, it } from '@jest/globals';
import { withPromptTimeout } from '../../src/credentials/prompt-timeout.ts';
import type { Ports } from '../../src/core/ports.ts';
import { fakePorts } from '../doubles/ports.ts';
import { thrownBy } from '../support/thrown.ts';

const nobody = new AbortController().signal;
const question = { kind: 'code', message: 'Code of the device' } as const;

function ask(prompt: NonNullable<Ports['prompt']>, signal = nobody, patienceMs = 1000): Promise<unknown> {
  const { ports } = withPromptTimeout(fakePorts({ prompt }), patienceMs);
  return Promise.resolve(ports.prompt?.(question, signal));
}

describe('asking', () => {
  it('hands the question on and gives the answer', async () => {
    const heard: unknown[] = [];
    const answer = await ask(async (request) => {
      heard.push(request);
      return '123456';
    });
    expect(answer).toBe('123456');
    expect(heard).toEqual([question]);
  });

  it('has nothing to ask with where nobody listens', () => {
    expect(withPromptTimeout(fakePorts()).ports).not.toHaveProperty('prompt');
  });

  it('knows whether a question is open and how many were answered', async () => {
    const answers: ((text: string) => void)[] = [];
    const prompt = (): Promise<string> => new Promise((resolve) => void answers.push(resolve));
    const { ports, person } = withPromptTimeout(fakePorts({ prompt }));
    const asked = ports.prompt?.(question, nobody);
    expect([person.isAsked(), person.answers()]).toEqual([true, 0]);
    answers[0]?.('1');
    await asked;
    expect([person.isAsked(), person.answers()]).toEqual([false, 1]);
  });

  it.each([
    ['an empty answer', async () => ' ', /no answer was given/],
    ['a failure', async () => Promise.reject(new Error('the window was closed')), /the window was closed/],
    ['no answer', () => new Promise<string>(() => undefined), /no answer came within 0.02 s/],
  ])('tells of %s', async (_, prompt, message) => {
    // The limit does not keep the process alive, so something else must.
    const alive = setInterval(() => undefined, 1000);
    const error = await thrownBy(() => ask(prompt, nobody, 20));
    clearInterval(alive);
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toMatch(message);
  });

  it('ends with the sign-in, even where the answerer takes no notice', async () => {
    const caller = new AbortController();
    const waiting = thrownBy(() => ask(() => new Promise(() => undefined), caller.signal));
    caller.abort();
    expect((await waiting).code).toBe('EXEC_CANCELLED');
  });
});
