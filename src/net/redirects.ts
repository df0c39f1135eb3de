import { DriverError } from '../core/errors.ts';
import { isLoopback } from './local-addresses.ts';

/** An answer that leads on. */
export interface Redirect {
  readonly status: number;
  readonly from: URL;
  readonly location: string;
  readonly method: 'GET' | 'POST';
}

/** What to ask next. */
export interface Hop {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether a status leads on to another address. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * Where a redirect leads. It never leaves the origin: what was typed in for one server, and what that server gave in
 * return, is no other's business.
 */
export function nextHop({ status, from, location, method }: Redirect, allowHttp = false): Hop {
  const url = resolveWithin(from, location, 'redirects', allowHttp);
  // 307 and 308 repeat the request as it was.
  return { url, method: status === 307 || status === 308 ? method : 'GET' };
}

/** An address that a page or answer of the identity provider gave, on the provider's own origin. */
export function resolveWithin(from: URL, address: string, verb: string, allowHttp = false): URL {
  const trimmed = address.trim();
  const url = URL.canParse(trimmed, from.href) ? new URL(trimmed, from) : undefined;
  if (url === undefined) {
    throw new DriverError('AUTH_MALFORMED', `${from.origin} ${verb} to something that is no address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new DriverError('AUTH_UNTRUSTED', `${from.origin} ${verb} to an address with credentials in it`);
  }
  if (url.origin !== from.origin || url.origin === 'null') {
    const where = url.origin === 'null' ? `a ${url.protocol} address` : url.origin;
    throw new DriverError(
      'AUTH_UNTRUSTED',
      `${from.origin} ${verb} to ${where}: the sign-in stays where it began`,
    );
  }
  url.hash = '';
  checkSecure(url, allowHttp);
  return url;
}

/** Refuses what is not https; plain http only on this machine, and only where the caller allows it. */
export function checkSecure(url: URL, allowHttp = false): void {
  if (url.protocol === 'https:') return;
  if (allowHttp && url.protocol === 'http:' && isLoopback(url.hostname)) return;
  throw new DriverError('AUTH_UNTRUSTED', `The sign-in needs an https address, but ${url.origin} is not one`);
}
