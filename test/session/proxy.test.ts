import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import { diagnose } from '../../src/doctor/diagnose.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { type HttpsAnswer, startHttps } from '../doubles/https-server.ts';
import { fakePorts } from '../doubles/ports.ts';
import { startProxy } from '../doubles/proxy.ts';
import { toPage, serveTable } from '../doubles/served-table.ts';
import { callerIdentity, startSts } from '../doubles/sts.ts';
import { testAuthority } from '../support/certificates.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const KEYS = { AWSAccessKey: 'AKIATEST', AWSSecretKey: 'x', AWSRegion: 'eu-west-1' };
const QUERY = 'SELECT id FROM things';
const elsewhere = (endpoint: string): string => endpoint.replace('127.0.0.1', 'service.corp.test');

describeWithTls('a proxy that is reached by https', () => {
  const through = async (trust: string): Promise<number> => {
    await using table = await serveTable(() => toPage(['one']));
    await using proxy = await startProxy(undefined, pair);
    await using connection = await connect(
      {
        ...KEYS,
        Endpoint: elsewhere(table.endpoint),
        TypeDetectionScheme: 'None',
        MaximumRequestRetries: '1',
        ProxyServer: `https://127.0.0.1:${proxy.port}`,
        ProxyUser: 'ana',
        ProxyPassword: 'CANARY-proxy',
        ...(trust === '' ? {} : { SSLServerCert: trust }),
      },
      { ports: fakePorts() },
    );
    try {
      return (await connection.query(QUERY)).rowCount;
    } finally {
      expect(proxy.tunnels.length > 0).toBe(trust === ca || trust === '*');
    }
  };

  it.each([
    ['its authority', ca],
    ['anything', '*'],
  ])('is trusted if SSLServerCert is %s', async (_, trust) => {
    expect(await through(trust)).toBe(1);
  });

  it.each([
    ['nothing', () => ''],
    [
      "the server's fingerprint, which is not the proxy's",
      () => new X509Certificate(pair.cert).fingerprint256,
    ],
  ])('gets no password if SSLServerCert is %s', async (_, trust) => {
    const error = await thrownBy(() => through(trust()));
    expect(error.code).toBe('CONN_PROXY');
    expect(error.message).toContain('its certificate is signed by an unknown authority');
    expect(collectOutput(error)).not.toContain('CANARY');
  });
});

const roleCredentials = (): HttpsAnswer => ({
  body: JSON.stringify({
    roleCredentials: {
      accessKeyId: 'ASIASSO',
      secretAccessKey: 'CANARY-1',
      sessionToken: 'CANARY-2',
      expiration: Date.UTC(2026, 0, 1, 1),
    },
  }),
});

describeWithTls('the portal of IAM Identity Center', () => {
  const START = 'https://corp.awsapps.test/start';
  const files = {
    '/home/ana/.aws/config': `[profile p]\nsso_account_id = 123456789012\nsso_role_name = Reader\nsso_region = eu-west-1\nsso_start_url = ${START}\n`,
    [`/home/ana/.aws/sso/cache/${createHash('sha1').update(START).digest('hex')}.json`]: JSON.stringify({
      accessToken: 'CANARY-TOKEN',
      expiresAt: '2027-01-01T00:00:00Z',
      region: 'eu-west-1',
    }),
  };
  it("is reached through the proxy, with the connection's certificates", async () => {
    await using portal = await startHttps(pair, roleCredentials);
    await using table = await serveTable(() => toPage(['one']));
    await using proxy = await startProxy();
    await using connection = await connect(
      {
        AuthScheme: 'AwsCredentialsFile',
        AWSCredentialsFileProfile: 'p',
        AWSRegion: 'eu-west-1',
        SSOEndpoint: portal.origin,
        Endpoint: table.endpoint,
        TypeDetectionScheme: 'None',
        SSLServerCert: ca,
        ProxyServer: `127.0.0.1:${proxy.port}`,
      },
      { ports: fakePorts({ files }) },
    );
    expect((await connection.query(QUERY)).rows).toEqual([{ id: 'one' }]);
    expect(table.requests.at(-1)?.headers.authorization).toContain('Credential=ASIASSO/');
    expect(proxy.tunnels.map(({ authority: asked }) => asked)).toContain(new URL(portal.origin).host);
  });

  it('with an untrusted certificate gets no token', async () => {
    await using portal = await startHttps(pair, roleCredentials);
    const text = `AuthScheme=AwsCredentialsFile;AWSCredentialsFileProfile=p;AWSRegion=eu-west-1;SSOEndpoint=${portal.origin};MaximumRequestRetries=1`;
    await using connection = await connect(text, { ports: fakePorts({ files }) });
    const error = await thrownBy(() => connection.whoami());
    expect(error.code).toBe('CONN_TLS');
    expect(portal.requests).toEqual([]);
  });
});

describe('a diagnosis', () => {
  it("uses the connection's proxy", async () => {
    await using table = await serveTable(() => toPage(['one']));
    await using sts = await startSts((body) =>
      body === '' ? { status: 302, body: '' } : callerIdentity('arn:aws:iam::123456789012:user/ana'),
    );
    await using proxy = await startProxy();
    const text = `AWSAccessKey=AKIAABCDEFGHIJKLMNOP;AWSSecretKey=x;AWSRegion=eu-west-1;Endpoint=${elsewhere(table.endpoint)};STSEndpoint=${elsewhere(sts.endpoint)};ProxyServer=127.0.0.1:${proxy.port}`;
    const found: Finding[] = [];
    const ports = { ...fakePorts(), now: () => Date.now() };
    for await (const finding of diagnose(text, { ports })) found.push(finding);
    expect(found.filter(({ verdict }) => verdict === 'problem')).toEqual([]);
    const output = collectOutput(found);
    for (const words of ['DynamoDB responds', 'STS responds', 'user/ana', 'ListTables is allowed'])
      expect(output).toContain(words);
    expect(proxy.tunnels.length).toBeGreaterThanOrEqual(3);
  });

  it('reports that the proxy refuses', async () => {
    await using proxy = await startProxy(403);
    const text = `AWSAccessKey=AKIAABCDEFGHIJKLMNOP;AWSSecretKey=x;AWSRegion=eu-west-1;ProxyServer=127.0.0.1:${proxy.port}`;
    const found: Finding[] = [];
    for await (const finding of diagnose(text, { ports: fakePorts() })) found.push(finding);
    expect(collectOutput(found)).toContain(
      `proxy 127.0.0.1:${proxy.port} could not connect to dynamodb.eu-west-1`,
    );
  });
});
