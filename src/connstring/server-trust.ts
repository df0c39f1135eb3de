import { X509Certificate } from 'node:crypto';
import { DriverError } from '../core/errors.ts';
import { readNamedFile } from '../core/named-file.ts';
import type { ServerTrust } from '../core/network-settings.ts';
import type { Ports } from '../core/ports.ts';
import { path } from './value-types.ts';

/** Reads SSLServerCert: PEM text, a file of it, a SHA-256 fingerprint, or `*`. */
export async function serverTrust(
  given: string | undefined,
  ports: Pick<Ports, 'env' | 'home' | 'readFile' | 'warn'>,
): Promise<ServerTrust | undefined> {
  if (given === undefined) return undefined;
  const value = given.trim();
  if (value === '*') {
    ports.warn('SSLServerCert is *: any server can pass for the right one and read what is sent to it');
    return { kind: 'anything' };
  }
  if (value.includes('-----BEGIN ')) {
    return { kind: 'certificates', pem: certificates(value, 'The text of SSLServerCert') };
  }
  const digits = value
    .replace(/^sha-?256[:=]/i, '')
    .replaceAll(/[:\s]/g, '')
    .toLowerCase();
  if (/^[\da-f]{64}$/.test(digits)) return { kind: 'fingerprint', sha256: digits };
  if (/^([\da-f]{32}|[\da-f]{40})$/.test(digits)) {
    throw new DriverError(
      'CONN_BAD_VALUE',
      `SSLServerCert is a fingerprint of ${digits.length} digits; expected the 64 digits of SHA-256`,
    );
  }
  const file = path.read(value, ports);
  if ('expected' in file) throw new DriverError('CONN_BAD_VALUE', `SSLServerCert: expected ${file.expected}`);
  const text = await readNamedFile(file.value, ports, 'CONN_BAD_VALUE');
  if (text === undefined)
    throw new DriverError('CONN_BAD_VALUE', `SSLServerCert names ${value}, but there is no such file`);
  return { kind: 'certificates', pem: certificates(text, `The file ${value} of SSLServerCert`) };
}

/** The certificates of a text, one after the other; line breaks in it may have become blanks. */
function certificates(text: string, where: string): string {
  const blocks = text.split('-----BEGIN CERTIFICATE-----').slice(1);
  try {
    const found = blocks.map((block) => {
      const [base64 = ''] = block.split('-----END CERTIFICATE-----');
      return new X509Certificate(Buffer.from(base64, 'base64')).toString();
    });
    if (found.length > 0) return found.join('');
  } catch (cause) {
    throw new DriverError('CONN_BAD_VALUE', `${where} has a certificate that cannot be read`, { cause });
  }
  throw new DriverError('CONN_BAD_VALUE', `${where} has no certificate in PEM`);
}
