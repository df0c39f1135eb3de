import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { DriverError } from '../core/errors.ts';
import type { ForbiddenHosts } from '../core/network-settings.ts';

const LINK_LOCAL = blocks(
  ['169.254.0.0', 16],
  ['fe80::', 10],
  // The metadata service of EC2, Amazon's time and name servers.
  ['fd00:ec2::', 32],
);
const LOOPBACK = blocks(
  ['127.0.0.0', 8],
  ['::1', 128],
  // No address in particular: whoever calls it gets this machine.
  ['0.0.0.0', 8],
  ['::', 128],
);

/** Whether a host is an address, in whatever form, that only means something on this machine's own link. */
export function isLinkLocal(host: string): boolean {
  return isIn(LINK_LOCAL, host);
}

/** Whether a host is this machine, by its address or as `localhost`. */
export function isLoopback(host: string): boolean {
  return /^(.+\.)?localhost\.?$/i.test(host) || isIn(LOOPBACK, host);
}

/** What is said against a host; undefined where it may be asked. */
export function localRefusal(
  host: string,
  address: string,
  forbidden: ForbiddenHosts,
): DriverError | undefined {
  const shown = host === address ? host : `${host} (${address})`;
  if (isLinkLocal(address)) {
    return new DriverError(
      'AUTH_UNTRUSTED',
      `${shown} is a link-local address: no identity provider is there`,
    );
  }
  if (forbidden === 'link-local' || !isLoopback(address)) return undefined;
  return new DriverError(
    'AUTH_UNTRUSTED',
    `${shown} is this machine itself, where only a trusted connection string may look for an identity provider`,
    {
      remedy:
        'Nothing was sent there. Should an identity provider run here, as in development, connect with { trusted: true }; otherwise correct SSOLoginURL.',
    },
  );
}

/** Looks a name up as usual, and refuses it where it means an address that is forbidden. */
export function lookupBut(forbidden: ForbiddenHosts): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      const [refusal] = (addresses ?? []).flatMap(
        ({ address }) => localRefusal(hostname, address, forbidden) ?? [],
      );
      if (error !== null || refusal !== undefined) callback(error ?? refusal ?? null, '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
}

function blocks(...ranges: readonly (readonly [network: string, bits: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of ranges) list.addSubnet(network, bits, isIP(network) === 4 ? 'ipv4' : 'ipv6');
  return list;
}

function isIn(list: BlockList, host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
