import { DriverError } from '../../core/errors.ts';
import type { SessionResponse } from '../../net/http-session.ts';
import { quoted } from '../quoted.ts';

/** Pages that only a browser can go on from. */
export const DEAD_ENDS = {
  password: () =>
    new DriverError('AUTH_NOT_SUPPORTED', 'ADFS showed the password form instead of Windows sign-in', {
      remedy:
        "Set User and Password, or have an administrator add the User-Agent to WIASupportedUserAgents; SSOProperties='UserAgent=...' sets another.",
    }),
  newPassword: () =>
    new DriverError('AUTH_REFUSED', 'The password has expired at ADFS', {
      remedy: 'Change the password in Windows, or at ADFS with a browser.',
    }),
  certificate: () =>
    new DriverError('AUTH_NOT_SUPPORTED', 'ADFS asks for a certificate of the user or the device', {
      remedy: 'Have an administrator allow passwords or Windows sign-in for this application.',
    }),
  homeRealm: () =>
    new DriverError('AUTH_NOT_SUPPORTED', 'ADFS asks which organisation the user belongs to', {
      remedy:
        'Name the claims provider in SSOLoginURL: https://adfs.example.com/adfs/ls/IdpInitiatedSignOn.aspx?whr=IDENTIFIER.',
    }),
} as const;

/** ADFS asked HTTP who is there: once more, or though it has a password to ask for. */
export function windowsWanted({ url }: SessionResponse, hasPassword: boolean): DriverError {
  if (hasPassword) {
    return new DriverError(
      'AUTH_NOT_SUPPORTED',
      'ADFS asks for Windows sign-in, though User and Password are given',
      {
        remedy:
          "Leave out User and Password to sign in as the Windows user, or set SSOProperties='UserAgent=...' to one that is not in WIASupportedUserAgents.",
      },
    );
  }
  return new DriverError('AUTH_REFUSED', 'ADFS did not accept the Windows sign-in', {
    remedy: `Check that the service principal name HTTP/${url.hostname} belongs to the ADFS service account, that the user may use AWS, and that ExtendedProtectionTokenCheck is not Require.`,
  });
}

/** What an error page means: mostly that the sign-on page is off, or does not know AWS. */
export function errorPage({ status, url }: SessionResponse, title: string, says: string): DriverError {
  const words = `${title} ${says}`;
  if (/MSIS7007|relying party/i.test(words)) {
    return new DriverError('AUTH_SAML', `ADFS has no relying party of that name${quoted(says)}`, {
      remedy: "Name the relying party trust for AWS by its identifier: SSOProperties='RelyingParty=...'.",
    });
  }
  if (/MSIS7012|not available/i.test(words)) {
    return new DriverError('AUTH_SAML', `The ADFS sign-on page for AWS is disabled${quoted(says)}`, {
      remedy:
        'Have an administrator run Set-AdfsProperties -EnableIdPInitiatedSignonPage $true, or set SSOLoginURL to the WS-Trust endpoint /adfs/services/trust/13/usernamemixed.',
    });
  }
  if (says !== '') {
    return new DriverError('AUTH_SAML', `ADFS could not sign the user in: ${says}`, {
      remedy: 'Look for the message in the AD FS/Admin event log of the server.',
    });
  }
  if (status >= 500) return new DriverError('AUTH_UNAVAILABLE', `${url.origin} failed with status ${status}`);
  return new DriverError(
    'AUTH_MALFORMED',
    `${url.origin} answered with a page that is none of ADFS (status ${status})`,
    {
      remedy: 'Check SSOLoginURL: it is the address of the ADFS server.',
    },
  );
}
