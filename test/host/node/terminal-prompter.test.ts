import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { type TerminalPrompter, terminalPrompter } from '../../../src/host/node/terminal-prompter.ts';
import type { PromptRequest } from '../../../src/core/ports.ts';
import { thrownBy } from '../../support/thrown.ts';

const nobody = new AbortController().signal;
const code: PromptRequest = { kind: 'code', message: 'Code', secret: true };

function terminal(): {
  person: TerminalPrompter;
  keyboard: PassThrough & { isRaw: boolean; setRawMode(raw: boolean): void };
  shown: () => string;
} {
  const keyboard = Object.assign(new PassThrough(), {
    isRaw: false,
    setRawMode(raw: boolean) {
      this.isRaw = raw;
    },
  });
  const screen = new PassThrough();
  const parts: string[] = [];
  screen.on('data', (part: Buffer) => parts.push(part.toString()));
  return { person: terminalPrompter(keyboard, screen), keyboard, shown: () => parts.join('') };
}

/** Types when the question is there. */
async function answer(
  request: PromptRequest,
  ...lines: readonly string[]
): Promise<{ said: string; shown: string }> {
  const { person, keyboard, shown } = terminal();
  const asked = person.answer(request, nobody);
  for (const line of lines) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    keyboard.write(line);
  }
  return { said: await asked, shown: shown() };
}

describe('a question on the terminal', () => {
  it('is answered with a line, which a secret does not show', async () => {
    const { said, shown } = await answer(code, '12345x\b6', '\r');
    expect(said).toBe('123456');
    expect(shown).toContain('Code: ');
    expect(shown).not.toMatch(/\d/);
  });

  it('shows what is no secret', async () => {
    const { said, shown } = await answer({ kind: 'code', message: 'Name' }, 'ana\r');
    expect(said).toBe('ana');
    expect(shown).toContain('ana');
  });

  it('lets choose by number, or by the words themselves', async () => {
    const which: PromptRequest = { kind: 'choice', message: 'Which?', choices: ['SMS', 'App'] };
    expect((await answer(which, '2\r')).said).toBe('App');
    expect((await answer(which, '7\r', 'SMS\r')).said).toBe('SMS');
    expect((await thrownBy(() => answer(which, '7\r', '8\r', '\r'))).message).toContain('no valid choice');
  });

  it('takes a new password only when it was typed twice the same', async () => {
    const request: PromptRequest = { kind: 'new-password', message: 'New password', secret: true };
    const { said, shown } = await answer(request, 'one\r', 'two\r', 'three\r', 'three\r');
    expect(said).toBe('three');
    expect(shown).toContain('do not match');
    expect(shown).not.toContain('three');
  });

  it.each([
    ['Ctrl-C', '\u0003', /Ctrl-C/],
    ['Ctrl-D', '\u0004', /prompt was not answered/],
  ])('is left with %s', async (_, key, message) => {
    const error = await thrownBy(() => answer(code, `12${key}`));
    expect(error.code).toBe('EXEC_CANCELLED');
    expect(error.message).toMatch(message);
  });

  it('is left when the terminal is closed', async () => {
    const { person, keyboard } = terminal();
    const asked = thrownBy(() => person.answer(code, nobody));
    keyboard.end();
    expect((await asked).message).toContain('The terminal was closed');
  });

  it('ends with the sign-in and leaves the terminal as it was', async () => {
    const { person, keyboard } = terminal();
    const heard: unknown[] = [];
    const other = (character: unknown): void => void heard.push(character);
    keyboard.on('keypress', other);
    const leaving = new AbortController();
    const asked = person.answer(code, leaving.signal).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([keyboard.isRaw, person.isPrompting()]).toEqual([true, true]);
    keyboard.write('1');
    await new Promise((resolve) => setTimeout(resolve, 5));
    leaving.abort(new Error('over'));
    expect(await asked).toEqual(new Error('over'));
    expect([keyboard.isRaw, person.isPrompting(), keyboard.listeners('keypress')]).toEqual([
      false,
      false,
      [other],
    ]);
    expect(heard).toEqual([]);
  });

  it('waits for the question before it', async () => {
    const { person, keyboard } = terminal();
    const both = Promise.all([person.answer(code, nobody), person.answer(code, nobody)]);
    for (const line of ['1\r', '2\r']) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      keyboard.write(line);
    }
    expect(await both).toEqual(['1', '2']);
  });
});
