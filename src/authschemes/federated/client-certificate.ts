import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Options } from '../../connstring/properties.ts';
import { DriverError } from '../../core/errors.ts';
import type { ClientCertificate } from '../../core/network/settings.ts';
import type { Ports } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';

type Wanted = NonNullable<Options['ssoProperties']>;
type Files = Pick<Ports, 'readFile' | 'readBytes' | 'home'>;

/** The certificate that `SSLClientCert…` of SSOProperties name; undefined where they name none. */
export async function clientCertificate(
  wanted: Wanted | undefined,
  ports: Files,
): Promise<ClientCertificate | undefined> {
  const given = wanted?.sslClientCert;
  if (wanted === undefined || given === undefined) return undefined;
  const { sslClientCertPassword: password, sslClientCertSubject: subject } = wanted;
  switch (wanted.sslClientCertType ?? guessedType(given)) {
    case 'PFXFILE':
      return { kind: 'pfx', pfx: await bytesOf(given, ports), password };
    case 'PFXBLOB':
      return { kind: 'pfx', pfx: Buffer.from(given.reveal(), 'base64'), password };
    case 'PEMKEY_FILE':
      return {
        kind: 'pem',
        pem: chosen((await bytesOf(given, ports)).toString(), subject, password),
        password,
      };
    case 'PEMKEY_BLOB':
      return { kind: 'pem', pem: chosen(pemText(given.reveal()), subject, password), password };
  }
}

function guessedType(given: Secret): NonNullable<Wanted['sslClientCertType']> {
  const text = given.reveal();
  if (text.includes('-----BEGIN ')) return 'PEMKEY_BLOB';
  return /\.(pem|crt|cer)$/i.test(text) ? 'PEMKEY_FILE' : 'PFXFILE';
}

async function bytesOf(given: Secret, { readFile, readBytes, home }: Files): Promise<Buffer> {
  const path = given.reveal().replace(/^~(?=[/\\])/, () => home);
  const bytes = readBytes === undefined ? textBytes(await readFile(path)) : await readBytes(path);
  if (bytes !== undefined) return bytes;
  throw new DriverError('CONN_BAD_VALUE', 'SSLClientCert names a file, but there is no such file', {
    remedy:
      'Check SSLClientCert, and SSLClientCertType: with PFXBLOB or PEMKEY_BLOB it is the content itself.',
  });
}

function textBytes(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

function pemText(text: string): string {
  return text.includes('-----BEGIN ') ? text : Buffer.from(text, 'base64').toString();
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+(?:-[^-]+)*-----END [A-Z ]*PRIVATE KEY-----/g;

/** The certificate of that subject, its key, and then the others as its chain. */
function chosen(text: string, subject: string | undefined, password: Secret | undefined): Secret {
  const certificates = readCertificates(text);
  const keys = text.match(KEY) ?? [];
  const pairs = certificates.flatMap((certificate) =>
    keys.filter((key) => isKeyOf(certificate, key, password)).map((key) => ({ certificate, key })),
  );
  const wanted = subject === undefined || subject === '*' ? '' : subject;
  const names = pairs.map(({ certificate }) => nameOf(certificate));
  const exact = names.findIndex((name) => isSameName(name, wanted));
  const at = exact === -1 ? names.findIndex((name) => name.includes(wanted)) : exact;
  const pair = pairs[at];
  if (pair === undefined && wanted === '') {
    // What is wrong with it, TLS says better: a missing part, or the password of the key.
    return new Secret(text);
  }
  if (pair === undefined) {
    throw new DriverError(
      'CONN_BAD_VALUE',
      `SSLClientCert has no certificate with a key of the subject "${wanted}", but ${names.map((name) => `"${name}"`).join(', ') || 'none'}`,
    );
  }
  const chain = certificates.filter((certificate) => certificate !== pair.certificate);
  return new Secret([pair.certificate, ...chain].map(String).join('') + pair.key);
}

function readCertificates(text: string): readonly X509Certificate[] {
  try {
    return (text.match(CERTIFICATE) ?? []).map((block) => new X509Certificate(block));
  } catch (cause) {
    throw new DriverError('CONN_BAD_VALUE', 'SSLClientCert has a certificate that cannot be read', { cause });
  }
}

/** A key that cannot be opened is no key of it. */
function isKeyOf(certificate: X509Certificate, key: string, password: Secret | undefined): boolean {
  try {
    const passphrase = password === undefined ? {} : { passphrase: password.reveal() };
    return certificate.checkPrivateKey(createPrivateKey({ key, ...passphrase }));
  } catch {
    return false;
  }
}

function nameOf({ subject }: X509Certificate): string {
  return subject.split('\n').join(', ');
}

/** Programs write the parts of a name in either order. */
function isSameName(one: string, other: string): boolean {
  return sortedParts(one) === sortedParts(other);
}

function sortedParts(name: string): string {
  const parts = name.split(',').map((part) => part.trim().toLowerCase());
  return parts.toSorted().join(',');
}
