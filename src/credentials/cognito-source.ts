import type { CredentialSource } from '../core/credentials.ts';
import { DriverError, type ErrorCode } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { singleFlight } from '../core/async/single-flight.ts';
import type { SchemeOptions } from './scheme.ts';
import { answererOf } from '../cognito/challenges.ts';
import { credentialsOfIdentity } from '../cognito/identity-pool.ts';
import type { PasswordFlow } from '../cognito/password-flows.ts';
import { identityPool, userPool } from '../cognito/pools.ts';
import { type PoolSession, refreshPoolSession, signInToPool } from '../cognito/user-pool.ts';

export const COGNITO_REQUIRES = [
  'awsUserPoolId',
  'awsUserPoolClientAppId',
  'awsIdentityPoolId',
  'user',
  'password',
] as const;

export const COGNITO_USES = [
  'awsCognitoRegion',
  'awsUserPoolClientAppSecret',
  'awsRoleArn',
  'mfaToken',
  'newPassword',
  'ssoProperties',
  'cognitoIdpEndpoint',
  'cognitoIdentityEndpoint',
] as const;

/** The properties of a connection string that signs in at Cognito. */
export const COGNITO_EXAMPLE =
  'AWSUserPoolId=eu-west-1_AbCdEf123;AWSUserPoolClientAppId=1example23456789;AWSUserPoolClientAppSecret=…;' +
  'AWSIdentityPoolId=eu-west-1:01234567-89ab-cdef-0123-456789abcdef;User=ana;Password=…;AWSRegion=Ireland';

type CognitoGiven = SchemeOptions<(typeof COGNITO_REQUIRES)[number], (typeof COGNITO_USES)[number]>;

/** User pools lock users after a few wrong passwords: connections that open together send one. */
const oneSignIn = singleFlight<PoolSession>();

/** Failures that say nothing about whether the earlier sign-in still counts. */
const NOT_THE_TOKENS: ReadonlySet<ErrorCode> = new Set(['CONN_NETWORK', 'AUTH_UNAVAILABLE']);

/** Credentials of a user of a user pool, through the identity pool; later ones come by the refresh token. */
export function cognitoSource(given: CognitoGiven, flow: PasswordFlow, ports: Ports): CredentialSource {
  const pool = userPool(given, ports);
  const identities = identityPool(given, pool);
  const who = [pool.endpoint, pool.id, pool.clientId, given.user];
  const answererFor = answererOf(given, who, ports);
  let password = given.password;
  let session: PoolSession | undefined;

  async function signIn(signal: AbortSignal): Promise<PoolSession> {
    const { awsUserPoolClientAppSecret: secret, mfaToken, newPassword, ssoProperties } = given;
    const secrets = [password, secret, mfaToken, newPassword].map((value) => value?.reveal());
    const values = [flow.authFlow, ...who, ...secrets, ssoProperties?.mfaType];
    const begun = await oneSignIn(values, signal, (shared) =>
      signInToPool(pool, { name: given.user, password }, flow, answererFor(shared), shared),
    );
    if (begun.newPassword !== undefined) {
      password = begun.newPassword;
      ports.warn(`User ${given.user} has the new password now: give it as Password from here on`);
    }
    return begun;
  }

  async function goOn(signal: AbortSignal): Promise<PoolSession> {
    if (session?.refreshToken === undefined) return signIn(signal);
    const { refreshToken } = session;
    try {
      return await refreshPoolSession(pool, { ...session, refreshToken }, signal);
    } catch (error) {
      const isOver = error instanceof DriverError && !NOT_THE_TOKENS.has(error.code);
      if (!isOver || signal.aborted) throw error;
      return signIn(signal);
    }
  }

  return async (signal) => {
    session = await goOn(signal);
    const credentials = await credentialsOfIdentity(identities, session.idToken, signal);
    return { ...credentials, origin: `user ${given.user} of ${pool.id}, ${credentials.origin}` };
  };
}
