import { findRegion } from '../aws/endpoints.ts';
import type { Secret } from '../core/secret.ts';
import { defaultRelyingParty } from '../saml/adfs/addresses.ts';
import { FORMS_USER_AGENT, signInToAdfs, WINDOWS_USER_AGENT } from '../saml/adfs/sign-in.ts';
import { createHttpSession } from '../net/http-session.ts';
import { createKerberosNegotiator, withoutNtlm } from '../saml/negotiate/kerberos.ts';
import { singleFlight } from '../core/async/single-flight.ts';
import type { SamlResponse } from '../saml/response.ts';
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

/** A user of Active Directory, through its federation services. */
export const adfs = authScheme({
  name: 'ADFS',
  doc:
    'Signs a user of Active Directory in at ADFS and assumes the role that it gives: with User and Password, or without ' +
    'them as the user who is signed in to Windows or has a Kerberos ticket.',
  example:
    "AuthScheme=ADFS;User=ana@corp.example;Password=…;SSOLoginURL='https://adfs.corp.example';AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSRegion=Ireland",
  requires: ['ssoLoginUrl'],
  uses: ['user', 'password', 'ssoProperties', ...FEDERATED_OPTIONS],
  defaultRegion: FEDERATED_REGION,
  check: (given) => providerProblem('ADFS', given) ?? federatedProblem(given),
  source(given, ports) {
    const { ssoLoginUrl: loginUrl, user: name, password, ssoProperties: sso } = given;
    const user = name === undefined || password === undefined ? undefined : { name, password };
    const relyingParty = sso?.relyingParty ?? defaultRelyingParty(findRegion(given) ?? '');
    const userAgent = sso?.userAgent ?? (user === undefined ? WINDOWS_USER_AGENT : FORMS_USER_AGENT);
    const way = idpHttpOptions(ports);
    const anyNegotiator = ports.negotiatorFor ?? createKerberosNegotiator();
    const negotiatorFor = sso?.kerberosOnly === true ? withoutNtlm(anyNegotiator) : anyNegotiator;
    const withCode = oneTimeCode(sso?.mfaPassCode);

    const signIn = async (passCode: Secret | undefined, signal: AbortSignal): Promise<SamlResponse> => {
      // Windows sign-in may belong to a connection.
      const singleConnection = user === undefined;
      await using session = createHttpSession({ ...way, userAgent, signal, singleConnection });
      const world = { session, negotiatorFor, signal, now: () => ports.now(), ...createPrompter(ports) };
      return await signInToAdfs({ loginUrl, relyingParty, user, passCode }, world);
    };

    return federatedSource(given, ports, {
      origin: `ADFS at ${new URL(loginUrl).origin}`,
      recipient: 'required',
      secrets: [password, sso?.mfaPassCode],
      obtain: (signal) =>
        withCode((passCode) => {
          const secrets = [password, passCode].map((secret) => secret?.reveal());
          const values = [loginUrl, relyingParty, userAgent, name, ...secrets, JSON.stringify(way)];
          return together(values, signal, (shared) => signIn(passCode, shared));
        }),
    });
  },
});
