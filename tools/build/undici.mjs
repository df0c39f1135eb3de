// The parts of undici that the driver uses, in place of the package's index, which also loads fetch, WebSockets, caches
// and mocks.
import request_ from 'undici/lib/api/api-request.js';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import global_ from 'undici/lib/global.js';

export { Agent, buildConnector };

/** As undici's own `request`, for whole addresses. */
export function request(address, { dispatcher = global_.getGlobalDispatcher(), ...options }) {
  const url = new URL(address);
  const method = options.method ?? (options.body ? 'PUT' : 'GET');
  return request_.call(dispatcher, {
    ...options,
    method,
    origin: url.origin,
    path: url.pathname + url.search,
  });
}
