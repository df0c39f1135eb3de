import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { DriverError } from '../errors.ts';

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');
// The metadata service of EC2, Amazon's time and name servers.
LINK_LOCAL.addSubnet('fd00:ec2::', 32, 'ipv6');

/** Whether a host is an address, in whatever form, that only means something on this machine's own link. */
export function isLinkLocal(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && LINK_LOCAL.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Looks a name up as usual, and refuses it where it means a link-local address. */
export const lookupElsewhere: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, '');
      return;
    }
    const first = addresses[0];
    if (first === undefined || addresses.some(({ address }) => isLinkLocal(address))) {
      callback(linkLocalRefused(hostname), '');
    } else if (options.all === true) {
      callback(null, addresses);
    } else {
      callback(null, first.address, first.family);
    }
  });
};

/** What is said to those who would sign in where only this machine's own services are. */
export function linkLocalRefused(host: string): DriverError {
  return new DriverError('AUTH_UNTRUSTED', `${host} is a link-local address: no identity provider is there`);
}
