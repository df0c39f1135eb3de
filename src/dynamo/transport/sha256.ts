import { createHmac, hash } from 'node:crypto';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

type HashConstructor = NonNullable<DynamoDBClientConfig['sha256']>;
type Bytes = string | ArrayBuffer | ArrayBufferView;

/** The last HMAC with a string as its secret. */
interface CachedHmac {
  readonly secret: string;
  readonly data: Buffer;
  readonly digest: Buffer;
}

/**
 * The hash class for the signer of one client. It hashes in a single call, where the SDK's class creates and copies a hash object.
 * With each request the signer computes the HMAC of the same access key ID, to look up its signing key; that one is cached.
 */
export function createSha256(): HashConstructor {
  let cached: CachedHmac | undefined;
  const hmacWithString = (secret: string, data: Buffer): Buffer => {
    if (cached?.secret !== secret || !cached.data.equals(data))
      cached = { secret, data, digest: createHmac('sha256', secret).update(data).digest() };
    return cached.digest;
  };
  return class Sha256 {
    readonly #secret: Bytes | undefined;
    readonly #chunks: Buffer[] = [];

    constructor(secret?: Bytes) {
      this.#secret = secret;
    }

    update(chunk: Bytes): void {
      this.#chunks.push(toBuffer(chunk));
    }

    digest(): Promise<Uint8Array> {
      const [first = Buffer.alloc(0)] = this.#chunks;
      return Promise.resolve(this.#hash(this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first));
    }

    #hash(data: Buffer): Buffer {
      const secret = this.#secret;
      if (secret === undefined) return hash('sha256', data, 'buffer');
      if (typeof secret === 'string') return hmacWithString(secret, data);
      return createHmac('sha256', toBuffer(secret)).update(data).digest();
    }
  };
}

function toBuffer(bytes: Bytes): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes);
  return ArrayBuffer.isView(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : Buffer.from(bytes);
}
