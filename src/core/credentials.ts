/**
 * AWS credentials as STS and the key pages hand them out. Absent `expiration` means that they never expire.
 */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  readonly accountId?: string;
  /** Where they came from, in words: `profile prod of ~/.aws/credentials`. */
  readonly origin?: string;
}

/** Credentials are renewed this long before they expire. */
export const EARLY_MS = 5 * 60_000;

/** Fetches anew each time it is called. Caching is somebody else's business (`refreshing`). */
export type CredentialSource = (signal: AbortSignal) => Promise<Credentials>;

/** The same credentials, which print without their secrets in JSON, logs and `util.inspect`. */
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

/** Whether something can be a part of credentials: a line break in a token would begin another header. */
export function isCredentialText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7E]{1,16384}$/.test(value);
}

const LATEST_MS = Date.UTC(9999, 11, 31);

/** When credentials end; undefined where that is no time, or one so far off that seconds must have been meant. */
export function credentialsEnd(epochMs: unknown): Date | undefined {
  return typeof epochMs === 'number' && Math.abs(epochMs) < LATEST_MS ? new Date(epochMs) : undefined;
}

/** An access key ID as it may be shown: its first four and last four characters. */
export function maskKeyId(accessKeyId: string): string {
  return accessKeyId.length < 12 ? '***' : `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`;
}
