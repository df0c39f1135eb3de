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
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      const missing = [
        ...(accessKeyId === undefined ? ['AWS_ACCESS_KEY_ID'] : []),
        ...(secretAccessKey === undefined ? ['AWS_SECRET_ACCESS_KEY'] : []),
      ];
      throw new DriverError('AUTH_NO_CREDENTIALS', `${missing.join(' and ')} not set`);
    }
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...(accountId === undefined ? {} : { accountId }),
      origin: 'environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    };
  };
}
