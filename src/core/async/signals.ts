import { setMaxListeners } from 'node:events';

/** A controller to whose signal any number of requests may listen: Node.js would take more than ten for a leak. */
export function newController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(Infinity, controller.signal);
  return controller;
}

/** Fires when the first of them does, without any never. Any number of requests may listen to it, too. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const any = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  setMaxListeners(Infinity, any);
  return any;
}
