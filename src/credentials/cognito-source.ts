import type { CredentialSource } from '../core/credentials.ts';
import { DriverError, type ErrorCode } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { singleFlight } from '../core/async/single-flight.ts';
import type { SchemeOptions } from './scheme.ts';
import { createResponder } from '../cognito/challenges.ts';
import { getIdentityCredentials } from '../cognito/identity-pool.ts';
import type { PasswordFlow } from '../cognito/password-flows.ts';
import { toIdentityPool, toUserPool } from '../cognito/pools.ts';
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

/** The properties of an example connection string. */
export const COGNITO_EXAMPLE =
  'AWSUserPoolId=eu-west-1_AbCdEf123;AWSUserPoolClientAppId=1example23456789;AWSUserPoolClientAppSecret=…;' +
  'AWSIdentityPoolId=eu-west-1:01234567-89ab-cdef-0123-456789abcdef;User=ana;Password=…;AWSRegion=Ireland';

type CognitoOptions = SchemeOptions<(typeof COGNITO_REQUIRES)[number], (typeof COGNITO_USES)[number]>;

/** Connections that open at the same time share one sign-in: user pools lock users after a few wrong passwords. */
const shareSignIn = singleFlight<PoolSession>();

/** Failures after which the refresh token may still be valid. */
const TRANSIENT_CODES: ReadonlySet<ErrorCode> = new Set(['CONN_NETWORK', 'AUTH_UNAVAILABLE']);

/** Credentials from an identity pool for a user of a user pool; renewals use the refresh token. */
export function fromCognito(options: CognitoOptions, flow: PasswordFlow, ports: Ports): CredentialSource {
  const pool = toUserPool(options, ports);
  const identityPool = toIdentityPool(options, pool);
  const userKey = [pool.endpoint, pool.id, pool.clientId, options.user];
  const responderFor = createResponder(options, userKey, ports);
  let password = options.password;
  let session: PoolSession | undefined;

  async function signIn(signal: AbortSignal): Promise<PoolSession> {
    const { awsUserPoolClientAppSecret: secret, mfaToken, newPassword, ssoProperties } = options;
    const secrets = [password, secret, mfaToken, newPassword].map((value) => value?.reveal());
    const values = [flow.authFlow, ...userKey, ...secrets, ssoProperties?.mfaType];
    const started = await shareSignIn(values, signal, (shared) =>
      signInToPool(pool, { name: options.user, password }, flow, responderFor(shared), shared),
    );
    if (started.newPassword !== undefined) {
      password = started.newPassword;
      ports.warn(`Password changed for user ${options.user}; use the new one in Password from now on`);
    }
    return started;
  }

  async function refresh(signal: AbortSignal): Promise<PoolSession> {
    if (session?.refreshToken === undefined) return signIn(signal);
    const { refreshToken } = session;
    try {
      return await refreshPoolSession(pool, { ...session, refreshToken }, signal);
    } catch (error) {
      const isRevoked = error instanceof DriverError && !TRANSIENT_CODES.has(error.code);
      if (!isRevoked || signal.aborted) throw error;
      return signIn(signal);
    }
  }

  return async (signal) => {
    session = await refresh(signal);
    const credentials = await getIdentityCredentials(identityPool, session.idToken, signal);
    return { ...credentials, origin: `user ${options.user} of ${pool.id}, ${credentials.origin}` };
  };
}
