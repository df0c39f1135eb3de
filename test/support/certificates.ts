import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private key and its certificate, both in PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority for tests, and a server certificate that it signed for this machine. */
export interface TestAuthority {
  /** The authority's certificate, PEM. */
  readonly ca: string;
  readonly server: KeyPair;
}

/** Why tests with TLS are skipped: this machine has no openssl. */
export interface NoAuthority {
  readonly skipped: string;
}

/** Creates an authority with the openssl program. It is valid for two days. */
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
