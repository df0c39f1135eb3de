import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Options } from '../../connstring/properties.ts';
import { path as pathType } from '../../connstring/value-types.ts';
import { DriverError, getErrorMessage } from '../../core/errors.ts';
import { toClientCertificateOptions } from '../../net/client-certificate.ts';
import type { ClientCertificate } from '../../core/network-settings.ts';
import type { Ports } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import { type KeyStore, readPfx } from './pfx.ts';

type SsoProperties = NonNullable<Options['ssoProperties']>;
type FilePorts = Pick<Ports, 'readFile' | 'readBytes' | 'home' | 'env'>;

/** Loads the client certificate of the `SSLClientCert…` properties; undefined if they are not set. */
export async function loadClientCertificate(
  sso: SsoProperties | undefined,
  ports: FilePorts,
): Promise<ClientCertificate | undefined> {
  const source = sso?.sslClientCert;
  if (sso === undefined || source === undefined) return undefined;
  const { sslClientCertPassword: password, sslClientCertSubject: subject } = sso;
  switch (sso.sslClientCertType ?? guessType(source)) {
    case 'PFXFILE':
      return readPfxCertificate(await readFileBytes(source, ports), subject, password);
    case 'PFXBLOB':
      return readPfxCertificate(Buffer.from(source.reveal(), 'base64'), subject, password);
    case 'PEMKEY_FILE':
      return readPemCertificate((await readFileBytes(source, ports)).toString(), subject, password);
    case 'PEMKEY_BLOB':
      return readPemCertificate(decodePem(source.reveal()), subject, password);
  }
}

function guessType(source: Secret): NonNullable<SsoProperties['sslClientCertType']> {
  const text = source.reveal();
  if (text.includes('-----BEGIN ')) return 'PEMKEY_BLOB';
  return /\.(pem|crt|cer)$/i.test(text) ? 'PEMKEY_FILE' : 'PFXFILE';
}

async function readFileBytes(source: Secret, files: FilePorts): Promise<Buffer> {
  const parsed = pathType.read(source.reveal(), files);
  if ('expected' in parsed) throw toFileError('is not a path');
  const path = parsed.value;
  let bytes: Buffer | undefined;
  try {
    bytes = files.readBytes === undefined ? toBytes(await files.readFile(path)) : await files.readBytes(path);
  } catch (error) {
    // The value may be the content itself instead of a path, so it is not shown.
    throw toFileError(
      `names a file that could not be read: ${getErrorMessage(error).replaceAll(path, '***')}`,
    );
  }
  if (bytes === undefined) throw toFileError('names a file that does not exist');
  return bytes;
}

function toFileError(why: string): DriverError {
  return new DriverError('CONN_BAD_VALUE', `SSLClientCert ${why}`, {
    remedy:
      'Check SSLClientCert and SSLClientCertType: with PFXBLOB and PEMKEY_BLOB, SSLClientCert is the content itself.',
  });
}

function toBytes(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

function decodePem(text: string): string {
  return text.includes('-----BEGIN ') ? text : Buffer.from(text, 'base64').toString();
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+(?:-[^-]+)*-----END [A-Z ]*PRIVATE KEY-----/g;

function readPemCertificate(
  text: string,
  subject: string | undefined,
  password: Secret | undefined,
): ClientCertificate {
  const certificates = readCertificates(text);
  const keys = (text.match(KEY) ?? []).flatMap((key) => decryptKey(key, password) ?? []);
  // Without a pair, the TLS layer reports the better error: a missing part, or a wrong password.
  return (
    selectCertificate({ certificates, keys }, subject) ?? { kind: 'pem', pem: new Secret(text), password }
  );
}

function readPfxCertificate(
  pfx: Buffer,
  subject: string | undefined,
  password: Secret | undefined,
): ClientCertificate {
  const whole: ClientCertificate = { kind: 'pfx', pfx, password };
  // By default, the TLS layer uses the first one that has a key.
  if (isAnySubject(subject)) return whole;
  toClientCertificateOptions(whole);
  return selectCertificate(readPfx(pfx, password), subject) ?? whole;
}

function isAnySubject(subject: string | undefined): boolean {
  return subject === undefined || subject === '*';
}

/**
 * Selects the certificate with this subject and its key, followed by the others as its chain. The subject matches as a
 * whole, else as a part of the first that contains it. Undefined if no certificate has a key.
 */
function selectCertificate(
  { certificates, keys }: KeyStore,
  subject: string | undefined,
): ClientCertificate | undefined {
  const pairs = certificates.flatMap((certificate) => {
    const key = keys.find((candidate) => certificate.checkPrivateKey(candidate));
    return key === undefined ? [] : [{ certificate, key, name: formatSubject(certificate) }];
  });
  if (pairs.length === 0) return undefined;
  const pattern = isAnySubject(subject) ? '' : (subject ?? '');
  const pair =
    pairs.find(({ name }) => isSameName(name, pattern)) ??
    pairs.find(({ name }) => name.toLowerCase().includes(pattern.toLowerCase()));
  if (pair === undefined) {
    throw new DriverError(
      'CONN_BAD_VALUE',
      `SSLClientCert has no certificate with the subject "${pattern}" (available: ${pairs.map(({ name }) => `"${name}"`).join(', ')})`,
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
    throw new DriverError('CONN_BAD_VALUE', 'SSLClientCert contains an invalid certificate', { cause });
  }
}

/** Undefined if the password is wrong. */
function decryptKey(key: string, password: Secret | undefined): KeyObject | undefined {
  try {
    return createPrivateKey({ key, ...(password === undefined ? {} : { passphrase: password.reveal() }) });
  } catch {
    return undefined;
  }
}

function formatSubject({ subject }: X509Certificate): string {
  return subject.split('\n').join(', ');
}

/** Programs write the attributes of a name in either order, and some attribute types differently. */
function isSameName(one: string, other: string): boolean {
  return normalizeName(one) === normalizeName(other);
}

const ATTRIBUTE_TYPES: ReadonlyMap<string, string> = new Map([
  ['e', 'emailaddress'],
  ['s', 'st'],
]);

function normalizeName(name: string): string {
  const parts = name.toLowerCase().match(/(?:[^,"\\]|\\.|"[^"]*")+/g) ?? [];
  const attributes = parts.map((part) => {
    const [type = '', ...value] = part.replaceAll(/["\\]/g, '').trim().split('=');
    return [ATTRIBUTE_TYPES.get(type) ?? type, ...value].join('=');
  });
  return attributes.toSorted().join('\n');
}
