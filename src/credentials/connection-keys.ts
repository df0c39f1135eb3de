import type { Options } from '../connstring/properties.ts';
import type { CredentialSource } from '../core/credentials.ts';
import type { Secret } from '../core/secret.ts';

/** The keys that the connection itself gives. */
export function connectionKeys(given: {
  readonly awsAccessKey: string;
  readonly awsSecretKey: Secret;
  readonly awsSessionToken?: Options['awsSessionToken'];
}): CredentialSource {
  const { awsAccessKey, awsSecretKey, awsSessionToken } = given;
  const names =
    awsSessionToken === undefined
      ? 'AWSAccessKey and AWSSecretKey'
      : 'AWSAccessKey, AWSSecretKey and AWSSessionToken';
  return async () => ({
    accessKeyId: awsAccessKey,
    secretAccessKey: awsSecretKey.reveal(),
    ...(awsSessionToken === undefined ? {} : { sessionToken: awsSessionToken.reveal() }),
    origin: `${names} of the connection`,
  });
}
