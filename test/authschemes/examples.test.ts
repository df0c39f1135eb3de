import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import { startAdfs } from '../doubles/adfs.ts';
import type { HttpsServer } from '../doubles/https-server.ts';
import { startOkta } from '../doubles/okta.ts';
import { startPing } from '../doubles/pingfederate.ts';
import { fakePorts } from '../doubles/ports.ts';
import { startProxy } from '../doubles/proxy.ts';
import { callerIdentity, fieldsOf, startSts, stsCredentials } from '../doubles/sts.ts';
import { type KeyPair, testAuthority } from '../support/certificates.ts';
import { samlResponse } from '../support/tokens.ts';
import { federatedWorld, type FederatedWorld } from '../credentials/federated/federated-world.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const folder = new URL('../fixtures/connection-strings/', import.meta.url);
const textOf = async (name: string): Promise<string> =>
  (await readFile(new URL(name, folder), 'utf8')).trim();

type Server = HttpsServer | Awaited<ReturnType<typeof startAdfs>>;
const [user, password] = ['user@cdata.com', 'CH8WerW121235647iCa6'];

/** The server that each example signs in at, as the example describes it. */
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

/** The example with this server's host and an account of twelve digits; all else stays as it is. */
function at(server: Server, text: string): string {
  return text
    .replace(/(SSOLoginURL='?)https:\/\/[^/';]+/, `$1${server.origin}`)
    .replaceAll('arn:aws:iam::1234:', 'arn:aws:iam::123456789012:');
}

function userIn(text: string): string {
  return /(?:^|;)\s*user=([^;]*)/i.exec(text)?.[1] ?? user;
}

const doubles = ({ sts, table }: FederatedWorld): string =>
  `;SSLServerCert='${ca}';STSEndpoint=${sts.endpoint};Endpoint=${table.endpoint};TypeDetectionScheme=None`;

it('every example of a federated scheme is tried here', async () => {
  expect(Object.keys(SERVERS).toSorted()).toEqual((await readdir(folder)).toSorted());
});

describeWithTls('a connection string written for another driver works, but for its hosts and ARNs', () => {
  it.each(Object.keys(SERVERS))('%s', async (name) => {
    const text = await textOf(name);
    const server = await SERVERS[name]?.(pair, userIn(text));
    if (server === undefined) throw new Error('no server');
    await using _ = server;
    await using world = await federatedWorld();
    await using connection = await connect(at(server, text) + doubles(world), {
      ports: {
        ...fakePorts(),
        now: () => Date.now(),
        negotiatorFor: async () => ({ step: async (challenge) => (challenge === '' ? 'dGlja2V0' : '') }),
      },
    });
    expect((await connection.query('SELECT id FROM things')).rows).toEqual([{ id: 'one' }]);
    const [asked] = world.asked();
    expect(asked?.['RoleArn']).toBe(/AWSRoleArn=([^;]+)/i.exec(at(server, text))?.[1]);
    expect(asked?.['PrincipalArn']).toBe(/AWSPrincipalArn=([^;]+)/i.exec(at(server, text))?.[1]);
  });
});

describeWithTls('without a Region, a federated scheme', () => {
  it('takes us-east-1, says so once, and reads DynamoDB there', async () => {
    const text = await textOf('pingfederate.txt');
    await using ping = (await SERVERS['pingfederate.txt']?.(pair, 'admin')) as HttpsServer;
    await using world = await federatedWorld();
    await using proxy = await startProxy();
    const ports = fakePorts();
    // A host of that name is not on this machine, so that no Region goes without saying.
    const endpoint = world.table.endpoint.replace('127.0.0.1', 'dynamodb.corp.test');
    const away = `;Endpoint=${endpoint};ProxyServer=127.0.0.1:${proxy.port};ProxyExceptions=127.0.0.1`;
    await using connection = await connect(at(ping, text) + doubles(world).replace(/;Endpoint=[^;]+/, away), {
      ports,
    });
    expect((await connection.query('SELECT id FROM things')).rows).toEqual([{ id: 'one' }]);
    await connection.query('SELECT id FROM things');
    expect(world.table.received.at(-1)?.headers.authorization).toContain('/us-east-1/dynamodb/');
    const told = ports.warnings.filter((line) => line.includes('Region'));
    expect(told).toEqual([
      "No Region is given, so AuthScheme PingFederate takes us-east-1: set AWSRegion, AWS_REGION or the profile's region to where the tables are",
    ]);
  });

  it.each([
    ['ADFS', 'SSOLoginURL=https://adfs.corp.test'],
    ['Okta', 'User=a;Password=b;SSOLoginURL=https://corp.okta.test/home/amazon_aws/0oa/272'],
    ['PingFederate', 'User=a;Password=b;SSOLoginURL=https://ping.corp.test'],
    ['SAMLAssertion', 'SAMLAssertion=PHg+'],
  ])('%s needs none, and says nothing where one is known', async (scheme, properties) => {
    const text = `AuthScheme=${scheme};${properties};`;
    const places = [
      ['', {}, 1],
      ['AWSRegion=Ireland', {}, 0],
      ['', { env: { AWS_REGION: 'eu-west-1' } }, 0],
      ['', { files: { '/home/ana/.aws/config': '[default]\nregion = eu-west-1\n' } }, 0],
    ] as const;
    for (const [more, place, warnings] of places) {
      const ports = fakePorts(place);
      await using connection = await connect(text + more, { ports });
      expect(connection).toBeDefined();
      expect(ports.warnings.filter((line) => line.includes('us-east-1'))).toHaveLength(warnings);
    }
  });

  it('asks the STS of that Region as whom AWS sees the user', async () => {
    const text = await textOf('pingfederate.txt');
    await using ping = (await SERVERS['pingfederate.txt']?.(pair, 'admin')) as HttpsServer;
    await using sts = await startSts((body) =>
      body.includes('GetCallerIdentity')
        ? callerIdentity('arn:aws:sts::123456789012:assumed-role/SSOTest2/ana')
        : stsCredentials('AssumeRoleWithSAML', 'ASIACORP'),
    );
    await using connection = await connect(
      `${at(ping, text)};SSLServerCert='${ca}';STSEndpoint=${sts.endpoint}`,
      { ports: fakePorts() },
    );
    expect((await connection.whoami()).account).toBe('123456789012');
    expect(sts.requests.map((request) => fieldsOf(request)['Action'])).toEqual([
      'AssumeRoleWithSAML',
      'GetCallerIdentity',
    ]);
    expect(sts.requests[1]?.authorization).toContain('/us-east-1/sts/');
  });
});
