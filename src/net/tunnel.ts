import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import { tlsReason } from './failures.ts';
import type { Target } from './proxy-rules.ts';
import type { ProxySettings } from '../core/network-settings.ts';

/**
 * Asks the proxy for a connection to the target. The proxy's password goes to the proxy alone, and to one that is
 * reached by https only where it is to be trusted.
 */
export function openTunnel(
  proxy: ProxySettings,
  target: Target,
  {
    timeoutMs,
    trust,
    signal,
  }: { readonly timeoutMs: number; readonly trust: TlsTrust; readonly signal: AbortSignal },
): Promise<Socket> {
  const url = new URL(proxy.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const authority = `${target.hostname}:${target.port || (target.protocol === 'http:' ? '80' : '443')}`;
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void =>
      reject(
        new DriverError('CONN_PROXY', `The proxy ${url.host} gave no connection to ${authority}: ${why}`, {
          cause,
        }),
      );
    const asked = (url.protocol === 'https:' ? overHttps : overHttp)({
      host,
      port: url.port || (url.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      agent: false,
      timeout: timeoutMs,
      signal,
      // Its certificate is for its own name, where Node would go by the header.
      ...(url.protocol === 'https:'
        ? { ...trust, servername: isIP(host) === 0 ? host : '', minVersion: 'TLSv1.2' }
        : {}),
      headers: { host: authority, ...authorization(proxy) },
    });
    asked.once('connect', ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      if (statusCode === 200 && head.length === 0) {
        socket.setTimeout(0);
        resolve(socket);
        return;
      }
      socket.destroy();
      fail(statusCode === 407 ? 'it wants ProxyUser and ProxyPassword (407)' : `it answered ${statusCode}`);
    });
    asked.once('timeout', () => {
      fail(`no answer within ${timeoutMs / 1000} s`);
      asked.destroy();
    });
    asked.once('error', (error) =>
      fail(tlsReason(error) ?? (getErrorMessage(error) || 'it cannot be reached'), error),
    );
    asked.end();
  });
}

/** Which certificates of a server are taken. */
export type TlsTrust = Pick<ConnectionOptions, 'ca' | 'allowPartialTrustChain' | 'rejectUnauthorized'>;

function authorization({ user, password }: ProxySettings): { 'proxy-authorization'?: string } {
  if (user === undefined) return {};
  const pair = Buffer.from(`${user}:${password?.reveal() ?? ''}`).toString('base64');
  return { 'proxy-authorization': `Basic ${pair}` };
}
