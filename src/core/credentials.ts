/**
 * AWS credentials as STS and the key pages hand them out. Absent `expiration` means that they never expire. 
 */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  readonly accountId?: string;
}

/** Fetches anew each time it is called. Caching is somebody else's business (`refreshing`). */
export type CredentialSource = (signal: AbortSignal) => Promise<Credentials>;
