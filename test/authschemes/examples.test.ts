import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import { startAdfs } from '../doubles/adfs.ts';
import type { HttpsServer } from '../doubles/https-server.ts';
import { startOkta } from '../doubles/okta.ts';
import { startPing } from '../doubles/pingfederate.ts';
import { fakePorts } from '../doubles/ports.ts';
import { startProxy } from '../doubles/proxy.ts';
import { callerIdentity, toFields, startSts, stsCredentials } from '../doubles/sts.ts';
import { type KeyPair, testAuthority } from '../support/certificates.ts';
import { samlResponse } from '../support/tokens.ts';
import { startFederatedBackend, type FederatedBackend } from '../credentials/federated/federated-backend.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const folder = new URL('../fixtures/connection-strings/', import.meta.url);
const readExample = async (name: string): Promise<string> =>
  (await readFile(new URL(name, folder), 'utf8')).trim();

type Server = HttpsServer | Awaited<ReturnType<typeof startAdfs>>;
const [user, password] = ['user@cdata.com', 'CH8WerW121235647iCa6'];

/** The identity provider of each example. */
const SERVERS: Readonly<Record<string, (keys: KeyPair, name: string) => Promise<Server>>> = {
  'adfs.txt': (keys, name) => startAdfs(keys, { user: name, password }),
  'adfs-integrated.txt': (keys) => startAdfs(keys, { tickets: ['dGlja2V0'] }),
  'okta.txt': (keys, name) =>
    startOkta(keys, {
      user: name,
      password,
      apiToken: '01230GGG2ceAnm_tPAf4MhiMELXZ0L0N1pAYrO1VR-hGQSf',
      samlResponse: samlResponse(),
    }),
  'pingfederate.txt': (keys) =>
    startPing(keys, {
      user: 'admin',
      password: 'PassValue',
      partner: 'https://us-east-1.signin.aws.amazon.com/platform/saml/acs/764ef411-xxxxxx',
    }),
};

/** The example with the host of this server and an account ID of twelve digits. */
function adaptExample(server: Server, text: string): string {
  return text
    .replace(/(SSOLoginURL='?)https:\/\/[^/';]+/, `$1${server.origin}`)
    .replaceAll('arn:aws:iam::1234:', 'arn:aws:iam::123456789012:');
}

function findUser(text: string): string {
  return /(?:^|;)\s*user=([^;]*)/i.exec(text)?.[1] ?? user;
}

const doubles = ({ sts, table }: FederatedBackend): string =>
  `;SSLServerCert='${ca}';STSEndpoint=${sts.endpoint};Endpoint=${table.endpoint};TypeDetectionScheme=None`;

it('every example of a federated scheme is tested here', async () => {
  expect(Object.keys(SERVERS).toSorted()).toEqual((await readdir(folder)).toSorted());
});

describeWithTls('a connection string of another driver works, except for its hosts and ARNs', () => {
  it.each(Object.keys(SERVERS))('%s', async (name) => {
    const text = await readExample(name);
    const server = await SERVERS[name]?.(pair, findUser(text));
    if (server === undefined) throw new Error('no server');
    await using _ = server;
    await using backend = await startFederatedBackend();
    await using connection = await connect(adaptExample(server, text) + doubles(backend), {
      ports: {
        ...fakePorts(),
        now: () => Date.now(),
        negotiatorFor: async () => ({ step: async (challenge) => (challenge === '' ? 'dGlja2V0' : '') }),
      },
    });
    expect((await connection.query('SELECT id FROM things')).rows).toEqual([{ id: 'one' }]);
    const [request] = backend.stsRequests();
    expect(request?.['RoleArn']).toBe(/AWSRoleArn=([^;]+)/i.exec(adaptExample(server, text))?.[1]);
    expect(request?.['PrincipalArn']).toBe(/AWSPrincipalArn=([^;]+)/i.exec(adaptExample(server, text))?.[1]);
  });
});

describeWithTls('without a Region, a federated scheme', () => {
  it('uses us-east-1, warns once, and reads DynamoDB there', async () => {
    const text = await readExample('pingfederate.txt');
    await using ping = (await SERVERS['pingfederate.txt']?.(pair, 'admin')) as HttpsServer;
    await using backend = await startFederatedBackend();
    await using proxy = await startProxy();
    const ports = fakePorts();
    // This host name is not local: for a local endpoint, no Region is required.
    const endpoint = backend.table.endpoint.replace('127.0.0.1', 'dynamodb.corp.test');
    const remote = `;Endpoint=${endpoint};ProxyServer=127.0.0.1:${proxy.port};ProxyExceptions=127.0.0.1`;
    await using connection = await connect(
      adaptExample(ping, text) + doubles(backend).replace(/;Endpoint=[^;]+/, remote),
      {
        ports,
      },
    );
    expect((await connection.query('SELECT id FROM things')).rows).toEqual([{ id: 'one' }]);
    await connection.query('SELECT id FROM things');
    expect(backend.table.requests.at(-1)?.headers.authorization).toContain('/us-east-1/dynamodb/');
    const warnings = ports.warnings.filter((line) => line.includes('Region'));
    expect(warnings).toEqual([
      'No Region is set, so AuthScheme PingFederate uses us-east-1; set AWSRegion, AWS_REGION or the region of the profile to the Region of the tables',
    ]);
  });

  it.each([
    ['ADFS', 'SSOLoginURL=https://adfs.corp.test'],
    ['Okta', 'User=a;Password=b;SSOLoginURL=https://corp.okta.test/home/amazon_aws/0oa/272'],
    ['PingFederate', 'User=a;Password=b;SSOLoginURL=https://ping.corp.test'],
    ['SAMLAssertion', 'SAMLAssertion=PHg+'],
  ])('%s requires none, and does not warn if one is set', async (scheme, properties) => {
    const text = `AuthScheme=${scheme};${properties};`;
    const cases = [
      ['', {}, 1],
      ['AWSRegion=Ireland', {}, 0],
      ['', { env: { AWS_REGION: 'eu-west-1' } }, 0],
      ['', { files: { '/home/ana/.aws/config': '[default]\nregion = eu-west-1\n' } }, 0],
    ] as const;
    for (const [more, setup, warnings] of cases) {
      const ports = fakePorts(setup);
      await using connection = await connect(text + more, { ports });
      expect(connection).toBeDefined();
      expect(ports.warnings.filter((line) => line.includes('us-east-1'))).toHaveLength(warnings);
    }
  });

  it('calls GetCallerIdentity in that Region', async () => {
    const text = await readExample('pingfederate.txt');
    await using ping = (await SERVERS['pingfederate.txt']?.(pair, 'admin')) as HttpsServer;
    await using sts = await startSts((body) =>
      body.includes('GetCallerIdentity')
        ? callerIdentity('arn:aws:sts::123456789012:assumed-role/SSOTest2/ana')
        : stsCredentials('AssumeRoleWithSAML', 'ASIACORP'),
    );
    await using connection = await connect(
      `${adaptExample(ping, text)};SSLServerCert='${ca}';STSEndpoint=${sts.endpoint}`,
      { ports: fakePorts() },
    );
    expect((await connection.whoami()).account).toBe('123456789012');
    expect(sts.requests.map((request) => toFields(request)['Action'])).toEqual([
      'AssumeRoleWithSAML',
      'GetCallerIdentity',
    ]);
    expect(sts.requests[1]?.authorization).toContain('/us-east-1/sts/');
  });
});
