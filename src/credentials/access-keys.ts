import type { Options } from '../connstring/properties.ts';
import type { CredentialSource } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';

/** The access keys in the connection string. */
export function fromConnectionKeys(options: {
  readonly awsAccessKey: string;
  readonly awsSecretKey: Secret;
  readonly awsSessionToken?: Options['awsSessionToken'];
}): CredentialSource {
  const { awsAccessKey, awsSecretKey, awsSessionToken } = options;
  const keys =
    awsSessionToken === undefined
      ? 'AWSAccessKey and AWSSecretKey'
      : 'AWSAccessKey, AWSSecretKey and AWSSessionToken';
  return async () => ({
    accessKeyId: awsAccessKey,
    secretAccessKey: awsSecretKey.reveal(),
    ...(awsSessionToken === undefined ? {} : { sessionToken: awsSessionToken.reveal() }),
    origin: `${keys} of the connection`,
  });
}

/** The access keys in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. */
export function fromEnvironment(ports: Ports): CredentialSource {
  return async () => {
    const accessKeyId = ports.env('AWS_ACCESS_KEY_ID');
    const secretAccessKey = ports.env('AWS_SECRET_ACCESS_KEY');
    const sessionToken = ports.env('AWS_SESSION_TOKEN');
    const accountId = ports.env('AWS_ACCOUNT_ID');
    if (accessKeyId === undefined && secretAccessKey === undefined) {
      throw new DriverError('AUTH_NO_CREDENTIALS', 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
    }
    if (accessKeyId === undefined) throw toPartialError('AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID');
    if (secretAccessKey === undefined) throw toPartialError('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY');
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...(accountId === undefined ? {} : { accountId }),
      origin: 'environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    };
  };
}

/** Falling back to other credentials here could sign in with a different identity. */
function toPartialError(present: string, missing: string): DriverError {
  return new DriverError(
    'AUTH_MISSING_PROPERTY',
    `Partial credentials found in the environment: ${present} is set, but ${missing} is missing`,
    { remedy: `Set ${missing} as well, or unset ${present}.` },
  );
}
