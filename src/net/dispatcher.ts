import { Agent, type Dispatcher } from 'undici';
import { createAbortController } from '../core/async/abort.ts';
import { createConnector } from './connector.ts';
import type { DispatcherOptions, NetworkSettings } from '../core/network-settings.ts';

/** A dispatcher and the means to close it. */
export interface ClosableDispatcher {
  readonly dispatcher: Dispatcher;
  /** Closes all connections, including those being opened, which would keep the process alive. */
  close(): Promise<void>;
}

/** A dispatcher that applies the proxy and the trust of the settings. */
export function createDispatcher(
  settings: NetworkSettings,
  options: DispatcherOptions = {},
): ClosableDispatcher {
  const closing = createAbortController();
  const dispatcher = new Agent({
    connect: createConnector(settings, options, closing.signal),
    pipelining: 1,
    keepAliveTimeout: 20_000,
    ...(options.connections === undefined ? {} : { connections: options.connections }),
  });
  return {
    dispatcher,
    async close() {
      const closed = dispatcher.destroy();
      closing.abort();
      await closed;
    },
  };
}
