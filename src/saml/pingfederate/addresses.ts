/** How a PingFederate server is asked to sign a user in. */
export type PingAddress =
  | { readonly kind: 'pages'; readonly url: string }
  | { readonly kind: 'trust'; readonly url: string };

const START_PAGE = '/idp/startSSO.ping';
const PARTNER = 'PartnerSpId';

/**
 * What `SSOLoginURL` means: an address that ends in `.wst` is a security token service, any other a page; of a server
 * alone it is the page that begins a sign-in to the partner.
 */
export function pingAddress(ssoLoginUrl: string, partner: string): PingAddress {
  const url = new URL(ssoLoginUrl);
  // As it was given: the message names the address that it is sent to.
  if (/\.wst$/i.test(url.pathname)) return { kind: 'trust', url: ssoLoginUrl };
  if (url.pathname === '/') url.pathname = START_PAGE;
  const isStart = url.pathname.toLowerCase() === START_PAGE.toLowerCase();
  if (isStart && !url.searchParams.has(PARTNER)) url.searchParams.append(PARTNER, partner);
  url.hash = '';
  return { kind: 'pages', url: url.href };
}
