import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Options } from '../../connstring/properties.ts';
import { path as pathType } from '../../connstring/value-types.ts';
import { DriverError, getErrorMessage } from '../../core/errors.ts';
import { toClientCertificateOptions } from '../../net/client-certificate.ts';
import type { ClientCertificate } from '../../core/network-settings.ts';
import type { Ports } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import { type KeyStore, readPfx } from './pfx.ts';

type Wanted = NonNullable<Options['ssoProperties']>;
type Files = Pick<Ports, 'readFile' | 'readBytes' | 'home' | 'env'>;

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
      return fromPfx(await bytesOf(given, ports), subject, password);
    case 'PFXBLOB':
      return fromPfx(Buffer.from(given.reveal(), 'base64'), subject, password);
    case 'PEMKEY_FILE':
      return fromPem((await bytesOf(given, ports)).toString(), subject, password);
    case 'PEMKEY_BLOB':
      return fromPem(pemText(given.reveal()), subject, password);
  }
}

function guessedType(given: Secret): NonNullable<Wanted['sslClientCertType']> {
  const text = given.reveal();
  if (text.includes('-----BEGIN ')) return 'PEMKEY_BLOB';
  return /\.(pem|crt|cer)$/i.test(text) ? 'PEMKEY_FILE' : 'PFXFILE';
}

async function bytesOf(given: Secret, files: Files): Promise<Buffer> {
  const reading = pathType.read(given.reveal(), files);
  if ('expected' in reading) throw notRead('is no path');
  const path = reading.value;
  let bytes: Buffer | undefined;
  try {
    bytes =
      files.readBytes === undefined ? textBytes(await files.readFile(path)) : await files.readBytes(path);
  } catch (error) {
    // What was taken for a path may be the content itself, so that it is not shown.
    throw notRead(`names a file that cannot be read: ${getErrorMessage(error).replaceAll(path, '***')}`);
  }
  if (bytes === undefined) throw notRead('names a file, but there is no such file');
  return bytes;
}

function notRead(why: string): DriverError {
  return new DriverError('CONN_BAD_VALUE', `SSLClientCert ${why}`, {
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

function fromPem(text: string, subject: string | undefined, password: Secret | undefined): ClientCertificate {
  const certificates = readCertificates(text);
  const keys = (text.match(KEY) ?? []).flatMap((key) => openedKey(key, password) ?? []);
  // What is wrong with one that has no pair, TLS says better: a missing part, or the password of the key.
  return chosen({ certificates, keys }, subject) ?? { kind: 'pem', pem: new Secret(text), password };
}

function fromPfx(pfx: Buffer, subject: string | undefined, password: Secret | undefined): ClientCertificate {
  const whole: ClientCertificate = { kind: 'pfx', pfx, password };
  // Of several, TLS itself takes the first that has a key.
  if (isAny(subject)) return whole;
  toClientCertificateOptions(whole);
  return chosen(readPfx(pfx, password), subject) ?? whole;
}

function isAny(subject: string | undefined): boolean {
  return subject === undefined || subject === '*';
}

/**
 * The certificate of that subject with its key, and then the others as its chain: the one whose whole name it is, else
 * the first whose name has it as a part. Undefined where no certificate has a key.
 */
function chosen(
  { certificates, keys }: KeyStore,
  subject: string | undefined,
): ClientCertificate | undefined {
  const pairs = certificates.flatMap((certificate) => {
    const key = keys.find((candidate) => certificate.checkPrivateKey(candidate));
    return key === undefined ? [] : [{ certificate, key, name: nameOf(certificate) }];
  });
  if (pairs.length === 0) return undefined;
  const wanted = isAny(subject) ? '' : (subject ?? '');
  const pair =
    pairs.find(({ name }) => isSameName(name, wanted)) ??
    pairs.find(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()));
  if (pair === undefined) {
    throw new DriverError(
      'CONN_BAD_VALUE',
      `SSLClientCert has no certificate with a key of the subject "${wanted}", but ${pairs.map(({ name }) => `"${name}"`).join(', ')}`,
    );
  }
  const chain = certificates.filter((certificate) => certificate !== pair.certificate);
  const key = pair.key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { kind: 'pem', pem: new Secret([pair.certificate, ...chain].map(String).join('') + key) };
}

function readCertificates(text: string): readonly X509Certificate[] {
  try {
    return (text.match(CERTIFICATE) ?? []).map((block) => new X509Certificate(block));
  } catch (cause) {
    throw new DriverError('CONN_BAD_VALUE', 'SSLClientCert has a certificate that cannot be read', { cause });
  }
}

/** Undefined where the password does not open it. */
function openedKey(key: string, password: Secret | undefined): KeyObject | undefined {
  try {
    return createPrivateKey({ key, ...(password === undefined ? {} : { passphrase: password.reveal() }) });
  } catch {
    return undefined;
  }
}

function nameOf({ subject }: X509Certificate): string {
  return subject.split('\n').join(', ');
}

/** Programs write the parts of a name in either order, and some of their kinds in other letters. */
function isSameName(one: string, other: string): boolean {
  return sortedParts(one) === sortedParts(other);
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ['e', 'emailaddress'],
  ['s', 'st'],
]);

function sortedParts(name: string): string {
  const parts = name.toLowerCase().match(/(?:[^,"\\]|\\.|"[^"]*")+/g) ?? [];
  const plain = parts.map((part) => {
    const [kind = '', ...value] = part.replaceAll(/["\\]/g, '').trim().split('=');
    return [KINDS.get(kind) ?? kind, ...value].join('=');
  });
  return plain.toSorted().join('\n');
}
