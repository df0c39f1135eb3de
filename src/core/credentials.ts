/** AWS credentials. They never expire if `expiration` is absent. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  readonly accountId?: string;
  /** The source as shown to the user: `profile prod of ~/.aws/credentials`. */
  readonly origin?: string;
}

/** Credentials are renewed this long before they expire. */
export const RENEW_EARLY_MS = 5 * 60_000;

/** Fetches new credentials on every call; `refreshing` adds a cache. */
export type CredentialSource = (signal: AbortSignal) => Promise<Credentials>;

/** A copy that masks its secrets in JSON, logs and `util.inspect`. */
export function sealCredentials(credentials: Credentials): Credentials {
  const { accessKeyId, expiration, accountId, origin } = credentials;
  const shown = (): object => ({
    accessKeyId: maskKeyId(accessKeyId),
    secretAccessKey: '***',
    ...(credentials.sessionToken === undefined ? {} : { sessionToken: '***' }),
    ...(expiration === undefined ? {} : { expiration }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(origin === undefined ? {} : { origin }),
  });
  // Not enumerable, so that the SDK's copies are plain credentials.
  return Object.defineProperties(
    { ...credentials },
    {
      toJSON: { value: shown },
      [Symbol.for('nodejs.util.inspect.custom')]: { value: shown },
    },
  );
}

/** Whether a value can be a key or token: printable ASCII only, since a line break would start another HTTP header. */
export function isCredentialString(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7E]{1,16384}$/.test(value);
}

const MAX_EXPIRATION_MS = Date.UTC(9999, 11, 31);

/** An expiration in milliseconds since 1970 as a Date; undefined if it is not a number or beyond the year 9999. */
export function toExpiration(epochMs: unknown): Date | undefined {
  return typeof epochMs === 'number' && Math.abs(epochMs) < MAX_EXPIRATION_MS ? new Date(epochMs) : undefined;
}

/** The first four and last four characters of an access key ID, for display. */
export function maskKeyId(accessKeyId: string): string {
  return accessKeyId.length < 12 ? '***' : `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`;
}
