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

/** A user of Active Directory, through Active Directory Federation Services. */
export const adfs = authScheme({
  name: 'ADFS',
  doc:
    'Signs in to ADFS and assumes a role with its SAML response. User and Password are those of Active Directory; without ' +
    'them, signs in the current Windows user, or the user of the Kerberos ticket.',
  example:
    "AuthScheme=ADFS;User=ana@corp.example;Password=…;SSOLoginURL='https://adfs.corp.example';AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSRegion=Ireland",
  requires: ['ssoLoginUrl'],
  uses: ['user', 'password', 'ssoProperties', ...FEDERATED_OPTIONS],
  defaultRegion: FEDERATED_REGION,
  check: (options) => checkProviderOptions('ADFS', options) ?? checkFederatedOptions(options),
  source(options, ports) {
    const { ssoLoginUrl: loginUrl, user: name, password, ssoProperties: sso } = options;
    const user = name === undefined || password === undefined ? undefined : { name, password };
    const relyingParty = sso?.relyingParty ?? defaultRelyingParty(findRegion(options) ?? '');
    const userAgent = sso?.userAgent ?? (user === undefined ? WINDOWS_USER_AGENT : FORMS_USER_AGENT);
    const http = idpHttpOptions(ports);
    const negotiator = ports.negotiatorFor ?? createKerberosNegotiator();
    const negotiatorFor = sso?.kerberosOnly === true ? withoutNtlm(negotiator) : negotiator;
    const withCode = useCodeOnce(sso?.mfaPassCode);

    const signIn = async (passCode: Secret | undefined, signal: AbortSignal): Promise<SamlResponse> => {
      // NTLM authenticates a connection, not a request.
      const singleConnection = user === undefined;
      await using session = createHttpSession({ ...http, userAgent, signal, singleConnection });
      const context = {
        session,
        negotiatorFor,
        signal,
        now: () => ports.now(),
        wait: (ms: number, aborted: AbortSignal) => ports.wait(ms, aborted),
        ...createPrompter(ports),
      };
      return await signInToAdfs({ loginUrl, relyingParty, user, passCode }, context);
    };

    return fromIdentityProvider(options, ports, {
      origin: `ADFS at ${new URL(loginUrl).origin}`,
      recipient: 'required',
      secrets: [password, sso?.mfaPassCode],
      fetchAssertion: (signal) =>
        withCode((passCode) => {
          const secrets = [password, passCode].map((secret) => secret?.reveal());
          const values = [loginUrl, relyingParty, userAgent, name, ...secrets, JSON.stringify(http)];
          return shareSignIn(values, signal, (shared) => signIn(passCode, shared));
        }),
    });
  },
});
