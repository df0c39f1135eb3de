import { Agent, type Dispatcher } from 'undici';
import { createConnector } from './connector.ts';
import type { DispatcherOptions, NetworkSettings } from './settings.ts';

/** Sends requests through the proxy and to the servers that the settings name. Its owner closes it. */
export function createDispatcher(settings: NetworkSettings, options: DispatcherOptions = {}): Dispatcher {
  return new Agent({
    connect: createConnector(settings, options),
    pipelining: 1,
    keepAliveTimeout: 20_000,
    ...(options.connections === undefined ? {} : { connections: options.connections }),
  });
}
