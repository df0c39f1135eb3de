import { DriverError } from '../../core/errors.ts';
import type { TrustPeer } from '../ws-trust/peer.ts';

/** PingFederate as a security token service. */
export const pingTrust: TrustPeer = {
  name: 'PingFederate',
  advice: 'Look for the message in server.log of PingFederate.',
  encryption:
    'Have an administrator switch off "Encrypt SAML 2.0 assertion" in the WS-Trust settings of the SP connection.',
  faults: [
    {
      codes: ['InvalidScope'],
      pattern: /AppliesTo/i,
      code: 'AUTH_SAML',
      message: 'SSOExchangeUrl is not a partner of PingFederate',
      remedy:
        'Set SSOExchangeUrl to the Partner Service Identifier: SP Connections > the connection > WS-Trust > Protocol Settings.',
    },
    {
      codes: ['FailedAuthentication', 'AuthenticationBadElements'],
      code: 'AUTH_REFUSED',
      message: 'PingFederate rejected User or Password, or the account is locked',
      remedy: 'Check User and Password. Too many attempts lock the account.',
    },
    {
      codes: ['InvalidSecurity', 'InvalidSecurityToken', 'MessageExpired', 'ExpiredData', 'InvalidTimeRange'],
      code: 'AUTH_REFUSED',
      message: 'PingFederate rejected the timestamp of the request, or expects another kind of token',
      remedy:
        'Correct the system clock, and have an administrator put a username token processor on the connection; with several, name it in SSOLoginURL: .../idp/sts.wst?TokenProcessorId=ID.',
    },
    {
      codes: ['InvalidRequest', 'BadRequest', 'RequestFailed'],
      code: 'AUTH_REFUSED',
      message: 'PingFederate did not issue a token for this request',
      remedy:
        'Have an administrator check the WS-Trust settings of the SP connection, and its token processor and generator.',
    },
  ],
  explainStatus(answer) {
    const { status, url, text } = answer;
    if (status === 401) return toUnauthorizedError(answer.headers('www-authenticate'));
    if (status === 403) {
      return new DriverError(
        'AUTH_REFUSED',
        `${url.origin} requires a client certificate, or rejected this one`,
        {
          remedy: 'Check SSLClientCert in SSOProperties.',
        },
      );
    }
    if (status === 404) {
      return new DriverError('AUTH_SAML', `PingFederate does not offer ${url.pathname}`, {
        remedy:
          'Have an administrator enable WS-Trust on this server, and check SSOLoginURL: it ends in /idp/sts.wst.',
      });
    }
    if (status >= 500 || !/<html|<!doctype html/i.test(text.slice(0, 1000))) return undefined;
    return new DriverError(
      'AUTH_MALFORMED',
      `${url.origin}${url.pathname} responded with an HTML page instead of a token`,
      {
        remedy: 'Check SSOLoginURL: the security token service ends in /idp/sts.wst.',
      },
    );
  },
};

function toUnauthorizedError(challenges: readonly string[]): DriverError {
  const wantsBasic = challenges.some((line) => /^\s*Basic\b/i.test(line));
  return new DriverError(
    'AUTH_REFUSED',
    wantsBasic
      ? 'PingFederate requires HTTP Basic, or rejected it'
      : 'PingFederate rejected the request (status 401)',
    {
      remedy: wantsBasic
        ? "Set SSOProperties='Authscheme=Basic'; if it is set, check User and Password."
        : 'Check User and Password.',
    },
  );
}
