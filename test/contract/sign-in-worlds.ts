import { loginPage, REFUSED, startAdfs, USER as ADFS_USER } from '../doubles/adfs.ts';
import { refuse, startCognito } from '../doubles/cognito.ts';
import type { HttpsAnswer, HttpsRequest } from '../doubles/https-server.ts';
import { instanceDocument, startImds } from '../doubles/imds.ts';
import { type Told, listen } from '../doubles/json-server.ts';
import { refusal, startOkta, USER } from '../doubles/okta.ts';
import { PARTNER, startPing, USER as PING_USER } from '../doubles/pingfederate.ts';
import { startSts, stsCredentials, stsError } from '../doubles/sts.ts';
import { type KeyPair, type TestAuthority, testAuthority } from '../support/certificates.ts';
import { samlResponse } from '../support/saml-response.ts';
import { soapFault } from '../support/tokens.ts';

/** How the service that gives the credentials behaves. */
export type Mood = 'well' | 'refusing' | 'silent' | 'babbling' | 'endless' | 'late';

/** A scheme's service on loopback, and a connection string that signs in there. */
export interface SignInWorld extends AsyncDisposable {
  readonly connection: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** How many requests it heard. */
  heard(): number;
}

/** A scheme and its world: secrets are canaries, good credentials end after `fresh`, those of `late` after `past`. */
export interface SignInCase {
  readonly scheme: string;
  /** Of several ways that the scheme has: which one. */
  readonly way?: string;
  /** Where it goes on with expired credentials: why. */
  readonly keepsExpired?: string;
  readonly open: (mood: () => Mood) => Promise<SignInWorld>;
}

/** The clock of the tests stands at the beginning of 2026. */
const fresh = new Date(Date.UTC(2026, 0, 1, 6));
const past = new Date(Date.UTC(2025, 11, 31));
const ROLE = 'AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;';
const babble = 'CANARY <html>';
const endless = `"${'CANARY'.repeat(1 << 17)}"`;

/** An answer over HTTP in that mood. */
function told(mood: Mood, good: (expiration: Date) => Told, refusal: Told): Told {
  switch (mood) {
    case 'well':
      return good(fresh);
    case 'late':
      return good(past);
    case 'refusing':
      return refusal;
    case 'babbling':
      return { body: babble };
    case 'endless':
      return { body: endless };
    case 'silent':
      return undefined;
  }
}

const ec2: SignInCase = {
  scheme: 'AwsEC2Roles',
  keepsExpired: "AWS accepts an instance's credentials while its metadata service cannot renew them",
  async open(mood) {
    const imds = await startImds({
      document: () =>
        told(mood(), (expiration) => ({ body: JSON.stringify(instanceDocument(expiration)) }), {
          body: JSON.stringify({ Code: 'AssumeRoleUnauthorizedAccess', Message: 'CANARY' }),
        }),
    });
    return {
      connection: `IMDSEndpoint=${imds.endpoint}`,
      heard: () => imds.heard.length,
      [Symbol.asyncDispose]: () => imds[Symbol.asyncDispose](),
    };
  },
};

const container: SignInCase = {
  scheme: 'AwsContainer',
  async open(mood) {
    const agent = await listen(() =>
      told(mood(), (expiration) => ({ body: JSON.stringify(instanceDocument(expiration)) }), {
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
      heard: () => agent.heard.length,
      [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
    };
  },
};

/** A scheme whose service is STS. */
function bySts(
  scheme: string,
  operation: string,
  properties: string,
  place: Pick<SignInWorld, 'env' | 'files'> = {},
): SignInCase {
  return {
    scheme,
    async open(mood) {
      const sts = await startSts(() => {
        const refusal = stsError(403, 'AccessDenied', 'CANARY is not authorized');
        const answer = told(mood(), (end) => stsCredentials(operation, 'ASIAOFTHEROLE0000', end), refusal);
        return answer === undefined ? undefined : { status: answer.status ?? 200, body: answer.body ?? '' };
      });
      return {
        ...place,
        connection: `STSEndpoint=${sts.endpoint};${properties}`,
        heard: () => sts.requests.length,
        [Symbol.asyncDispose]: () => sts[Symbol.asyncDispose](),
      };
    },
  };
}

function byCognito(scheme: string): SignInCase {
  return {
    scheme,
    async open(mood) {
      const cognito = await startCognito({
        password: 'CANARY-password',
        clientSecret: 'CANARY-client-secret',
        expiration: () => (mood() === 'late' ? past : fresh).getTime() / 1000,
        instead(operation) {
          const now = mood();
          if (now === 'well' || now === 'late') return undefined;
          if (now === 'silent') return 'silence';
          const isLast = operation === 'GetCredentialsForIdentity';
          if (now !== 'refusing') return isLast ? told(now, () => undefined, undefined) : undefined;
          return operation === 'InitiateAuth' ? refuse('NotAuthorizedException', 'CANARY') : undefined;
        },
      });
      return {
        connection: cognito.connection.replace('AWSRegion=eu-west-1;', ''),
        heard: () => cognito.heard.length,
        [Symbol.asyncDispose]: () => cognito[Symbol.asyncDispose](),
      };
    },
  };
}

const authority = testAuthority();
const PROVIDER = 'arn:aws:iam::123456789012:saml-provider/Okta';

const PASSWORD = 'CANARY-password';

/** An identity provider on loopback, and the part of a connection string that signs in there. */
interface Provider extends AsyncDisposable {
  readonly connection: string;
  readonly requests: readonly unknown[];
}

/** Answers in place of a provider that is not well. */
type Instead = (request: HttpsRequest) => HttpsAnswer | 'silence' | undefined;

/** A scheme whose service is an identity provider, whose word STS takes. */
function byProvider(
  named: Pick<SignInCase, 'scheme' | 'way'>,
  { ca, server }: TestAuthority,
  refusal: (request: HttpsRequest) => HttpsAnswer,
  start: (pair: KeyPair, answer: Instead) => Promise<Provider>,
): SignInCase {
  return {
    ...named,
    async open(mood) {
      const provider = await start(server, (request) => {
        const now = mood();
        if (now === 'well' || now === 'late') return undefined;
        if (now === 'silent') return 'silence';
        return now === 'refusing' ? refusal(request) : told(now, () => undefined, undefined);
      });
      const sts = await startSts(() =>
        stsCredentials('AssumeRoleWithSAML', 'ASIAOFTHEROLE0000', mood() === 'late' ? past : fresh),
      );
      return {
        connection: `${provider.connection};Password=${PASSWORD};STSEndpoint=${sts.endpoint};SSLServerCert='${ca}'`,
        heard: () => provider.requests.length + sts.requests.length,
        async [Symbol.asyncDispose]() {
          await provider[Symbol.asyncDispose]();
          await sts[Symbol.asyncDispose]();
        },
      };
    },
  };
}

const byOkta = (known: TestAuthority): SignInCase =>
  byProvider(
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

const refusedToken = (): HttpsAnswer => ({
  status: 500,
  headers: { 'content-type': 'application/soap+xml' },
  body: soapFault('FailedAuthentication', 'ID3242: no'),
});

const adfsAt =
  (path: string) =>
  async (pair: KeyPair, answer: Instead): Promise<Provider> => {
    const adfs = await startAdfs(pair, { password: PASSWORD, answer });
    return { ...adfs, connection: `User='${ADFS_USER}';SSOLoginURL=${adfs.origin}${path}` };
  };

const refusedByAdfs = ({ url }: HttpsRequest): HttpsAnswer => ({ body: loginPage(url, REFUSED) });

const byAdfs = (known: TestAuthority): readonly SignInCase[] => [
  byProvider({ scheme: 'ADFS', way: 'pages' }, known, refusedByAdfs, adfsAt('')),
  byProvider(
    { scheme: 'ADFS', way: 'WS-Trust' },
    known,
    refusedToken,
    adfsAt('/adfs/services/trust/13/usernamemixed'),
  ),
];

const pingAt =
  (path: string) =>
  async (pair: KeyPair, answer: Instead): Promise<Provider> => {
    const ping = await startPing(pair, { password: PASSWORD, answer });
    const place = `SSOLoginURL=${ping.origin}${path};SSOExchangeUrl='${PARTNER}'`;
    return { ...ping, connection: `User=${PING_USER};${place}` };
  };

const refusedByPing = (): HttpsAnswer => ({
  body: '<form method="post"><input name="pf.username"><input type="password" name="pf.pass"></form>',
});

const byPing = (known: TestAuthority): readonly SignInCase[] => [
  byProvider({ scheme: 'PingFederate', way: 'pages' }, known, refusedByPing, pingAt('')),
  byProvider({ scheme: 'PingFederate', way: 'WS-Trust' }, known, refusedToken, pingAt('/idp/sts.wst')),
];

const keys = 'AWSAccessKey=AKIAOFTHEUSER00000;AWSSecretKey=CANARY-key;';

const profiles = `[default]
role_arn = arn:aws:iam::123456789012:role/Analyst
source_profile = user
[profile user]
aws_access_key_id = AKIAOFTHEUSER00000
aws_secret_access_key = CANARY-key
`;

/** Schemes whose sign-in does not go by these rules, and where it is tested instead. */
export const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['AwsRootKeys', 'asks nobody for credentials: test/database/sign-in.test.ts'],
  ['AwsMFA', 'a person may give another code at once: test/credentials/mfa-session.test.ts'],
  ...('skipped' in authority
    ? ['Okta', 'ADFS', 'PingFederate'].map((scheme) => [scheme, authority.skipped] as const)
    : []),
  [
    'SAMLAssertion',
    'an assertion that was taken is not taken again: test/authschemes/saml-assertion.test.ts',
  ],
]);

/** Every scheme that asks somebody for credentials. */
export const SIGN_IN_CASES: readonly SignInCase[] = [
  bySts('Auto', 'AssumeRole', ROLE, {
    env: { AWS_ACCESS_KEY_ID: 'AKIAOFTHEUSER00000', AWS_SECRET_ACCESS_KEY: 'CANARY-key' },
  }),
  bySts('AwsCredentialsFile', 'AssumeRole', '', { files: { '/home/ana/.aws/config': profiles } }),
  bySts('AwsIAMRoles', 'AssumeRole', keys + ROLE),
  bySts('TemporaryCredentials', 'AssumeRole', `${keys}AWSSessionToken=CANARY-token;${ROLE}`),
  ec2,
  container,
  bySts('AwsWebIdentity', 'AssumeRoleWithWebIdentity', `${ROLE}AWSWebIdentityToken=CANARY.web.identity;`),
  byCognito('AwsCognitoSrp'),
  byCognito('AwsCognitoBasic'),
  ...('skipped' in authority ? [] : [byOkta(authority), ...byAdfs(authority), ...byPing(authority)]),
];
