import { BlockList, isIP } from 'node:net';
import { isLinkLocal } from './local-addresses.ts';
import type { ProxySettings } from '../core/network-settings.ts';

/** The server to connect to. */
export interface ProxyTarget {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
}

/** The proxy for a target; undefined to connect directly. */
export function selectProxy(
  proxy: ProxySettings | undefined,
  target: ProxyTarget,
): ProxySettings | undefined {
  if (proxy === undefined || (proxy.httpsOnly === true && target.protocol !== 'https:')) return undefined;
  const host = target.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (isLinkLocal(host)) return undefined;
  const port = target.port || (target.protocol === 'http:' ? '80' : '443');
  return proxy.exceptions.some((exception) => isException(exception, host, port)) ? undefined : proxy;
}

function isException(exception: string, host: string, port: string): boolean {
  const { name, port: onlyPort } = parseException(exception.trim().toLowerCase());
  if (onlyPort !== undefined && onlyPort !== port) return false;
  if (name === '*') return true;
  if (name === '') return false;
  if (name.includes('/')) return isInCidrBlock(name, host);
  // `example.com`, `.example.com` and `*.example.com` all match the domain and its subdomains.
  const domain = name.replace(/^\*?\./, '');
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

function parseException(exception: string): { readonly name: string; readonly port?: string } {
  const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(exception);
  const plain = bracketed ?? (isIP(exception) === 6 ? null : /^([^:]*):(\d+)$/.exec(exception));
  if (plain === null) return { name: exception };
  const [, name = '', port] = plain;
  return port === undefined ? { name } : { name, port };
}

function isInCidrBlock(block: string, host: string): boolean {
  const [address = '', bits = ''] = block.split('/');
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(address, Number(bits), kind);
  return list.check(host, kind);
}
