import { dirname } from 'node:path';
import { DriverError, type ErrorCode } from '../core/errors.ts';
import type { Ports, Vault } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { signInAtOkta } from '../saml/okta/sign-in.ts';
import type { OktaPerson } from '../saml/okta/visit.ts';
import { oneAttempt } from '../saml/one-attempt.ts';
import { readSamlResponse } from '../saml/response.ts';
import { FEDERATED_OPTIONS, federatedProblem } from './federated/federated-options.ts';
import { federatedSource } from './federated/federated-source.ts';
import { authScheme } from './scheme.ts';

const USER_AGENT = 'dynadbc';
/** Failures after which a one-time code is as good as before. */
const BEFORE_THE_CODE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['CONN_NETWORK', 'AUTH_UNAVAILABLE']);

/** All connections of the process that sign in with the same values at the same time do so together. */
const together = oneAttempt<Secret>();

/** A user of an Okta organisation, with a second factor where Okta asks for one. */
export const okta = authScheme({
  name: 'Okta',
  doc:
    'Signs in at Okta with User and Password, and with a second factor where Okta asks for one, and exchanges the SAML ' +
    'response of the AWS application for a role. SSOLoginURL is the embed link of that application.',
  example:
    "AuthScheme=Okta;User=ana@corp.com;Password=…;SSOLoginURL='https://corp.okta.com/home/amazon_aws/0oa1ab2cd3EF4gh5I6j7/272';" +
    "SSOProperties='MFAType=OktaVerify';AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSRegion=Ireland",
  requires: ['user', 'password', 'ssoLoginUrl'],
  uses: ['ssoProperties', 'credentialsLocation', ...FEDERATED_OPTIONS],
  check(given) {
    const path = URL.canParse(given.ssoLoginUrl) ? new URL(given.ssoLoginUrl).pathname : '/';
    if (path === '/') {
      return {
        code: 'CONN_BAD_VALUE',
        message: `SSOLoginURL is "${given.ssoLoginUrl}"; expected the embed link of the AWS application at Okta, such as https://corp.okta.com/home/amazon_aws/…/272`,
      };
    }
    return federatedProblem(given);
  },
  source(given, ports) {
    const { user, password, ssoLoginUrl: loginUrl, ssoProperties } = given;
    const { apiToken, mfaType, mfaRememberDevice: rememberDevice = true } = ssoProperties ?? {};
    const userAgent = ssoProperties?.userAgent ?? USER_AGENT;
    const network = ports.network?.settings;
    // A code is good once: later sign-ins of this connection do without.
    let passCode = ssoProperties?.mfaPassCode;

    return federatedSource(given, ports, {
      origin: `Okta at ${new URL(loginUrl).origin}`,
      recipient: 'required',
      async obtain(signal) {
        const request = { loginUrl, user, password, apiToken, mfaType, passCode, rememberDevice };
        const secrets = [password, apiToken, passCode].map((secret) => secret?.reveal());
        const values = [loginUrl, user, ...secrets, mfaType, String(rememberDevice), userAgent];
        try {
          const encoded = await together([...values, JSON.stringify(network)], signal, (shared) =>
            signInAtOkta(request, {
              http: { network, userAgent },
              signal: shared,
              person: personOf(ports),
              vault: vaultAt(given.credentialsLocation, ports),
              now: () => ports.now(),
            }),
          );
          passCode = undefined;
          return readSamlResponse(encoded);
        } catch (error) {
          const isUnspent = error instanceof DriverError && BEFORE_THE_CODE.has(error.code);
          if (!isUnspent) passCode = undefined;
          throw error;
        }
      },
    });
  },
});

function personOf(ports: Ports): OktaPerson {
  return {
    // A number to choose must be seen, even where nobody listens to notices.
    notice: (message) => (ports.notice === undefined ? ports.warn(message) : ports.notice(message)),
    prompt: ports.prompt?.bind(ports),
  };
}

/** Beside the sessions that CredentialsLocation names; in this process alone where it says so. */
function vaultAt(location: string | undefined, { vault }: Ports): Vault | undefined {
  if (location === undefined || vault === undefined) return vault;
  return location.toLowerCase().startsWith('memory://')
    ? undefined
    : { ...vault, directory: dirname(location) };
}
