import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { DriverError } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import { type Der, hexOf, inside, readDer } from './der.ts';
import { decryptWithPassword } from './pbe.ts';

/** Certificates and keys, in the order in which they stand. */
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

/** All that a PFX file holds. Whether the password opens it was seen before. */
export function readPfx(pfx: Buffer, password: Secret | undefined): KeyStore {
  const [, authenticated] = inside(readDer(pfx)?.[0]);
  const [content] = inside(contentOf(authenticated));
  const safes = inside(content);
  const certificates: X509Certificate[] = [];
  const keys: KeyObject[] = [];
  const passphrase = password?.reveal() ?? '';
  try {
    for (const safe of safes) {
      for (const bag of bagsOf(safe, passphrase)) take(bag, 0);
    }
  } catch (cause) {
    throw unreadable(cause);
  }
  if (keys.length === 0 || certificates.length === 0) throw unreadable(undefined);
  return { certificates, keys };

  function take(bag: Der, depth: number): void {
    const [kind, wrapped] = inside(bag);
    const [value] = inside(wrapped);
    if (value === undefined || depth > MAX_DEPTH) return;
    switch (hexOf(kind)) {
      case `${BAG}01`:
        keys.push(createPrivateKey({ key: value.whole, format: 'der', type: 'pkcs8' }));
        return;
      case `${BAG}02`:
        keys.push(createPrivateKey({ key: value.whole, format: 'der', type: 'pkcs8', passphrase }));
        return;
      case `${BAG}03`: {
        const [type, octets] = inside(value);
        const [certificate] = inside(octets);
        if (hexOf(type) === X509 && certificate !== undefined)
          certificates.push(new X509Certificate(certificate.content));
        return;
      }
      case `${BAG}06`:
        for (const inner of inside(value)) take(inner, depth + 1);
    }
  }
}

/** The content of a PKCS #7 message. */
function contentOf(message: Der | undefined): Der | undefined {
  const [, wrapped] = inside(message);
  return inside(wrapped)[0];
}

function bagsOf(safe: Der, password: string): readonly Der[] {
  const [type] = inside(safe);
  const content = contentOf(safe);
  if (hexOf(type) === DATA) return inside(inside(content)[0]);
  if (hexOf(type) !== ENCRYPTED_DATA) return [];
  const [, information] = inside(content);
  const [, algorithm, encrypted] = inside(information);
  const opened = decryptWithPassword(algorithm, encrypted?.content ?? Buffer.alloc(0), password);
  if (opened === undefined) throw unreadable(undefined);
  return inside(readDer(opened)?.[0]);
}

function unreadable(cause: unknown): DriverError {
  if (cause instanceof DriverError) return cause;
  return new DriverError(
    'CONN_BAD_VALUE',
    'SSLClientCert is a PFX file whose certificates cannot be told apart',
    {
      cause,
      remedy:
        'Leave out SSLClientCertSubject where it has one certificate, or convert it to PEM: openssl pkcs12 -in file.pfx -out file.pem.',
    },
  );
}
