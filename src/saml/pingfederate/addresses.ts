/** The endpoint of a PingFederate server, and how to sign in there. */
export type PingAddress =
  | { readonly kind: 'pages'; readonly url: string }
  | { readonly kind: 'trust'; readonly url: string };

const START_PAGE = '/idp/startSSO.ping';
const PARTNER = 'PartnerSpId';

/**
 * Resolves `SSOLoginURL`: a URL that ends in `.wst` is a security token service, any other a page. A server alone stands
 * for its page that starts a sign-in to the partner.
 */
export function resolvePingAddress(ssoLoginUrl: string, partner: string): PingAddress {
  const url = new URL(ssoLoginUrl);
  // Unmodified, since the message contains the URL that it is sent to.
  if (/\.wst$/i.test(url.pathname)) return { kind: 'trust', url: ssoLoginUrl };
  if (url.pathname === '/') url.pathname = START_PAGE;
  const isStart = url.pathname.toLowerCase() === START_PAGE.toLowerCase();
  if (isStart && !url.searchParams.has(PARTNER)) url.searchParams.append(PARTNER, partner);
  url.hash = '';
  return { kind: 'pages', url: url.href };
}
