import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private key and the certificate that goes with it, both PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** An authority of the test's own, and a server certificate for this machine that it signed. */
export interface TestAuthority {
  /** The authority's certificate, PEM. */
  readonly ca: string;
  readonly server: KeyPair;
}

/** Why there is no authority: openssl is not on this machine. */
export interface NoAuthority {
  readonly skipped: string;
}

/** Makes an authority with the openssl program; good for two days. */
export function testAuthority(names = 'DNS:localhost,IP:127.0.0.1'): TestAuthority | NoAuthority {
  const directory = mkdtempSync(join(tmpdir(), 'dynadbc-ca-'));
  const file = (name: string): string => join(directory, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout'];
  try {
    openssl(
      'req',
      '-x509',
      ...newKey,
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      '/CN=Test authority',
    );
    openssl('req', '-new', ...newKey, 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
    writeFileSync(file('names'), `subjectAltName=${names}\n`);
    const signed = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'names',
    ];
    openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signed);
    const read = (name: string): string => readFileSync(file(name), 'utf8');
    return { ca: read('ca.pem'), server: { key: read('server.key'), cert: read('server.pem') } };
  } catch (error) {
    if (Object(error).code === 'ENOENT') return { skipped: 'openssl is not on this machine' };
    throw error;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
