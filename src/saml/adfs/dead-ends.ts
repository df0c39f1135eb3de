import { DriverError } from '../../core/errors.ts';
import type { SessionResponse } from '../../net/http-session.ts';
import { formatDetail } from '../excerpt.ts';

/** Errors for pages that require a browser. */
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
    new DriverError('AUTH_NOT_SUPPORTED', 'ADFS requires a user or device certificate', {
      remedy: 'Have an administrator allow passwords or Windows sign-in for this application.',
    }),
  homeRealm: () =>
    new DriverError('AUTH_NOT_SUPPORTED', 'ADFS asks for the home realm of the user', {
      remedy:
        'Name the claims provider in SSOLoginURL: https://adfs.example.com/adfs/ls/IdpInitiatedSignOn.aspx?whr=IDENTIFIER.',
    }),
} as const;

/** The error for a 401: Windows sign-in failed, or is required although a password is set. */
export function windowsSignInError({ url }: SessionResponse, hasPassword: boolean): DriverError {
  if (hasPassword) {
    return new DriverError(
      'AUTH_NOT_SUPPORTED',
      'ADFS requires Windows sign-in, but User and Password are set',
      {
        remedy:
          "Remove User and Password to sign in as the Windows user, or set SSOProperties='UserAgent=...' to one that is not in WIASupportedUserAgents.",
      },
    );
  }
  return new DriverError('AUTH_REFUSED', 'ADFS did not accept the Windows sign-in', {
    remedy: `Check that the service principal name HTTP/${url.hostname} belongs to the ADFS service account, that the user may use AWS, and that ExtendedProtectionTokenCheck is not Require.`,
  });
}

/** The error for an error page: usually the sign-on page is disabled, or AWS is not a relying party. */
export function toErrorPageError(
  { status, url }: SessionResponse,
  title: string,
  detail: string,
): DriverError {
  const words = `${title} ${detail}`;
  if (/MSIS7007|relying party/i.test(words)) {
    return new DriverError(
      'AUTH_SAML',
      `ADFS has no relying party with that identifier${formatDetail(detail)}`,
      {
        remedy: "Name the relying party trust for AWS by its identifier: SSOProperties='RelyingParty=...'.",
      },
    );
  }
  if (/MSIS7012|not available/i.test(words)) {
    return new DriverError('AUTH_SAML', `The ADFS sign-on page for AWS is disabled${formatDetail(detail)}`, {
      remedy:
        'Have an administrator run Set-AdfsProperties -EnableIdPInitiatedSignonPage $true, or set SSOLoginURL to the WS-Trust endpoint /adfs/services/trust/13/usernamemixed.',
    });
  }
  if (detail !== '') {
    return new DriverError('AUTH_SAML', `ADFS could not sign the user in: ${detail}`, {
      remedy: 'Look for the message in the AD FS/Admin event log of the server.',
    });
  }
  if (status >= 500) return new DriverError('AUTH_UNAVAILABLE', `${url.origin} failed with status ${status}`);
  return new DriverError(
    'AUTH_MALFORMED',
    `${url.origin} responded with a page that is not from ADFS (status ${status})`,
    {
      remedy: 'Check that SSOLoginURL is the URL of the ADFS server.',
    },
  );
}
