import type { CredentialSource } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';

/** The keys of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. */
export function environmentKeys(ports: Ports): CredentialSource {
  return async () => {
    const accessKeyId = ports.env('AWS_ACCESS_KEY_ID');
    const secretAccessKey = ports.env('AWS_SECRET_ACCESS_KEY');
    const sessionToken = ports.env('AWS_SESSION_TOKEN');
    const accountId = ports.env('AWS_ACCOUNT_ID');
    if (accessKeyId === undefined && secretAccessKey === undefined) {
      throw new DriverError('AUTH_NO_CREDENTIALS', 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY not set');
    }
    if (accessKeyId === undefined) throw half('AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID');
    if (secretAccessKey === undefined) throw half('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY');
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...(accountId === undefined ? {} : { accountId }),
      origin: 'environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    };
  };
}

/** Going on with other credentials would sign in as somebody else. */
function half(there: string, missing: string): DriverError {
  return new DriverError('AUTH_MISSING_PROPERTY', `The environment has ${there} but no ${missing}`, {
    remedy: `Set ${missing} as well, or unset ${there}.`,
  });
}
