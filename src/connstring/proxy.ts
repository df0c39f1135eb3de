import { DriverError } from '../core/errors.ts';
import type { ProxySettings } from '../core/network-settings.ts';
import type { Ports } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';
import type { Options } from './properties.ts';

type ProxyOptions = Pick<
  Options,
  'proxyServer' | 'proxyPort' | 'proxyUser' | 'proxyPassword' | 'proxyExceptions'
>;

const USUAL_PORT = 80;

/** The proxy that the connection string names. */
export function givenProxy(options: ProxyOptions): ProxySettings | undefined {
  const { proxyServer, proxyPort, proxyUser, proxyPassword, proxyExceptions = [] } = options;
  if (proxyServer === undefined) {
    if (proxyPort === undefined && proxyUser === undefined && proxyPassword === undefined) return undefined;
    throw new DriverError(
      'AUTH_MISSING_PROPERTY',
      'ProxyPort, ProxyUser and ProxyPassword need ProxyServer',
      {
        remedy: 'Set ProxyServer to the host of the proxy.',
      },
    );
  }
  if (proxyPassword !== undefined && proxyUser === undefined) {
    throw new DriverError('AUTH_MISSING_PROPERTY', 'ProxyPassword needs ProxyUser', {
      remedy: 'Set ProxyUser to the user at the proxy.',
    });
  }
  const url = proxyUrl(proxyServer);
  if (url === undefined || url.username !== '') {
    throw new DriverError(
      'CONN_BAD_VALUE',
      'ProxyServer is no host and no http or https address; user and password go into ProxyUser and ProxyPassword',
    );
  }
  const port = proxyPort ?? (hasPort(proxyServer) ? undefined : USUAL_PORT);
  if (port !== undefined) url.port = String(port);
  return {
    url: url.origin,
    user: proxyUser,
    password: proxyPassword,
    exceptions: proxyExceptions,
  };
}

/** This machine is never reached through the proxy that the environment names. */
const HERE = ['localhost', '127.0.0.0/8', '::1'];

/** The proxy of HTTPS_PROXY, but for the hosts of NO_PROXY, as other programs read them. */
export function proxyOfEnvironment(ports: Pick<Ports, 'env'>): ProxySettings | undefined {
  const given = ports.env('https_proxy') ?? ports.env('HTTPS_PROXY');
  if (given === undefined) return undefined;
  const url = proxyUrl(given);
  if (url === undefined) {
    throw new DriverError('CONN_BAD_VALUE', 'HTTPS_PROXY in the environment is no http or https address', {
      remedy: 'Correct HTTPS_PROXY, or set ProxyAutoDetect=false to connect without it.',
    });
  }
  const exceptions = (ports.env('no_proxy') ?? ports.env('NO_PROXY') ?? '').split(/[\s,]+/);
  return {
    url: url.origin,
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: new Secret(decodeURIComponent(url.password)) }),
    exceptions: [...HERE, ...exceptions.filter((exception) => exception !== '')],
    httpsOnly: true,
  };
}

/** An address, where a host alone means http. */
function proxyUrl(text: string): URL | undefined {
  const address = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/** Also the port that goes without saying, which an address loses. */
function hasPort(text: string): boolean {
  return /:\d+\/?$/.test(text.trim()) || /^https:/i.test(text.trim());
}
