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
  checkFederatedOptions,
} from '../credentials/federated/federated-options.ts';
import { fromIdentityProvider } from '../credentials/federated/federated-source.ts';
import { useCodeOnce } from '../credentials/federated/identity-provider.ts';
import { createPrompter } from '../credentials/federated/identity-provider.ts';
import { checkProviderOptions } from '../credentials/federated/identity-provider.ts';
import { idpHttpOptions } from '../credentials/federated/identity-provider.ts';
import { authScheme } from '../credentials/scheme.ts';

const USER_AGENT = 'dynadbc';
/** Connections that sign in with the same values at the same time share one sign-in. */
const shareSignIn = singleFlight<Secret>();

/** A user of an Okta organization, with a second factor if Okta requires one. */
export const okta = authScheme({
  name: 'Okta',
  doc:
    'Signs in to Okta with User and Password, and with a second factor if Okta requires one, and assumes a role with the ' +
    'SAML response of the AWS application. SSOLoginURL is the embed link of that application.',
  example:
    "AuthScheme=Okta;User=ana@corp.com;Password=…;SSOLoginURL='https://corp.okta.com/home/amazon_aws/0oa1ab2cd3EF4gh5I6j7/272';" +
    "SSOProperties='MFAType=OktaVerify';AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSRegion=Ireland",
  requires: ['user', 'password', 'ssoLoginUrl'],
  uses: ['ssoProperties', 'credentialsLocation', ...FEDERATED_OPTIONS],
  defaultRegion: FEDERATED_REGION,
  check(options) {
    const path = URL.canParse(options.ssoLoginUrl) ? new URL(options.ssoLoginUrl).pathname : '/';
    if (path === '/') {
      return {
        code: 'CONN_BAD_VALUE',
        message: `SSOLoginURL is "${options.ssoLoginUrl}"; expected the embed link of the AWS application at Okta, such as https://corp.okta.com/home/amazon_aws/…/272`,
      };
    }
    return checkProviderOptions('Okta', options) ?? checkFederatedOptions(options);
  },
  source(options, ports) {
    const { user, password, ssoLoginUrl: loginUrl, ssoProperties } = options;
    const { apiToken, mfaType, mfaRememberDevice: rememberDevice = true } = ssoProperties ?? {};
    const userAgent = ssoProperties?.userAgent ?? USER_AGENT;
    const http = { ...idpHttpOptions(ports), userAgent };
    const withCode = useCodeOnce(ssoProperties?.mfaPassCode);

    return fromIdentityProvider(options, ports, {
      origin: `Okta at ${new URL(loginUrl).origin}`,
      recipient: 'required',
      secrets: [password, apiToken],
      fetchAssertion: (signal) =>
        withCode(async (passCode) => {
          const request = { loginUrl, user, password, apiToken, mfaType, passCode, rememberDevice };
          const secrets = [password, apiToken, passCode].map((secret) => secret?.reveal());
          const settings = JSON.stringify([mfaType, rememberDevice, http]);
          const encoded = await shareSignIn([loginUrl, user, ...secrets, settings], signal, (shared) =>
            signInToOkta(request, {
              http,
              signal: shared,
              prompter: createPrompter(ports),
              vault: selectVault(options.credentialsLocation, ports),
              now: () => ports.now(),
              wait: (ms, aborted) => ports.wait(ms, aborted),
            }),
          );
          return readSamlResponse(encoded, createRedactor([password]));
        }),
    });
  },
});

/** The remembered device is saved next to the sessions of CredentialsLocation; for memory:// it is not saved. */
function selectVault(location: string | undefined, { vault }: Ports): Vault | undefined {
  if (location === undefined || vault === undefined) return vault;
  return location.toLowerCase().startsWith('memory://')
    ? undefined
    : { ...vault, directory: dirname(location) };
}
