import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROPERTIES } from '../../src/connstring/properties.ts';
import { format } from '../../src/connstring/format.ts';
import type { ConnectionObject } from '../../src/connstring/entries.ts';
import type { DriverError } from '../../src/core/errors.ts';
import type { Ports } from '../../src/core/ports.ts';
import { connect } from '../../src/host/node/connect.ts';
import { processPorts } from '../../src/host/node/process-ports.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const ROLE = 'arn:aws:iam::123456789012:role/Analyst';
/** A closed port, since no test should send a request. */
const NOBODY = 'http://127.0.0.1:1';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'named-'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await mkdir(join(folder, 'folder'));
  await symlink('/dev/zero', join(folder, 'device'));
  await writeFile(join(folder, 'huge'), 'x'.repeat(1024 * 1024 + 1), { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true }));

interface Machine {
  readonly env?: Readonly<Record<string, string>>;
  readonly home?: string;
}

/** The ports of this process with another environment and home directory. */
function createPorts({ env = {}, home = '/nowhere' }: Machine): Ports {
  return { ...processPorts({ onWarning: () => undefined }), env: (name) => env[name], home };
}

async function getError(properties: ConnectionObject, machine: Machine = {}): Promise<DriverError> {
  const usual = { AWSRegion: 'eu-west-1', STSEndpoint: NOBODY, MaximumRequestRetries: '1' };
  return thrownBy(async () => {
    await using connection = await connect(format({ ...usual, ...properties }), {
      ports: createPorts(machine),
    });
    await connection.whoami();
  });
}

/** The properties that name a file, and how. */
const NAMED: readonly (readonly [
  name: string,
  properties: (file: string) => ConnectionObject,
  env?: (file: string) => Readonly<Record<string, string>>,
])[] = [
  ['AWSCredentialsFile', (file) => ({ AuthScheme: 'AwsCredentialsFile', AWSCredentialsFile: file })],
  ['AWSConfigFile', (file) => ({ AuthScheme: 'AwsCredentialsFile', AWSConfigFile: file })],
  [
    'AWSWebIdentityTokenFile',
    (file) => ({ AuthScheme: 'AwsWebIdentity', AWSRoleARN: ROLE, AWSWebIdentityTokenFile: file }),
  ],
  ['SAMLAssertionFile', (file) => ({ AuthScheme: 'SAMLAssertion', SAMLAssertionFile: file })],
  ['SSLServerCert', (file) => ({ AWSAccessKey: 'A', AWSSecretKey: 's', SSLServerCert: file })],
  [
    'CredentialsLocation',
    (file) => ({
      AuthScheme: 'AwsMFA',
      AWSAccessKey: 'A',
      AWSSecretKey: 's',
      MFASerialNumber: 'arn:aws:iam::123456789012:mfa/ana',
      MFAToken: '123456',
      CredentialsLocation: file,
    }),
  ],
  [
    'SSLClientCert',
    (file) => ({
      AuthScheme: 'PingFederate',
      User: 'ana',
      Password: 'p',
      SSOLoginURL: 'https://sso.example/',
      SSOProperties: `SSLClientCert='${file}';SSLClientCertType=PEMKEY_FILE`,
    }),
  ],
  [
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
    () => ({ AuthScheme: 'AwsContainer' }),
    (file) => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: NOBODY,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    }),
  ],
  ['ODBCINI', () => ({ DSN: 'x' }), (file) => ({ ODBCINI: file })],
];

describe.each(NAMED)('a file that %s names', (name, properties, env) => {
  it.each([
    ['pipe', 'not a regular file'],
    ['folder', 'not a regular file'],
    ['device', name === 'CredentialsLocation' ? 'a symbolic link' : 'not a regular file'],
    ['huge', 'larger than 1048576 bytes'],
  ])('is refused immediately if it is a %s', async (what, reason) => {
    const file = join(folder, what);
    const error = await getError(properties(file), { env: env?.(file) ?? {} });
    expect(error.message).toContain(reason);
    expect(error.code).toMatch(/^(AUTH_PROFILE|AUTH_NO_CREDENTIALS|CONN_BAD_VALUE|CONN_DSN_NOT_FOUND)$/);
  });

  it('is reported if it does not exist', async () => {
    const file = join(folder, '..', '..', 'no', 'such');
    const error = await getError(properties(file), { env: env?.(file) ?? {} });
    // Files that are only written need not exist.
    const missed =
      name === 'CredentialsLocation'
        ? /could not connect to/
        : /no such file|does not exist|could not be found/;
    expect(error.message).toMatch(missed);
  });
});

it('all properties that name files for the sign-in are tested', () => {
  const elsewhere = new Set(['Location', 'TempDirectory', 'Logfile']);
  const paths = Object.values(PROPERTIES)
    .filter(({ type }) => type.label.startsWith('path'))
    .map(({ key }) => key)
    .filter((key) => !elsewhere.has(key));
  expect(NAMED.map(([name]) => name)).toEqual(expect.arrayContaining(paths));
  expect(paths.length).toBeGreaterThan(4);
});

it('a profile of IAM Identity Center does not wait for a pipe in place of its token', async () => {
  const home = join(folder, 'home');
  const cache = join(home, '.aws', 'sso', 'cache', `${createHash('sha1').update('corp').digest('hex')}.json`);
  await mkdir(dirname(cache), { recursive: true });
  execFileSync('mkfifo', [cache]);
  const session = '[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://x.example/\n';
  await writeFile(
    join(home, '.aws', 'config'),
    `[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = R\n${session}`,
  );
  const error = await getError({ AuthScheme: 'AwsCredentialsFile' }, { home });
  expect(error.message).toBe(`could not read file "${cache}": ${cache} is not a regular file`);
});

it('a log does not wait for a pipe or write to a device', async () => {
  for (const [what, reason] of [
    ['pipe', 'ENXIO'],
    ['device', 'it is not a regular file'],
    ['folder', 'EISDIR'],
  ] as const) {
    const error = await getError({ AWSAccessKey: 'A', AWSSecretKey: 's', Logfile: join(folder, what) });
    expect([error.code, error.message]).toEqual(['CONN_BAD_VALUE', expect.stringContaining(reason)]);
  }
});

it('schema files are not read from pipes', async () => {
  const location = join(folder, 'schemas');
  await mkdir(location);
  execFileSync('mkfifo', [
    join(location, 'a.rsd'),
    join(location, 'a.schema.json'),
    join(location, 'a.json'),
  ]);
  const properties = { AWSAccessKey: 'A', AWSSecretKey: 's', Endpoint: NOBODY, Location: location };
  const ports = createPorts({});
  await using connection = await connect(
    format({ AWSRegion: 'eu-west-1', MaximumRequestRetries: '1', MaxRecoverySeconds: '1', ...properties }),
    { ports },
  );
  expect((await thrownBy(() => connection.query('SELECT * FROM a'))).code).toBe('CONN_NETWORK');
});

it.each([
  ['a blob that looks like a path', Buffer.alloc(6000, 'CANARY').toString('base64').slice(0, 8000)],
  ['a NUL', 'CANARY\0'],
  ['a path that is too long', `/${'CANARY'.repeat(1000)}`],
])('the value of a client certificate is not shown if it is %s', async (_, certificate) => {
  const error = await getError({
    AuthScheme: 'PingFederate',
    User: 'ana',
    Password: 'p',
    SSOLoginURL: 'https://sso.example/',
    SSOProperties: `SSLClientCert='${certificate}'`,
  });
  expect([error.code, error.message]).toEqual(['CONN_BAD_VALUE', expect.stringContaining('SSLClientCert')]);
  expect(collectOutput(error)).not.toContain(certificate.slice(0, 30));
});

const at = (location: string): ConnectionObject => ({
  AuthScheme: 'AwsMFA',
  AWSAccessKey: 'AKIA0000000000000000',
  AWSSecretKey: 's',
  MFASerialNumber: 'arn:aws:iam::123456789012:mfa/ana',
  CredentialsLocation: location,
});

describe('CredentialsLocation', () => {
  it('does not touch files of other users, also through links', async () => {
    const path = join(folder, 'mine');
    await writeFile(path, 'precious', { mode: 0o600 });
    for (const location of [path, join(folder, 'folder', '..', 'mine'), `${folder}/./mine`]) {
      const error = await getError(at(location));
      expect(error.message).toBe(`CredentialsLocation: ${location} does not contain saved sessions`);
    }
    expect(await readFile(path, 'utf8')).toBe('precious');
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each(['s3://bucket/x', 'file:///tmp/x', 'a\0b', '%HOME%/x', '%APPDATA%/x'])(
    'refuses "%s", which is not a local path',
    async (location) => {
      const error = await getError(at(location), { env: { HOME: folder } });
      expect([error.code, error.message]).toEqual([
        'CONN_BAD_VALUE',
        expect.stringContaining('expected memory://name or a local path'),
      ]);
    },
  );

  it('may be in the folder for application data on Windows', async () => {
    await writeFile(join(folder, 'known'), 'else', { mode: 0o600 });
    const error = await getError(at('%APPDATA%/known'), { env: { APPDATA: folder } });
    expect(error.message).toContain(`${folder}/known does not contain saved sessions`);
  });
});
