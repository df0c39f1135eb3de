import type { NetworkSettings } from '../core/network-settings.ts';
import type { Ports } from '../core/ports.ts';
import type { Options } from './properties.ts';
import { givenProxy, proxyOfEnvironment } from './proxy.ts';
import { serverTrust } from './server-trust.ts';

/** Reads the way to the servers; undefined where it is the usual one. */
export async function networkSettings(
  options: Options,
  ports: Pick<Ports, 'env' | 'home' | 'readFile' | 'warn'>,
): Promise<NetworkSettings | undefined> {
  const trust = await serverTrust(options.sslServerCert, ports);
  const usesEnvironment = options.proxyAutoDetect !== false;
  const proxy = givenProxy(options) ?? (usesEnvironment ? proxyOfEnvironment(ports) : undefined);
  return trust === undefined && proxy === undefined ? undefined : { trust, proxy };
}
