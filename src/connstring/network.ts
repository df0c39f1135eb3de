import { DriverError } from '../core/errors.ts';
import type { NetworkSettings, ProxySettings } from '../core/network-settings.ts';
import type { Ports } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';
import type { Options } from './properties.ts';
import { readServerTrust } from './server-trust.ts';

/** Resolves the TLS trust and the proxy of a connection; undefined if both are the defaults. */
export async function resolveNetworkSettings(
  options: Options,
  ports: Pick<Ports, 'env' | 'home' | 'readFile' | 'warn'>,
): Promise<NetworkSettings | undefined> {
  const trust = await readServerTrust(options.sslServerCert, ports);
  const usesEnvironment = options.proxyAutoDetect !== false;
  const proxy = resolveProxy(options) ?? (usesEnvironment ? readProxyVariables(ports) : undefined);
  return trust === undefined && proxy === undefined ? undefined : { trust, proxy };
}

type ProxyOptions = Pick<
  Options,
  'proxyServer' | 'proxyPort' | 'proxyUser' | 'proxyPassword' | 'proxyExceptions'
>;

const DEFAULT_PROXY_PORT = 80;

/** The proxy set in the connection string. */
function resolveProxy(options: ProxyOptions): ProxySettings | undefined {
  const { proxyServer, proxyPort, proxyUser, proxyPassword, proxyExceptions = [] } = options;
  if (proxyServer === undefined) {
    if (proxyPort === undefined && proxyUser === undefined && proxyPassword === undefined) return undefined;
    throw new DriverError(
      'AUTH_MISSING_PROPERTY',
      'ProxyPort, ProxyUser and ProxyPassword require ProxyServer',
      {
        remedy: 'Set ProxyServer to the host of the proxy.',
      },
    );
  }
  if (proxyPassword !== undefined && proxyUser === undefined) {
    throw new DriverError('AUTH_MISSING_PROPERTY', 'ProxyPassword requires ProxyUser', {
      remedy: 'Set ProxyUser to the user name for the proxy.',
    });
  }
  const url = parseProxyUrl(proxyServer);
  if (url === undefined || url.username !== '') {
    throw new DriverError(
      'CONN_BAD_VALUE',
      'invalid value for ProxyServer: expected a host or an http or https URL without credentials (set ProxyUser and ProxyPassword)',
    );
  }
  const port = proxyPort ?? (hasPort(proxyServer) ? undefined : DEFAULT_PROXY_PORT);
  if (port !== undefined) url.port = String(port);
  return {
    url: url.origin,
    user: proxyUser,
    password: proxyPassword,
    exceptions: proxyExceptions,
  };
}

/** Never reached through the proxy of the environment. */
const LOCAL_HOSTS = ['localhost', '127.0.0.0/8', '::1'];

/** The proxy of HTTPS_PROXY and the exceptions of NO_PROXY. */
function readProxyVariables(ports: Pick<Ports, 'env'>): ProxySettings | undefined {
  const value = ports.env('https_proxy') ?? ports.env('HTTPS_PROXY');
  if (value === undefined) return undefined;
  const url = parseProxyUrl(value);
  if (url === undefined) {
    throw new DriverError('CONN_BAD_VALUE', 'environment variable HTTPS_PROXY is not an http or https URL', {
      remedy: 'Correct HTTPS_PROXY, or set ProxyAutoDetect=false to ignore it.',
    });
  }
  const exceptions = (ports.env('no_proxy') ?? ports.env('NO_PROXY') ?? '').split(/[\s,]+/);
  return {
    url: url.origin,
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: new Secret(decodeURIComponent(url.password)) }),
    exceptions: [...LOCAL_HOSTS, ...exceptions.filter((exception) => exception !== '')],
    httpsOnly: true,
  };
}

/** Parses a proxy address; a host alone means http. */
function parseProxyUrl(value: string): URL | undefined {
  const address = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/** Whether an address has a port; URL drops the default one. */
function hasPort(value: string): boolean {
  return /:\d+\/?$/.test(value.trim()) || /^https:/i.test(value.trim());
}
