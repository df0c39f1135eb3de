import type { TrustVersion } from '../ws-trust/envelope.ts';

/** The endpoint of an ADFS farm, and how to sign in there. */
export type AdfsAddress =
  | { readonly kind: 'pages'; readonly url: string }
  | {
      readonly kind: 'trust';
      readonly url: string;
      readonly version: TrustVersion;
    };

const SIGN_ON_PAGE = '/adfs/ls/IdpInitiatedSignOn.aspx';
const RELYING_PARTY = 'loginToRp';

/** The identifier of AWS in its federation metadata, by partition. */
export function defaultRelyingParty(region: string): string {
  if (region.startsWith('us-gov-')) return 'urn:amazon:webservices:govcloud';
  if (region.startsWith('cn-')) return 'urn:amazon:webservices:cn-north-1';
  return 'urn:amazon:webservices';
}

/**
 * Resolves `SSOLoginURL`: a URL under `/adfs/services/trust/` is a WS-Trust endpoint, a URL of the sign-on page is used
 * as it is, and of any other URL only the server is used.
 */
export function resolveAdfsAddress(ssoLoginUrl: string, relyingParty: string): AdfsAddress {
  const url = new URL(ssoLoginUrl);
  const path = url.pathname.toLowerCase();
  if (path.includes('/services/trust/')) {
    const version = path.includes('/trust/2005/') ? '2005' : '1.3';
    // Unmodified, since the message contains the URL that it is sent to.
    return { kind: 'trust', url: ssoLoginUrl, version };
  }
  const page = path.includes('idpinitiatedsignon') ? url : new URL(SIGN_ON_PAGE, url);
  const isNamed = [...page.searchParams.keys()].some(
    (name) => name.toLowerCase() === RELYING_PARTY.toLowerCase(),
  );
  if (!isNamed) {
    // Not through searchParams, which would re-encode the rest of the query.
    const parameter = `${RELYING_PARTY}=${encodeURIComponent(relyingParty).replaceAll('%3A', ':')}`;
    page.search = page.search === '' ? parameter : `${page.search}&${parameter}`;
  }
  page.hash = '';
  return { kind: 'pages', url: page.href };
}
