import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { DriverError } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import { type Der, toHex, readChildren, readDer } from './der.ts';
import { decryptWithPassword } from './pbe.ts';

/** Certificates and keys, in file order. */
export interface KeyStore {
  readonly certificates: readonly X509Certificate[];
  readonly keys: readonly KeyObject[];
}

/** Object identifiers of PKCS #7 and #12. */
const DATA = '2a864886f70d010701';
const ENCRYPTED_DATA = '2a864886f70d010706';
const BAG = '2a864886f70d010c0a01';
const X509 = '2a864886f70d01091601';
const MAX_DEPTH = 4;

/** Reads the certificates and keys of a PFX file, whose password was verified before. */
export function readPfx(pfx: Buffer, password: Secret | undefined): KeyStore {
  const [, authenticated] = readChildren(readDer(pfx)?.[0]);
  const [content] = readChildren(readContent(authenticated));
  const safes = readChildren(content);
  const certificates: X509Certificate[] = [];
  const keys: KeyObject[] = [];
  const passphrase = password?.reveal() ?? '';
  try {
    for (const safe of safes) {
      for (const bag of readBags(safe, passphrase)) addBag(bag, 0);
    }
  } catch (cause) {
    throw toUnsupportedError(cause);
  }
  if (keys.length === 0 || certificates.length === 0) throw toUnsupportedError(undefined);
  return { certificates, keys };

  function addBag(bag: Der, depth: number): void {
    const [kind, wrapped] = readChildren(bag);
    const [value] = readChildren(wrapped);
    if (value === undefined || depth > MAX_DEPTH) return;
    switch (toHex(kind)) {
      case `${BAG}01`:
        keys.push(createPrivateKey({ key: value.whole, format: 'der', type: 'pkcs8' }));
        return;
      case `${BAG}02`:
        keys.push(createPrivateKey({ key: value.whole, format: 'der', type: 'pkcs8', passphrase }));
        return;
      case `${BAG}03`: {
        const [type, octets] = readChildren(value);
        const [certificate] = readChildren(octets);
        if (toHex(type) === X509 && certificate !== undefined)
          certificates.push(new X509Certificate(certificate.content));
        return;
      }
      case `${BAG}06`:
        for (const inner of readChildren(value)) addBag(inner, depth + 1);
    }
  }
}

/** The content of a PKCS #7 message. */
function readContent(message: Der | undefined): Der | undefined {
  const [, wrapped] = readChildren(message);
  return readChildren(wrapped)[0];
}

function readBags(safe: Der, password: string): readonly Der[] {
  const [type] = readChildren(safe);
  const content = readContent(safe);
  if (toHex(type) === DATA) return readChildren(readChildren(content)[0]);
  if (toHex(type) !== ENCRYPTED_DATA) return [];
  const [, information] = readChildren(content);
  const [, algorithm, encrypted] = readChildren(information);
  const decrypted = decryptWithPassword(algorithm, encrypted?.content ?? Buffer.alloc(0), password);
  if (decrypted === undefined) throw toUnsupportedError(undefined);
  return readChildren(readDer(decrypted)?.[0]);
}

function toUnsupportedError(cause: unknown): DriverError {
  if (cause instanceof DriverError) return cause;
  return new DriverError(
    'CONN_BAD_VALUE',
    'SSLClientCert is a PFX file in an unsupported format for SSLClientCertSubject',
    {
      cause,
      remedy:
        'Remove SSLClientCertSubject if the file has only one certificate, or convert it to PEM: openssl pkcs12 -in file.pfx -out file.pem.',
    },
  );
}
