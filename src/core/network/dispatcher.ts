import { Agent, type Dispatcher } from 'undici';
import { createConnector } from './connector.ts';
import type { ClientCertificate, NetworkSettings } from './settings.ts';

/** What a dispatcher is besides the settings of the network. */
export interface DispatcherOptions {
  readonly clientCertificate?: ClientCertificate | undefined;
  /** The most connections to one host; 1 for sign-ins that belong to a connection. */
  readonly connections?: number | undefined;
  /** Refuses addresses where machines ask for credentials: 169.254.0.0/16 and the like. */
  readonly refuseLinkLocal?: boolean | undefined;
}

/** Sends requests through the proxy and to the servers that the settings name. Its owner closes it. */
export function createDispatcher(settings: NetworkSettings, options: DispatcherOptions = {}): Dispatcher {
  return new Agent({
    connect: createConnector(settings, options),
    pipelining: 1,
    keepAliveTimeout: 20_000,
    ...(options.connections === undefined ? {} : { connections: options.connections }),
  });
}
