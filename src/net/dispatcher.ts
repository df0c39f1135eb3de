import { Agent, type Dispatcher } from 'undici';
import { createAbortController } from '../core/async/abort.ts';
import { createConnector } from './connector.ts';
import type { DispatcherOptions, NetworkSettings } from '../core/network-settings.ts';

/** A dispatcher in the hands of its owner. */
export interface OwnDispatcher {
  readonly dispatcher: Dispatcher;
  /** Ends all its connections, those too that are only being opened: they would keep the process alive. */
  close(): Promise<void>;
}

/** Sends requests through the proxy and to the servers that the settings name. */
export function createDispatcher(settings: NetworkSettings, options: DispatcherOptions = {}): OwnDispatcher {
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
