import { setMaxListeners } from 'node:events';

/** Fires when the first of them does, without any never. Any number of requests may listen to it without Node.js taking that for a leak. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const any = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  setMaxListeners(Infinity, any);
  return any;
}
