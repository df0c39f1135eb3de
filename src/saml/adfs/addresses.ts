import type { TrustVersion } from '../ws-trust/envelope.ts';

/** Where and how an ADFS farm is asked to sign a user in. */
export type AdfsAddress =
  | { readonly kind: 'pages'; readonly url: string }
  | {
      readonly kind: 'trust';
      readonly url: string;
      readonly version: TrustVersion;
    };

const SIGN_ON_PAGE = '/adfs/ls/IdpInitiatedSignOn.aspx';
const RELYING_PARTY = 'loginToRp';

/** The name that AWS's own federation metadata gives AWS, by the partition of the Region. */
export function relyingPartyOf(region: string): string {
  if (region.startsWith('us-gov-')) return 'urn:amazon:webservices:govcloud';
  if (region.startsWith('cn-')) return 'urn:amazon:webservices:cn-north-1';
  return 'urn:amazon:webservices';
}

/**
 * What `SSOLoginURL` means: an address under `/adfs/services/trust/` is asked by WS-Trust, an address of the sign-on
 * page as it is, and of any other only the server counts.
 */
export function adfsAddress(ssoLoginUrl: string, relyingParty: string): AdfsAddress {
  const url = new URL(ssoLoginUrl);
  const path = url.pathname.toLowerCase();
  if (path.includes('/services/trust/')) {
    const version = path.includes('/trust/2005/') ? '2005' : '1.3';
    // As it was given: the message names the address that it is sent to.
    return { kind: 'trust', url: ssoLoginUrl, version };
  }
  const page = path.includes('idpinitiatedsignon') ? url : new URL(SIGN_ON_PAGE, url);
  const isNamed = [...page.searchParams.keys()].some(
    (name) => name.toLowerCase() === RELYING_PARTY.toLowerCase(),
  );
  if (!isNamed) {
    // Not through searchParams, which would write the rest of the query anew.
    const wanted = `${RELYING_PARTY}=${encodeURIComponent(relyingParty).replaceAll('%3A', ':')}`;
    page.search = page.search === '' ? wanted : `${page.search}&${wanted}`;
  }
  page.hash = '';
  return { kind: 'pages', url: page.href };
}
