import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergedPfx } from './merged-pfx.ts';

/** Client certificates in the formats that connection strings accept. The password is `CANARY-open`. */
export interface ClientCertificates {
  /** The authority that signed them, PEM. */
  readonly ca: string;
  /** Subject `CN=ana, O=Corp`: certificate and key. */
  readonly pem: string;
  /** The same with an encrypted key. */
  readonly lockedPem: string;
  /** Subject `CN=bob, O=Corp`. */
  readonly other: string;
  readonly pfx: Buffer;
  /** Files with both certificates, bob's first, by their encryption. */
  readonly bothPfx: ReadonlyMap<string, Buffer>;
  /** Undefined if this openssl does not support the legacy encryption. */
  readonly oldPfx: Buffer | undefined;
}

export const CLIENT_PASSWORD = 'CANARY-open';

const TRIPLE_DES = 'PBE-SHA1-3DES';
const ENCRYPTIONS: Readonly<Record<string, readonly string[]>> = {
  'AES-256': [],
  'AES-128': ['-certpbe', 'AES-128-CBC', '-keypbe', 'AES-128-CBC'],
  'triple DES': ['-certpbe', TRIPLE_DES, '-keypbe', TRIPLE_DES, '-macalg', 'sha1'],
  'open certificates': ['-certpbe', 'NONE'],
};

/** Creates the certificates with the openssl program. They are valid for two days. */
export function clientCertificates(): ClientCertificates {
  const directory = mkdtempSync(join(tmpdir(), 'dynadbc-client-'));
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  };
  const read = (name: string): Buffer => readFileSync(join(directory, name));
  const text = (name: string): string => read(name).toString();
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout'];
  const issue = (name: string): void => {
    openssl('req', '-new', ...newKey, `${name}.key`, '-out', `${name}.csr`, '-subj', `/O=Corp/CN=${name}`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
    );
  };
  const pfx = (name: string, out: string, ...args: readonly string[]): void =>
    openssl(
      'pkcs12',
      '-export',
      '-in',
      `${name}.pem`,
      '-inkey',
      `${name}.key`,
      '-out',
      out,
      '-passout',
      `pass:${CLIENT_PASSWORD}`,
      ...args,
    );
  try {
    openssl('req', '-x509', ...newKey, 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Clients');
    issue('ana');
    issue('bob');
    openssl('pkcs8', '-topk8', '-in', 'ana.key', '-out', 'ana.locked', '-passout', `pass:${CLIENT_PASSWORD}`);
    pfx('ana', 'ana.pfx');
    return {
      ca: read('ca.pem').toString(),
      pem: text('ana.pem') + text('ana.key'),
      lockedPem: text('ana.pem') + text('ana.locked'),
      other: text('bob.pem') + text('bob.key'),
      pfx: read('ana.pfx'),
      bothPfx: new Map(
        Object.entries(ENCRYPTIONS).map(([how, args]) => {
          const files = ['bob', 'ana'].map((name) => {
            pfx(name, 'one.pfx', ...args);
            return read('one.pfx');
          });
          return [how, mergedPfx(files, CLIENT_PASSWORD)];
        }),
      ),
      oldPfx: ofOld(
        () => pfx('ana', 'old.pfx', '-legacy'),
        () => read('old.pfx'),
      ),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function ofOld(make: () => void, read: () => Buffer): Buffer | undefined {
  try {
    make();
    return read();
  } catch {
    return undefined;
  }
}
