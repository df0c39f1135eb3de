import { inspect } from 'node:util';

/** Everything that a value may print as: text, inspection with hidden parts, JSON, and an error's message and stack. */
export function collectOutput(value: unknown): string {
  const error =
    value instanceof Error ? `${value.message}\n${value.stack}\n${collectOutput(value.cause)}` : '';
  const json = JSON.stringify(value, (_, inner: unknown) => (inner instanceof Set ? [...inner] : inner));
  return `${String(value)}\n${inspect(value, { depth: 20, showHidden: true, getters: true })}\n${json}\n${error}`;
}
