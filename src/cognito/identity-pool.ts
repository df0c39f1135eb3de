import { type Credentials, toExpiration, isCredentialString } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import { createBoundedHandler } from '../aws/bounded-handler.ts';
import { toCognitoError } from './cognito-errors.ts';
import type { IdentityPool } from './pools.ts';

const TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 3;

/** Exchanges the ID token of a user pool for AWS credentials. */
export async function getIdentityCredentials(
  pool: IdentityPool,
  idToken: Secret,
  signal: AbortSignal,
): Promise<Credentials> {
  const sdk = await import('@aws-sdk/client-cognito-identity');
  const client = new sdk.CognitoIdentityClient({
    region: pool.region,
    requestHandler: createBoundedHandler(TIMEOUT_MS, pool.dispatcher),
    maxAttempts: MAX_ATTEMPTS,
    ...(pool.endpoint === undefined ? {} : { endpoint: pool.endpoint }),
  });
  const Logins = { [pool.provider]: idToken.reveal() };
  let operation = 'GetId';
  try {
    const { IdentityId } = await client.send(new sdk.GetIdCommand({ IdentityPoolId: pool.id, Logins }), {
      abortSignal: signal,
    });
    operation = 'GetCredentialsForIdentity';
    const { Credentials: credentials } = await client.send(
      new sdk.GetCredentialsForIdentityCommand({
        IdentityId,
        Logins,
        ...(pool.roleArn === undefined ? {} : { CustomRoleArn: pool.roleArn }),
      }),
      { abortSignal: signal },
    );
    const { AccessKeyId, SecretKey, SessionToken, Expiration } = credentials ?? {};
    const expiration = toExpiration(Expiration?.getTime());
    const hasKeys = isCredentialString(AccessKeyId) && isCredentialString(SecretKey);
    if (!hasKeys || !isCredentialString(SessionToken) || expiration === undefined) {
      throw new DriverError('AUTH_MALFORMED', 'Cognito returned incomplete or invalid credentials');
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretKey,
      sessionToken: SessionToken,
      expiration,
      origin: `identity pool ${pool.id}`,
    };
  } catch (error) {
    signal.throwIfAborted();
    throw toCognitoError(operation, error);
  } finally {
    client.destroy();
  }
}
