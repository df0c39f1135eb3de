import { findRegion } from '../aws/endpoints.ts';
import type { Secret } from '../core/secret.ts';
import { defaultRelyingParty } from '../saml/adfs/addresses.ts';
import { createHttpSession } from '../net/http-session.ts';
import { singleFlight } from '../core/async/single-flight.ts';
import { resolvePingAddress } from '../saml/pingfederate/addresses.ts';
import { signInToPing } from '../saml/pingfederate/sign-in.ts';
import type { SamlResponse } from '../saml/response.ts';
import { clientCertificate } from '../credentials/federated/client-certificate.ts';
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

const together = singleFlight<SamlResponse>();

/** A user of PingFederate. */
export const pingFederate = authScheme({
  name: 'PingFederate',
  doc:
    'Signs a user in at PingFederate and assumes the role that it gives. SSOLoginURL is its security token service ' +
    '(.../idp/sts.wst), which SSOExchangeUrl goes with, or the page that begins a sign-in to AWS.',
  example:
    "AuthScheme=PingFederate;User=ana;Password=…;SSOLoginURL='https://ping.corp.example:9033/idp/sts.wst';SSOExchangeUrl='https://signin.aws.amazon.com/saml';AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSRegion=Ireland",
  requires: ['ssoLoginUrl', 'user', 'password'],
  uses: ['ssoExchangeUrl', 'ssoProperties', ...FEDERATED_OPTIONS],
  defaultRegion: FEDERATED_REGION,
  check(given) {
    const problem = providerProblem('PingFederate', given) ?? federatedProblem(given);
    if (problem !== undefined || given.ssoExchangeUrl !== undefined) return problem;
    return resolvePingAddress(given.ssoLoginUrl, '').kind === 'pages'
      ? undefined
      : {
          code: 'AUTH_MISSING_PROPERTY',
          message:
            'AuthScheme PingFederate needs SSOExchangeUrl, because SSOLoginURL is a security token service',
        };
  },
  source(given, ports) {
    const {
      ssoLoginUrl: loginUrl,
      ssoExchangeUrl: exchangeUrl,
      user: name,
      password,
      ssoProperties: sso,
    } = given;
    const partner = sso?.relyingParty ?? defaultRelyingParty(findRegion(given) ?? '');
    const isBasic = sso?.authScheme === 'Basic';
    const way = idpHttpOptions(ports);
    const user = { name, password };
    const withCode = oneTimeCode(sso?.mfaPassCode);

    const signIn = async (passCode: Secret | undefined, signal: AbortSignal): Promise<SamlResponse> => {
      const certificate = await clientCertificate(sso, ports);
      await using session = createHttpSession({
        ...way,
        clientCertificate: certificate,
        userAgent: sso?.userAgent,
        signal,
      });
      const world = { session, signal, now: () => ports.now(), ...createPrompter(ports) };
      return await signInToPing({ loginUrl, exchangeUrl, partner, user, passCode, isBasic }, world);
    };

    return federatedSource(given, ports, {
      origin: `PingFederate at ${new URL(loginUrl).origin}`,
      // Whether its security token service names AWS as the recipient depends on the server.
      recipient: 'expected',
      secrets: [password, sso?.mfaPassCode],
      obtain: (signal) =>
        withCode((passCode) => {
          const secrets = [password, passCode, sso?.sslClientCert].map((secret) => secret?.reveal());
          const how = JSON.stringify([way, sso]);
          const values = [loginUrl, exchangeUrl, partner, name, ...secrets, how];
          return together(values, signal, (shared) => signIn(passCode, shared));
        }),
    });
  },
});
