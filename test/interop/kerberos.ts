import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { responsePage } from '../doubles/adfs.ts';
import { testAuthority } from '../support/certificates.ts';
import { samlResponse } from '../support/tokens.ts';
import { findMissingPackages } from './debian.ts';
import { findFreePort, startProgram } from './program.ts';

/** The result of a sign-in as the Windows user. */
export type Outcome =
  | { readonly roles: readonly string[] }
  | { readonly code: string; readonly message: string };

/** A realm with the user `ana`, and a page of Apache that requires Negotiate. */
export interface KerberosRealm extends AsyncDisposable {
  /** Signs in at the page, with or without a ticket. */
  signIn(host: string, ticket: 'with' | 'without'): Outcome;
  /** The users that Apache signed in. */
  visitors(): readonly string[];
}

const REALM = 'CORP.TEST';
const PASSWORD = 'kerberos-test';
const PACKAGES = [
  'krb5-kdc',
  'krb5-admin-server',
  'krb5-user',
  'apache2',
  'libapache2-mod-auth-gssapi',
  'libkrb5-dev',
];
const READY_MS = 15_000;

/** Starts both on loopback. Returns the reason if they are not available. */
export async function startKerberos(): Promise<KerberosRealm | { readonly skipped: string }> {
  const absent = findMissingPackages(PACKAGES);
  if (absent !== undefined) return { skipped: absent };
  const module = installKerberosModule();
  if (typeof module !== 'string') return module;
  const authority = testAuthority();
  if ('skipped' in authority) return authority;

  const directory = mkdtempSync(join(tmpdir(), 'dynadbc-krb5-'));
  chmodSync(directory, 0o755);
  const file = (name: string): string => join(directory, name);
  const kdcPort = await findFreePort();
  writeFileSync(file('krb5.conf'), formatKrb5Conf(kdcPort));
  writeFileSync(file('kdc.conf'), formatKdcConf(kdcPort, file));
  const kdcEnv = { ...env, KRB5_CONFIG: file('krb5.conf'), KRB5_KDC_PROFILE: file('kdc.conf') };
  const run = (command: string, args: readonly string[], input = ''): void => {
    execFileSync(command, args, { env: kdcEnv, input, stdio: 'pipe' });
  };
  run('kdb5_util', ['create', '-s', '-r', REALM, '-P', PASSWORD]);
  run('kadmin.local', ['-r', REALM, 'addprinc', '-pw', PASSWORD, 'ana']);
  run('kadmin.local', ['-r', REALM, 'addprinc', '-randkey', 'HTTP/localhost']);
  run('kadmin.local', ['-r', REALM, 'ktadd', '-k', file('http.keytab'), 'HTTP/localhost']);
  chmodSync(file('http.keytab'), 0o644);

  const kdc = spawn('krb5kdc', ['-n', '-r', REALM], { env: kdcEnv, stdio: 'ignore' });
  const withTicket = { ...kdcEnv, KRB5CCNAME: `FILE:${file('ticket')}` };
  const hasTicket = await waitUntil(() => {
    const { status } = spawnSync('kinit', [`ana@${REALM}`], { env: withTicket, input: `${PASSWORD}\n` });
    return status === 0;
  });

  writeFileSync(file('ca.pem'), authority.ca);
  writeFileSync(file('server.pem'), authority.server.cert + authority.server.key);
  writeFileSync(file('page.html'), responsePage(samlResponse()));
  let port = 0;
  const apache = await startProgram(
    'apache2',
    (chosen) => {
      port = chosen;
      writeFileSync(file('apache.conf'), formatApacheConf(chosen, file));
      return ['-DFOREGROUND', '-f', file('apache.conf')];
    },
    { ready: '/' },
  );
  const stop = async (): Promise<void> => {
    if (!('skipped' in apache)) await apache[Symbol.asyncDispose]();
    kdc.kill();
    rmSync(directory, { recursive: true, force: true });
  };
  if ('skipped' in apache || !hasTicket) {
    await stop();
    return 'skipped' in apache ? apache : { skipped: 'the Kerberos server gave no ticket' };
  }
  return {
    signIn(host, ticket) {
      const cache = { KRB5CCNAME: `FILE:${file(ticket === 'with' ? 'ticket' : 'none')}` };
      const args = [
        '--import',
        'tsx',
        'test/interop/windows-client.ts',
        `https://${host}:${port}`,
        file('ca.pem'),
        module,
      ];
      const said = execFileSync('node', args, { env: { ...kdcEnv, ...cache }, encoding: 'utf8' });
      return JSON.parse(said) as Outcome;
    },
    visitors: () =>
      readFileSync(file('access.log'), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && line !== '-'),
    [Symbol.asyncDispose]: stop,
  };
}

/** Installs the package `kerberos` once per machine, since it is not a dependency of the driver. */
function installKerberosModule(): string | { readonly skipped: string } {
  const directory = join(tmpdir(), 'dynadbc-kerberos-module');
  const entry = join(directory, 'node_modules', 'kerberos', 'lib', 'index.js');
  if (existsSync(entry)) return entry;
  if (env['DYNADBC_INTEROP'] !== 'install') {
    return { skipped: 'the package kerberos is not built (DYNADBC_INTEROP=install builds it)' };
  }
  mkdirSync(directory, { recursive: true });
  const { status, stderr } = spawnSync('npm', ['install', '--prefix', directory, '--no-save', 'kerberos@7'], {
    encoding: 'utf8',
  });
  return status === 0 ? entry : { skipped: `the package kerberos could not be built: ${stderr.slice(-200)}` };
}

async function waitUntil(isDone: () => boolean): Promise<boolean> {
  for (const end = Date.now() + READY_MS; Date.now() < end; await pause(100)) {
    if (isDone()) return true;
  }
  return false;
}

function formatKrb5Conf(port: number): string {
  return `[libdefaults]
default_realm = ${REALM}
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
[realms]
${REALM} = {
  kdc = 127.0.0.1:${port}
}
[domain_realm]
localhost = ${REALM}
127.0.0.1 = ${REALM}
`;
}

function formatKdcConf(port: number, file: (name: string) => string): string {
  return `[kdcdefaults]
kdc_listen = 127.0.0.1:${port}
kdc_tcp_listen = 127.0.0.1:${port}
[realms]
${REALM} = {
  database_name = ${file('principal')}
  key_stash_file = ${file('stash')}
  acl_file = ${file('acl')}
}
`;
}

const MODULES = ['mpm_event', 'ssl', 'alias', 'authn_core', 'authz_core', 'authz_user', 'auth_gssapi'];

function formatApacheConf(port: number, file: (name: string) => string): string {
  const loaded = MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
  return `ServerName localhost
ServerRoot ${file('.')}
PidFile ${file('apache.pid')}
DefaultRuntimeDir ${file('.')}
ErrorLog ${file('error.log')}
Listen 127.0.0.1:${port}
${loaded.join('\n')}
User www-data
Group www-data
LogFormat "%u" visitors
CustomLog ${file('access.log')} visitors
SSLEngine on
SSLCertificateFile ${file('server.pem')}
DocumentRoot ${file('.')}
Redirect 302 /adfs/ls/IdpInitiatedSignOn.aspx /adfs/ls/wia
Alias /adfs/ls/wia ${file('page.html')}
<Directory ${file('.')}>
  Require all denied
</Directory>
<Location /adfs/ls/wia>
  AuthType GSSAPI
  AuthName "ADFS"
  GssapiSSLonly On
  GssapiCredStore keytab:${file('http.keytab')}
  Require valid-user
</Location>
`;
}
