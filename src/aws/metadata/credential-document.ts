import { type Credentials, toExpiration, isCredentialString } from '../../core/credentials.ts';
import { DriverError } from '../../core/errors.ts';
import { parseZonedTime } from '../../core/zoned-time.ts';

/** Parses a JSON object. Errors name the service and never quote the response. */
export function parseJsonObject(body: string, service: string): ReadonlyMap<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // The parser's message quotes the input, which may contain a secret.
    value = undefined;
  }
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value));
  throw new DriverError('AUTH_MALFORMED', `${service} returned an invalid response: expected a JSON object`);
}

/** Converts the credentials document of an EC2 instance or a container. */
export function toMetadataCredentials(
  document: ReadonlyMap<string, unknown>,
  service: string,
  origin: string,
): Credentials {
  const field = (name: string): string => {
    const value = document.get(name);
    if (isCredentialString(value)) return value;
    throw new DriverError(
      'AUTH_MALFORMED',
      `${service} returned credentials with a missing or invalid ${name}`,
    );
  };
  const accountId = document.get('AccountId');
  const expiration = toExpiration(parseZonedTime(field('Expiration')));
  if (expiration === undefined) {
    throw new DriverError('AUTH_MALFORMED', `${service} returned credentials with an invalid Expiration`);
  }
  return {
    accessKeyId: field('AccessKeyId'),
    secretAccessKey: field('SecretAccessKey'),
    sessionToken: field('Token'),
    expiration,
    ...(typeof accountId === 'string' && /^\d{12}$/.test(accountId) ? { accountId } : {}),
    origin,
  };
}
