import { DriverError } from '../core/errors.ts';
import { isLoopback } from './local-addresses.ts';

/** A redirect response. */
export interface Redirect {
  readonly status: number;
  readonly from: URL;
  readonly location: string;
  readonly method: 'GET' | 'POST';
}

/** The next request of a redirect chain. */
export interface Hop {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether a status is a redirect. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * The request that a redirect leads to. It never leaves the origin, so that credentials and cookies of one server are
 * not sent to another.
 */
export function nextHop({ status, from, location, method }: Redirect, allowHttp = false): Hop {
  const url = resolveSameOrigin(from, location, 'redirects', allowHttp);
  // 307 and 308 repeat the request unchanged.
  return { url, method: status === 307 || status === 308 ? method : 'GET' };
}

/** Resolves an address from a page of the identity provider, which must be on the same origin. */
export function resolveSameOrigin(from: URL, address: string, verb: string, allowHttp = false): URL {
  const trimmed = address.trim();
  const url = URL.canParse(trimmed, from.href) ? new URL(trimmed, from) : undefined;
  if (url === undefined) {
    throw new DriverError('AUTH_MALFORMED', `${from.origin} ${verb} to an invalid URL`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new DriverError('AUTH_UNTRUSTED', `${from.origin} ${verb} to a URL that contains credentials`);
  }
  if (url.origin !== from.origin || url.origin === 'null') {
    const where = url.origin === 'null' ? `a ${url.protocol} URL` : url.origin;
    throw new DriverError(
      'AUTH_UNTRUSTED',
      `${from.origin} ${verb} to ${where}, but a sign-in must stay on one origin`,
    );
  }
  url.hash = '';
  assertSecure(url, allowHttp);
  return url;
}

/** Throws unless the URL is https, or plain http on loopback if the caller allows it. */
export function assertSecure(url: URL, allowHttp = false): void {
  if (url.protocol === 'https:') return;
  if (allowHttp && url.protocol === 'http:' && isLoopback(url.hostname)) return;
  throw new DriverError('AUTH_UNTRUSTED', `The sign-in requires https, but the address is ${url.origin}`);
}
