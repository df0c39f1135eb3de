import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { DriverError } from '../core/errors.ts';
import type { ForbiddenHosts } from '../core/network-settings.ts';

const LINK_LOCAL = createBlockList(
  ['169.254.0.0', 16],
  ['fe80::', 10],
  // EC2's metadata service, and Amazon's time and DNS servers.
  ['fd00:ec2::', 32],
);
const LOOPBACK = createBlockList(
  ['127.0.0.0', 8],
  ['::1', 128],
  // The unspecified address connects to this machine.
  ['0.0.0.0', 8],
  ['::', 128],
);

/** Whether a host is a link-local address, in any notation. */
export function isLinkLocal(host: string): boolean {
  return isInBlockList(LINK_LOCAL, host);
}

/** Whether a host is a loopback address or `localhost`. */
export function isLoopback(host: string): boolean {
  return /^(.+\.)?localhost\.?$/i.test(host) || isInBlockList(LOOPBACK, host);
}

/** An error if the address of a host is forbidden. */
export function checkForbidden(
  host: string,
  address: string,
  forbidden: ForbiddenHosts,
): DriverError | undefined {
  const shown = host === address ? host : `${host} (${address})`;
  if (isLinkLocal(address)) {
    return new DriverError(
      'AUTH_UNTRUSTED',
      `${shown} is a link-local address, which cannot be an identity provider`,
    );
  }
  if (forbidden === 'link-local' || !isLoopback(address)) return undefined;
  return new DriverError(
    'AUTH_UNTRUSTED',
    `${shown} is a local address, which only a trusted connection string may use as an identity provider`,
    {
      remedy:
        'Correct SSOLoginURL, or connect with { trusted: true } if an identity provider runs on this machine, as in development. Nothing was sent to the address.',
    },
  );
}

/** A DNS lookup that fails for names of forbidden addresses. */
export function createFilteredLookup(forbidden: ForbiddenHosts): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      const [forbiddenError] = (addresses ?? []).flatMap(
        ({ address }) => checkForbidden(hostname, address, forbidden) ?? [],
      );
      if (error !== null || forbiddenError !== undefined) callback(error ?? forbiddenError ?? null, '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
}

function createBlockList(...ranges: readonly (readonly [network: string, bits: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of ranges)
    list.addSubnet(network, bits, network.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}

function isInBlockList(list: BlockList, host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
