import { DriverError } from '../../core/errors.ts';
import type { TrustPeer } from '../ws-trust/peer.ts';

/** ADFS as a security token service. */
export const adfsTrust: TrustPeer = {
  name: 'ADFS',
  advice: 'Look for the message in the AD FS/Admin event log of the server.',
  encryption: 'Have an administrator remove the encryption certificate from the relying party trust for AWS.',
  faults: [
    {
      codes: ['InvalidScope'],
      pattern: /ID3082|MSIS3020|MSIS7007/,
      code: 'AUTH_SAML',
      message: 'ADFS has no relying party with that identifier',
      remedy: "Name the relying party trust for AWS by its identifier: SSOProperties='RelyingParty=...'.",
    },
    {
      codes: ['FailedAuthentication'],
      pattern: /ID3242/,
      code: 'AUTH_REFUSED',
      message: 'ADFS rejected User or Password, or the account is locked',
      remedy: String.raw`Check User (as DOMAIN\user or user@domain) and Password. Too many attempts lock the account.`,
    },
    {
      codes: ['InvalidSecurity', 'InvalidSecurityToken', 'MessageExpired'],
      code: 'AUTH_REFUSED',
      message: 'ADFS rejected the timestamp of the request, or the endpoint expects another kind of sign-in',
      remedy:
        'Correct the system clock, and end SSOLoginURL with /adfs/services/trust/13/usernamemixed (with User and Password) or /windowstransport (without).',
    },
    {
      codes: ['RequestFailed'],
      pattern: /MSIS3127/,
      code: 'AUTH_REFUSED',
      message: 'ADFS did not issue a token for this user',
      remedy:
        'Have an administrator check the issuance authorization rules of the relying party trust for AWS, and whether they ask for a second factor; with one, set SSOLoginURL to the server alone.',
    },
  ],
  explainStatus({ status, url }) {
    if (status === 401) {
      return new DriverError('AUTH_REFUSED', 'ADFS did not accept the Windows sign-in', {
        remedy: `Check that the service principal name HTTP/${url.hostname} belongs to the ADFS service account, and that the user may use AWS.`,
      });
    }
    if (status !== 404 && status !== 503) return undefined;
    return new DriverError('AUTH_SAML', `ADFS does not offer ${url.pathname}`, {
      remedy:
        'Have an administrator run Enable-AdfsEndpoint for it and publish it on the proxy, or set SSOLoginURL to the server alone to use the sign-on page.',
    });
  },
};
