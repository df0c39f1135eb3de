import { dirname } from 'node:path';
import type { Ports, Vault } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { signInToOkta } from '../saml/okta/sign-in.ts';
import { singleFlight } from '../core/async/single-flight.ts';
import { createRedactor } from '../net/redactor.ts';
import { readSamlResponse } from '../saml/response.ts';
import {
  FEDERATED_OPTIONS,
  FEDERATED_REGION,
  federatedProblem,
} from '../credentials/federated/federated-options.ts';
import { federatedSource } from '../credentials/federated/federated-source.ts';
import { oneTimeCode } from '../credentials/federated/one-time-code.ts';
import { createPrompter } from '../credentials/federated/prompter.ts';
import { providerProblem } from '../credentials/federated/provider-problem.ts';
import { idpHttpOptions } from '../credentials/federated/idp-http-options.ts';
import { authScheme } from '../credentials/scheme.ts';

const USER_AGENT = 'dynadbc';
/** All connections of the process that sign in with the same values at the same time do so together. */
const together = singleFlight<Secret>();

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
  defaultRegion: FEDERATED_REGION,
  check(given) {
    const path = URL.canParse(given.ssoLoginUrl) ? new URL(given.ssoLoginUrl).pathname : '/';
    if (path === '/') {
      return {
        code: 'CONN_BAD_VALUE',
        message: `SSOLoginURL is "${given.ssoLoginUrl}"; expected the embed link of the AWS application at Okta, such as https://corp.okta.com/home/amazon_aws/…/272`,
      };
    }
    return providerProblem('Okta', given) ?? federatedProblem(given);
  },
  source(given, ports) {
    const { user, password, ssoLoginUrl: loginUrl, ssoProperties } = given;
    const { apiToken, mfaType, mfaRememberDevice: rememberDevice = true } = ssoProperties ?? {};
    const userAgent = ssoProperties?.userAgent ?? USER_AGENT;
    const http = { ...idpHttpOptions(ports), userAgent };
    const withCode = oneTimeCode(ssoProperties?.mfaPassCode);

    return federatedSource(given, ports, {
      origin: `Okta at ${new URL(loginUrl).origin}`,
      recipient: 'required',
      secrets: [password, apiToken],
      obtain: (signal) =>
        withCode(async (passCode) => {
          const request = { loginUrl, user, password, apiToken, mfaType, passCode, rememberDevice };
          const secrets = [password, apiToken, passCode].map((secret) => secret?.reveal());
          const way = JSON.stringify([mfaType, rememberDevice, http]);
          const encoded = await together([loginUrl, user, ...secrets, way], signal, (shared) =>
            signInToOkta(request, {
              http,
              signal: shared,
              prompter: createPrompter(ports),
              vault: vaultAt(given.credentialsLocation, ports),
              now: () => ports.now(),
            }),
          );
          return readSamlResponse(encoded, createRedactor([password]));
        }),
    });
  },
});

/** Beside the sessions that CredentialsLocation names; in this process alone where it says so. */
function vaultAt(location: string | undefined, { vault }: Ports): Vault | undefined {
  if (location === undefined || vault === undefined) return vault;
  return location.toLowerCase().startsWith('memory://')
    ? undefined
    : { ...vault, directory: dirname(location) };
}
