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
      says: /AppliesTo/i,
      code: 'AUTH_SAML',
      message: 'PingFederate knows no partner of the name in SSOExchangeUrl',
      remedy:
        'Set SSOExchangeUrl to the Partner Service Identifier: SP Connections > the connection > WS-Trust > Protocol Settings.',
    },
    {
      codes: ['FailedAuthentication', 'AuthenticationBadElements'],
      code: 'AUTH_REFUSED',
      message: 'PingFederate refused User or Password, or the account is locked',
      remedy: 'Check User and Password. Too many attempts lock the account.',
    },
    {
      codes: ['InvalidSecurity', 'InvalidSecurityToken', 'MessageExpired', 'ExpiredData', 'InvalidTimeRange'],
      code: 'AUTH_REFUSED',
      message: 'PingFederate found the request too old or too new, or expects another kind of token',
      remedy:
        'Set the clock of this machine right, and have an administrator put a username token processor on the connection; with several, name it in SSOLoginURL: .../idp/sts.wst?TokenProcessorId=ID.',
    },
    {
      codes: ['InvalidRequest', 'BadRequest', 'RequestFailed'],
      code: 'AUTH_REFUSED',
      message: 'PingFederate issues no token for this request',
      remedy:
        'Have an administrator check the WS-Trust settings of the SP connection, and its token processor and generator.',
    },
  ],
  refusal(answer) {
    const { status, url, text } = answer;
    if (status === 401) return unauthorized(answer.headers('www-authenticate'));
    if (status === 403) {
      return new DriverError(
        'AUTH_REFUSED',
        `${url.origin} lets nobody in without a client certificate, or not with this one`,
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
      `${url.origin}${url.pathname} answered with a page for browsers, expected a token`,
      {
        remedy: 'Check SSOLoginURL: the security token service ends in /idp/sts.wst.',
      },
    );
  },
};

function unauthorized(challenges: readonly string[]): DriverError {
  const wantsBasic = challenges.some((line) => /^\s*Basic\b/i.test(line));
  return new DriverError(
    'AUTH_REFUSED',
    wantsBasic
      ? 'PingFederate asks for HTTP Basic, or refused it'
      : 'PingFederate refused the request (status 401)',
    {
      remedy: wantsBasic
        ? "Set SSOProperties='Authscheme=Basic'; if it is set, check User and Password."
        : 'Check User and Password.',
    },
  );
}
