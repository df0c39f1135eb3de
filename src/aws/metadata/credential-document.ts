import { type Credentials, toExpiration, isCredentialString } from '../../core/credentials.ts';
import { DriverError } from '../../core/errors.ts';
import { parseZonedTime } from '../../core/zoned-time.ts';

/** The JSON object of an answer; an error that names who gave something else, and never what. */
export function jsonObject(body: string, who: string): ReadonlyMap<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // The parser's message quotes the text, which may hold a secret.
    value = undefined;
  }
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value));
  throw new DriverError('AUTH_MALFORMED', `${who} answered with something other than a JSON object`);
}

/** Credentials as instances and containers are given them. */
export function credentialDocument(
  document: ReadonlyMap<string, unknown>,
  who: string,
  origin: string,
): Credentials {
  const field = (name: string): string => {
    const value = document.get(name);
    if (isCredentialString(value)) return value;
    throw new DriverError('AUTH_MALFORMED', `${who} gave credentials without a usable ${name}`);
  };
  const accountId = document.get('AccountId');
  const expiration = toExpiration(parseZonedTime(field('Expiration')));
  if (expiration === undefined) {
    throw new DriverError('AUTH_MALFORMED', `${who} gave credentials whose Expiration is no time`);
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
