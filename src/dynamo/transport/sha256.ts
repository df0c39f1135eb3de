import { createHmac, hash } from 'node:crypto';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

type HashConstructor = NonNullable<DynamoDBClientConfig['sha256']>;
type Bytes = string | ArrayBuffer | ArrayBufferView;

/** The last HMAC under a text. */
interface Known {
  readonly secret: string;
  readonly data: Buffer;
  readonly digest: Buffer;
}

/**
 * What the SDK's signer of one client hashes with, in one call each: its own class makes, copies and finishes a hash
 * object. With every request the signer asks for the HMAC of the same access key id under the same secret, to find its
 * signing key by: that one is remembered, as long as the client is.
 */
export function createSha256(): HashConstructor {
  let known: Known | undefined;
  const underText = (secret: string, data: Buffer): Buffer => {
    if (known?.secret !== secret || !known.data.equals(data))
      known = { secret, data, digest: createHmac('sha256', secret).update(data).digest() };
    return known.digest;
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
      return Promise.resolve(this.#digestOf(this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first));
    }

    #digestOf(data: Buffer): Buffer {
      const secret = this.#secret;
      if (secret === undefined) return hash('sha256', data, 'buffer');
      if (typeof secret === 'string') return underText(secret, data);
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
