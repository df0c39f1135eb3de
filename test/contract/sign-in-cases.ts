import { loginPage, REFUSED, startAdfs, USER as ADFS_USER } from '../doubles/adfs.ts';
import { refuse, startCognito } from '../doubles/cognito.ts';
import type { HttpsAnswer, HttpsRequest } from '../doubles/https-server.ts';
import { instanceDocument, startImds } from '../doubles/imds.ts';
import { type JsonResponse, startJsonServer } from '../doubles/json-server.ts';
import { refusal, startOkta, USER } from '../doubles/okta.ts';
import { PARTNER, startPing, USER as PING_USER } from '../doubles/pingfederate.ts';
import { startSts, stsCredentials, stsError } from '../doubles/sts.ts';
import { type KeyPair, type TestAuthority, testAuthority } from '../support/certificates.ts';
import { samlResponse } from '../support/saml-response.ts';
import { soapFault } from '../support/tokens.ts';

/** How the service that issues the credentials behaves. */
export type ServiceState = 'working' | 'rejecting' | 'silent' | 'invalid' | 'endless' | 'expired';

/** The service of a scheme on loopback, and a connection string for it. */
export interface SignInService extends AsyncDisposable {
  readonly connection: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** The number of requests so far. */
  countRequests(): number;
}

/** A scheme and its service. Secrets are canaries; credentials expire at `fresh`, or at `past` in the state `expired`. */
export interface SignInCase {
  readonly scheme: string;
  /** Which one, if the scheme has several methods. */
  readonly method?: string;
  /** Why expired credentials stay in use, if they do. */
  readonly keepsExpired?: string;
  readonly start: (state: () => ServiceState) => Promise<SignInService>;
}

/** The clock of the tests starts at the beginning of 2026. */
const fresh = new Date(Date.UTC(2026, 0, 1, 6));
const past = new Date(Date.UTC(2025, 11, 31));
const ROLE = 'AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;';
const invalid = 'CANARY <html>';
const endless = `"${'CANARY'.repeat(1 << 17)}"`;

/** An HTTP response in that state. */
function respond(
  state: ServiceState,
  success: (expiration: Date) => JsonResponse,
  rejection: JsonResponse,
): JsonResponse {
  switch (state) {
    case 'working':
      return success(fresh);
    case 'expired':
      return success(past);
    case 'rejecting':
      return rejection;
    case 'invalid':
      return { body: invalid };
    case 'endless':
      return { body: endless };
    case 'silent':
      return undefined;
  }
}

const ec2: SignInCase = {
  scheme: 'AwsEC2Roles',
  keepsExpired: "AWS accepts an instance's credentials while its metadata service cannot renew them",
  async start(state) {
    const imds = await startImds({
      document: () =>
        respond(state(), (expiration) => ({ body: JSON.stringify(instanceDocument(expiration)) }), {
          body: JSON.stringify({ Code: 'AssumeRoleUnauthorizedAccess', Message: 'CANARY' }),
        }),
    });
    return {
      connection: `IMDSEndpoint=${imds.endpoint}`,
      countRequests: () => imds.requests.length,
      [Symbol.asyncDispose]: () => imds[Symbol.asyncDispose](),
    };
  },
};

const container: SignInCase = {
  scheme: 'AwsContainer',
  async start(state) {
    const agent = await startJsonServer(() =>
      respond(state(), (expiration) => ({ body: JSON.stringify(instanceDocument(expiration)) }), {
        status: 403,
        body: 'CANARY',
      }),
    );
    return {
      connection: '',
      env: {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.endpoint}/v1`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'CANARY-agent',
      },
      countRequests: () => agent.requests.length,
      [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
    };
  },
};

/** A case whose service is STS. */
function createStsCase(
  scheme: string,
  operation: string,
  properties: string,
  place: Pick<SignInService, 'env' | 'files'> = {},
): SignInCase {
  return {
    scheme,
    async start(state) {
      const sts = await startSts(() => {
        const refusal = stsError(403, 'AccessDenied', 'CANARY is not authorized');
        const answer = respond(
          state(),
          (end) => stsCredentials(operation, 'ASIAOFTHEROLE0000', end),
          refusal,
        );
        return answer === undefined ? undefined : { status: answer.status ?? 200, body: answer.body ?? '' };
      });
      return {
        ...place,
        connection: `STSEndpoint=${sts.endpoint};${properties}`,
        countRequests: () => sts.requests.length,
        [Symbol.asyncDispose]: () => sts[Symbol.asyncDispose](),
      };
    },
  };
}

function createCognitoCase(scheme: string): SignInCase {
  return {
    scheme,
    async start(state) {
      const cognito = await startCognito({
        password: 'CANARY-password',
        clientSecret: 'CANARY-client-secret',
        expiration: () => (state() === 'expired' ? past : fresh).getTime() / 1000,
        override(operation) {
          const now = state();
          if (now === 'working' || now === 'expired') return undefined;
          if (now === 'silent') return 'silence';
          const isLast = operation === 'GetCredentialsForIdentity';
          if (now !== 'rejecting') return isLast ? respond(now, () => undefined, undefined) : undefined;
          return operation === 'InitiateAuth' ? refuse('NotAuthorizedException', 'CANARY') : undefined;
        },
      });
      return {
        connection: cognito.connection.replace('AWSRegion=eu-west-1;', ''),
        countRequests: () => cognito.requests.length,
        [Symbol.asyncDispose]: () => cognito[Symbol.asyncDispose](),
      };
    },
  };
}

const authority = testAuthority();
const PROVIDER = 'arn:aws:iam::123456789012:saml-provider/Okta';

const PASSWORD = 'CANARY-password';

/** An identity provider on loopback, and its part of a connection string. */
interface Provider extends AsyncDisposable {
  readonly connection: string;
  readonly requests: readonly unknown[];
}

/** Overrides the response of a provider. */
type Override = (request: HttpsRequest) => HttpsAnswer | 'silence' | undefined;

/** A case whose service is an identity provider with STS. */
function createProviderCase(
  named: Pick<SignInCase, 'scheme' | 'method'>,
  { ca, server }: TestAuthority,
  refusal: (request: HttpsRequest) => HttpsAnswer,
  start: (pair: KeyPair, answer: Override) => Promise<Provider>,
): SignInCase {
  return {
    ...named,
    async start(state) {
      const provider = await start(server, (request) => {
        const now = state();
        if (now === 'working' || now === 'expired') return undefined;
        if (now === 'silent') return 'silence';
        return now === 'rejecting' ? refusal(request) : respond(now, () => undefined, undefined);
      });
      const sts = await startSts(() =>
        stsCredentials('AssumeRoleWithSAML', 'ASIAOFTHEROLE0000', state() === 'expired' ? past : fresh),
      );
      return {
        connection: `${provider.connection};Password=${PASSWORD};STSEndpoint=${sts.endpoint};SSLServerCert='${ca}'`,
        countRequests: () => provider.requests.length + sts.requests.length,
        async [Symbol.asyncDispose]() {
          await provider[Symbol.asyncDispose]();
          await sts[Symbol.asyncDispose]();
        },
      };
    },
  };
}

const createOktaCase = (known: TestAuthority): SignInCase =>
  createProviderCase(
    { scheme: 'Okta' },
    known,
    () => ({ ...refusal(401, 'E0000004', 'CANARY'), headers: {} }),
    async (pair, answer) => {
      const roles = [`${ROLE.slice('AWSRoleARN='.length, -1)},${PROVIDER}`];
      const okta = await startOkta(pair, {
        password: PASSWORD,
        samlResponse: samlResponse({ roles }),
        answer,
      });
      return { ...okta, connection: `User=${USER};SSOLoginURL=${okta.loginUrl}` };
    },
  );

const rejectToken = (): HttpsAnswer => ({
  status: 500,
  headers: { 'content-type': 'application/soap+xml' },
  body: soapFault('FailedAuthentication', 'ID3242: no'),
});

const startAdfsAt =
  (path: string) =>
  async (pair: KeyPair, answer: Override): Promise<Provider> => {
    const adfs = await startAdfs(pair, { password: PASSWORD, answer });
    return { ...adfs, connection: `User='${ADFS_USER}';SSOLoginURL=${adfs.origin}${path}` };
  };

const rejectAtAdfs = ({ url }: HttpsRequest): HttpsAnswer => ({ body: loginPage(url, REFUSED) });

const createAdfsCases = (known: TestAuthority): readonly SignInCase[] => [
  createProviderCase({ scheme: 'ADFS', method: 'pages' }, known, rejectAtAdfs, startAdfsAt('')),
  createProviderCase(
    { scheme: 'ADFS', method: 'WS-Trust' },
    known,
    rejectToken,
    startAdfsAt('/adfs/services/trust/13/usernamemixed'),
  ),
];

const startPingAt =
  (path: string) =>
  async (pair: KeyPair, answer: Override): Promise<Provider> => {
    const ping = await startPing(pair, { password: PASSWORD, answer });
    const place = `SSOLoginURL=${ping.origin}${path};SSOExchangeUrl='${PARTNER}'`;
    return { ...ping, connection: `User=${PING_USER};${place}` };
  };

const rejectAtPing = (): HttpsAnswer => ({
  body: '<form method="post"><input name="pf.username"><input type="password" name="pf.pass"></form>',
});

const createPingCases = (known: TestAuthority): readonly SignInCase[] => [
  createProviderCase({ scheme: 'PingFederate', method: 'pages' }, known, rejectAtPing, startPingAt('')),
  createProviderCase(
    { scheme: 'PingFederate', method: 'WS-Trust' },
    known,
    rejectToken,
    startPingAt('/idp/sts.wst'),
  ),
];

const keys = 'AWSAccessKey=AKIAOFTHEUSER00000;AWSSecretKey=CANARY-key;';

const profiles = `[default]
role_arn = arn:aws:iam::123456789012:role/Analyst
source_profile = user
[profile user]
aws_access_key_id = AKIAOFTHEUSER00000
aws_secret_access_key = CANARY-key
`;

/** Schemes to which these rules do not apply, and where they are tested. */
export const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['AwsRootKeys', 'requests no credentials: test/database/sign-in.test.ts'],
  ['AwsMFA', 'a user can enter another code at once: test/credentials/mfa-session.test.ts'],
  ...('skipped' in authority
    ? ['Okta', 'ADFS', 'PingFederate'].map((scheme) => [scheme, authority.skipped] as const)
    : []),
  ['SAMLAssertion', 'an assertion can be exchanged only once: test/authschemes/saml-assertion.test.ts'],
]);

/** Every scheme that requests credentials. */
export const SIGN_IN_CASES: readonly SignInCase[] = [
  createStsCase('Auto', 'AssumeRole', ROLE, {
    env: { AWS_ACCESS_KEY_ID: 'AKIAOFTHEUSER00000', AWS_SECRET_ACCESS_KEY: 'CANARY-key' },
  }),
  createStsCase('AwsCredentialsFile', 'AssumeRole', '', { files: { '/home/ana/.aws/config': profiles } }),
  createStsCase('AwsIAMRoles', 'AssumeRole', keys + ROLE),
  createStsCase('TemporaryCredentials', 'AssumeRole', `${keys}AWSSessionToken=CANARY-token;${ROLE}`),
  ec2,
  container,
  createStsCase(
    'AwsWebIdentity',
    'AssumeRoleWithWebIdentity',
    `${ROLE}AWSWebIdentityToken=CANARY.web.identity;`,
  ),
  createCognitoCase('AwsCognitoSrp'),
  createCognitoCase('AwsCognitoBasic'),
  ...('skipped' in authority
    ? []
    : [createOktaCase(authority), ...createAdfsCases(authority), ...createPingCases(authority)]),
];
