import { findRegion } from '../aws/endpoints.ts';
import type { Secret } from '../core/secret.ts';
import { defaultRelyingParty } from '../saml/adfs/addresses.ts';
import { createHttpSession } from '../net/http-session.ts';
import { singleFlight } from '../core/async/single-flight.ts';
import { resolvePingAddress } from '../saml/pingfederate/addresses.ts';
import { signInToPing } from '../saml/pingfederate/sign-in.ts';
import type { SamlResponse } from '../saml/response.ts';
import { loadClientCertificate } from '../credentials/federated/client-certificate.ts';
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

/** Connections that sign in with the same values at the same time share one sign-in. */
const shareSignIn = singleFlight<SamlResponse>();

/** A user of PingFederate. */
export const pingFederate = authScheme({
  name: 'PingFederate',
  doc:
    'Signs in to PingFederate with User and Password and assumes a role with its SAML response. SSOLoginURL is the ' +
    'security token service (.../idp/sts.wst), which requires SSOExchangeUrl, or the page that starts a sign-in to AWS.',
  example:
    "AuthScheme=PingFederate;User=ana;Password=…;SSOLoginURL='https://ping.corp.example:9033/idp/sts.wst';SSOExchangeUrl='https://signin.aws.amazon.com/saml';AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSRegion=Ireland",
  requires: ['ssoLoginUrl', 'user', 'password'],
  uses: ['ssoExchangeUrl', 'ssoProperties', ...FEDERATED_OPTIONS],
  defaultRegion: FEDERATED_REGION,
  check(options) {
    const problem = checkProviderOptions('PingFederate', options) ?? checkFederatedOptions(options);
    if (problem !== undefined || options.ssoExchangeUrl !== undefined) return problem;
    return resolvePingAddress(options.ssoLoginUrl, '').kind === 'pages'
      ? undefined
      : {
          code: 'AUTH_MISSING_PROPERTY',
          message:
            'AuthScheme PingFederate requires SSOExchangeUrl if SSOLoginURL is a security token service',
        };
  },
  source(options, ports) {
    const {
      ssoLoginUrl: loginUrl,
      ssoExchangeUrl: exchangeUrl,
      user: name,
      password,
      ssoProperties: sso,
    } = options;
    const partner = sso?.relyingParty ?? defaultRelyingParty(findRegion(options) ?? '');
    const isBasic = sso?.authScheme === 'Basic';
    const http = idpHttpOptions(ports);
    const user = { name, password };
    const withCode = useCodeOnce(sso?.mfaPassCode);

    const signIn = async (passCode: Secret | undefined, signal: AbortSignal): Promise<SamlResponse> => {
      const certificate = await loadClientCertificate(sso, ports);
      await using session = createHttpSession({
        ...http,
        clientCertificate: certificate,
        userAgent: sso?.userAgent,
        signal,
      });
      const context = {
        session,
        signal,
        now: () => ports.now(),
        wait: (ms: number, aborted: AbortSignal) => ports.wait(ms, aborted),
        ...createPrompter(ports),
      };
      return await signInToPing({ loginUrl, exchangeUrl, partner, user, passCode, isBasic }, context);
    };

    return fromIdentityProvider(options, ports, {
      origin: `PingFederate at ${new URL(loginUrl).origin}`,
      // The recipient depends on the configuration of the security token service.
      recipient: 'expected',
      secrets: [password, sso?.mfaPassCode],
      fetchAssertion: (signal) =>
        withCode((passCode) => {
          const secrets = [password, passCode, sso?.sslClientCert].map((secret) => secret?.reveal());
          const settings = JSON.stringify([http, sso]);
          const values = [loginUrl, exchangeUrl, partner, name, ...secrets, settings];
          return shareSignIn(values, signal, (shared) => signIn(passCode, shared));
        }),
    });
  },
});
