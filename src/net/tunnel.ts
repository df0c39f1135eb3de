import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import { describeTlsError } from './failures.ts';
import type { ProxyTarget } from './proxy-rules.ts';
import type { ProxySettings } from '../core/network-settings.ts';

/**
 * Opens a tunnel to the target with CONNECT. The proxy password is sent only to the proxy, and to an https proxy only if
 * its certificate is trusted.
 */
export function openTunnel(
  proxy: ProxySettings,
  target: ProxyTarget,
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
        new DriverError('CONN_PROXY', `proxy ${url.host} could not connect to ${authority}: ${why}`, {
          cause,
        }),
      );
    const connecting = (url.protocol === 'https:' ? overHttps : overHttp)({
      host,
      port: url.port || (url.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      agent: false,
      timeout: timeoutMs,
      signal,
      // The certificate is for the proxy's name, while Node.js would check the Host header.
      ...(url.protocol === 'https:'
        ? { ...trust, servername: isIP(host) === 0 ? host : '', minVersion: 'TLSv1.2' }
        : {}),
      headers: { host: authority, ...toProxyAuthorization(proxy) },
    });
    connecting.once('connect', ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      if (statusCode === 200 && head.length === 0) {
        socket.setTimeout(0);
        resolve(socket);
        return;
      }
      socket.destroy();
      fail(
        statusCode === 407
          ? 'it requires ProxyUser and ProxyPassword (407)'
          : `it responded with status ${statusCode}`,
      );
    });
    connecting.once('timeout', () => {
      fail(`no response within ${timeoutMs / 1000} s`);
      connecting.destroy();
    });
    connecting.once('error', (error) =>
      fail(describeTlsError(error) ?? (getErrorMessage(error) || 'connection failed'), error),
    );
    connecting.end();
  });
}

/** The certificates of a server to trust. */
export type TlsTrust = Pick<ConnectionOptions, 'ca' | 'allowPartialTrustChain' | 'rejectUnauthorized'>;

function toProxyAuthorization({ user, password }: ProxySettings): { 'proxy-authorization'?: string } {
  if (user === undefined) return {};
  const pair = Buffer.from(`${user}:${password?.reveal() ?? ''}`).toString('base64');
  return { 'proxy-authorization': `Basic ${pair}` };
}
