import type { Ports, PromptRequest } from '../../core/ports.ts';

/** The person who signs in at an identity provider. */
export interface Prompter {
  /** One line of news: a number to choose on the phone. */
  notice(message: string): void;
  /** Absent where nobody answers. */
  readonly prompt?: (request: PromptRequest, signal: AbortSignal) => Promise<string>;
}

/** Whoever is at the other end of these ports. News that nobody asked for is a warning: the sign-in waits for it. */
export function createPrompter(ports: Ports): Prompter {
  const prompt = ports.prompt?.bind(ports);
  return {
    notice: (message) => (ports.notice === undefined ? ports.warn(message) : ports.notice(message)),
    ...(prompt === undefined ? {} : { prompt }),
  };
}
