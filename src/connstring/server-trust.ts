import { X509Certificate } from 'node:crypto';
import { DriverError } from '../core/errors.ts';
import { readNamedFile } from '../core/named-file.ts';
import type { ServerTrust } from '../core/network-settings.ts';
import type { Ports } from '../core/ports.ts';
import { path } from './value-types.ts';

/** Reads SSLServerCert: PEM, a PEM file, a SHA-256 fingerprint, or `*`. */
export async function readServerTrust(
  setting: string | undefined,
  ports: Pick<Ports, 'env' | 'home' | 'readFile' | 'warn'>,
): Promise<ServerTrust | undefined> {
  if (setting === undefined) return undefined;
  const value = setting.trim();
  if (value === '*') {
    ports.warn(
      'SSLServerCert=* disables certificate verification: any server can impersonate AWS and read the traffic',
    );
    return { kind: 'anything' };
  }
  if (value.includes('-----BEGIN ')) {
    return { kind: 'certificates', pem: parseCertificates(value, 'SSLServerCert') };
  }
  const digits = value
    .replace(/^sha-?256[:=]/i, '')
    .replaceAll(/[:\s]/g, '')
    .toLowerCase();
  if (/^[\da-f]{64}$/.test(digits)) return { kind: 'fingerprint', sha256: digits };
  if (/^([\da-f]{32}|[\da-f]{40})$/.test(digits)) {
    throw new DriverError(
      'CONN_BAD_VALUE',
      `SSLServerCert is a fingerprint of ${digits.length} digits; expected the 64 digits of a SHA-256 fingerprint`,
    );
  }
  const file = path.read(value, ports);
  if ('expected' in file)
    throw new DriverError('CONN_BAD_VALUE', `invalid value for SSLServerCert: expected ${file.expected}`);
  const pem = await readNamedFile(file.value, ports, 'CONN_BAD_VALUE');
  if (pem === undefined)
    throw new DriverError('CONN_BAD_VALUE', `could not open file "${value}" of SSLServerCert: no such file`);
  return { kind: 'certificates', pem: parseCertificates(pem, `file "${value}" of SSLServerCert`) };
}

/** The certificates in PEM text. Line breaks may have become spaces, as some forms do. */
function parseCertificates(pem: string, where: string): string {
  const blocks = pem.split('-----BEGIN CERTIFICATE-----').slice(1);
  try {
    const parsed = blocks.map((block) => {
      const [base64 = ''] = block.split('-----END CERTIFICATE-----');
      return new X509Certificate(Buffer.from(base64, 'base64')).toString();
    });
    if (parsed.length > 0) return parsed.join('');
  } catch (cause) {
    throw new DriverError('CONN_BAD_VALUE', `${where} contains an invalid certificate`, { cause });
  }
  throw new DriverError('CONN_BAD_VALUE', `${where} contains no PEM certificate`);
}
