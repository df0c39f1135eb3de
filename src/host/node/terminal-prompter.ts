import { emitKeypressEvents } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { DriverError } from '../../core/errors.ts';
import type { PromptRequest } from '../../core/ports.ts';
import { escapeControl, escapeControlLines } from './escape-control.ts';

/** A readable stream that may be a terminal. */
interface Keyboard extends Readable {
  readonly isRaw?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/** Prompts the user on the terminal. */
export interface TerminalPrompter {
  answer(request: PromptRequest, signal: AbortSignal): Promise<string>;
  /** Whether a prompt is open; nothing else may be drawn meanwhile. */
  isPrompting(): boolean;
}

interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

const MAX_TRIES = 3;

/** Prompts on a terminal, one question at a time, and keeps the keys from other readers meanwhile. */
export function terminalPrompter(keyboard: Keyboard, screen: Writable): TerminalPrompter {
  let open = 0;
  let last: Promise<unknown> = Promise.resolve();

  const say = (text: string): void => void screen.write(text);
  const line = (label: string, signal: AbortSignal, secret: boolean): Promise<string> => {
    // Disable echo before printing the prompt, so that keys typed early are not shown.
    const answer = readTypedLine(keyboard, secret ? () => undefined : say, signal);
    say(`\r\u001b[K${escapeControl(label)}: `);
    return answer.finally(() => say('\n'));
  };

  async function choice({ message, choices = [] }: PromptRequest, signal: AbortSignal): Promise<string> {
    const list = choices.map((text, i) => `  ${i + 1}  ${text}\n`).join('');
    say(escapeControlLines(`${message}\n${list}`));
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const answer = (await line(`1 to ${choices.length}`, signal, false)).trim();
      const chosen = choices[Number(answer) - 1] ?? choices.find((text) => text === answer);
      if (chosen !== undefined) return chosen;
    }
    throw new DriverError('EXEC_CANCELLED', `${message}: no valid choice after ${MAX_TRIES} tries`);
  }

  async function newPassword({ message }: PromptRequest, signal: AbortSignal): Promise<string> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const first = await line(message, signal, true);
      if ((await line('Repeat to confirm', signal, true)) === first) return first;
      say('The entries do not match.\n');
    }
    throw new DriverError('EXEC_CANCELLED', `${message}: the entries did not match after ${MAX_TRIES} tries`);
  }

  function ask(request: PromptRequest, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    switch (request.kind) {
      case 'choice':
        return choice(request, signal);
      case 'new-password':
        return newPassword(request, signal);
      case 'code':
        return line(request.message, signal, request.secret === true);
    }
  }

  return {
    isPrompting: () => open > 0,
    async answer(request, signal) {
      open += 1;
      const turn = last.then(() => ask(request, signal));
      last = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        open -= 1;
      }
    },
  };
}

/** Reads one typed line. Other key listeners are detached meanwhile: the shell would read the answer as a statement. */
function readTypedLine(
  keyboard: Keyboard,
  echo: (text: string) => void,
  signal: AbortSignal,
): Promise<string> {
  emitKeypressEvents(keyboard);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node types listeners as any function
  const others = keyboard.listeners('keypress') as ((...key: unknown[]) => void)[];
  const wasRaw = keyboard.isRaw === true;
  const wasFlowing = keyboard.readableFlowing === true;
  return new Promise<string>((resolve, reject) => {
    let text: readonly string[] = [];
    const end = (settle: () => void): void => {
      keyboard.off('keypress', onKey);
      keyboard.off('end', onEnd);
      signal.removeEventListener('abort', onAbort);
      for (const other of others) keyboard.on('keypress', other);
      keyboard.setRawMode?.(wasRaw);
      if (!wasFlowing) keyboard.pause();
      settle();
    };
    const cancel = (why: string): void => end(() => reject(new DriverError('EXEC_CANCELLED', why)));
    const onAbort = (): void => end(() => reject(signal.reason));
    const onEnd = (): void => cancel('The terminal was closed before the prompt was answered');
    const onKey = (character: string | undefined, { name, ctrl, meta }: Key): void => {
      if (ctrl === true && name === 'c') cancel('Cancelled by Ctrl-C');
      else if (ctrl === true && name === 'd') cancel('The prompt was not answered');
      else if (name === 'return' || name === 'enter') end(() => resolve(text.join('')));
      else if (name === 'backspace') {
        if (text.length > 0) echo('\b \b');
        text = text.slice(0, -1);
      } else if (ctrl !== true && meta !== true && character !== undefined && character >= ' ') {
        text = [...text, character];
        echo(escapeControl(character));
      }
    };
    keyboard.removeAllListeners('keypress');
    keyboard.on('keypress', onKey);
    keyboard.on('end', onEnd);
    signal.addEventListener('abort', onAbort, { once: true });
    keyboard.setRawMode?.(true);
    keyboard.resume();
  });
}
