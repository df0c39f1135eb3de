import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import { type HttpsAnswer, startHttps } from '../doubles/https-server.ts';
import { fakePorts } from '../doubles/ports.ts';
import { startProxy } from '../doubles/proxy.ts';
import { callerIdentity } from '../doubles/sts.ts';
import { type TestAuthority, testAuthority } from '../support/certificates.ts';
import { thrownBy } from '../support/thrown.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no test runs without one
const { ca, server: pair } = authority as TestAuthority;

const KEYS = { AWSAccessKey: 'AKIATEST', AWSSecretKey: 'x', AWSRegion: 'eu-west-1', ConnectOnOpen: 'true' };
const tables = (): HttpsAnswer => ({
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: '{"TableNames":["Orders"]}',
});
const fingerprint = (): string => new X509Certificate(pair.cert).fingerprint256;

describeWithTls('DynamoDB', () => {
  it.each([
    ['the certificate of its authority', () => ca],
    ['its fingerprint', fingerprint],
    ['*', () => '*'],
  ])('is trusted if SSLServerCert is %s', async (_, trusted) => {
    await using dynamodb = await startHttps(pair, tables);
    await using connection = await connect(
      { ...KEYS, Endpoint: dynamodb.origin, SSLServerCert: trusted() },
      { ports: fakePorts() },
    );
    expect(connection).toBeDefined();
    expect(dynamodb.requests).toHaveLength(1);
  });

  it('with an untrusted certificate gets one connection and no request', async () => {
    await using dynamodb = await startHttps(pair, tables);
    const error = await thrownBy(() =>
      connect({ ...KEYS, Endpoint: dynamodb.origin }, { ports: fakePorts() }),
    );
    expect(error.code).toBe('CONN_TLS');
    expect(dynamodb.requests).toHaveLength(0);
  });

  it('is reached through the proxy, which gets only its own password', async () => {
    await using dynamodb = await startHttps(pair, tables);
    await using proxy = await startProxy();
    const { port } = new URL(dynamodb.origin);
    await using connection = await connect(
      {
        ...KEYS,
        Endpoint: `https://localhost:${port}`,
        SSLServerCert: ca,
        ProxyServer: '127.0.0.1',
        ProxyPort: String(proxy.port),
        ProxyUser: 'ana',
        ProxyPassword: 'p:w',
      },
      { ports: fakePorts() },
    );
    expect(connection).toBeDefined();
    const authorization = `Basic ${Buffer.from('ana:p:w').toString('base64')}`;
    expect(proxy.tunnels).toEqual([{ authority: `localhost:${port}`, authorization }]);
    expect(dynamodb.requests[0]?.headers['proxy-authorization']).toBeUndefined();
  });

  it('is verified by its fingerprint through the proxy, too', async () => {
    await using dynamodb = await startHttps(pair, tables);
    await using proxy = await startProxy();
    const properties = { ...KEYS, Endpoint: dynamodb.origin, ProxyServer: `127.0.0.1:${proxy.port}` };
    const ports = fakePorts();
    await using connection = await connect({ ...properties, SSLServerCert: fingerprint() }, { ports });
    expect(connection).toBeDefined();
    const error = await thrownBy(() => connect({ ...properties, SSLServerCert: '0'.repeat(64) }, { ports }));
    expect(error.code).toBe('CONN_TLS');
    expect(dynamodb.requests).toHaveLength(1);
  });

  it('in ProxyExceptions is reached without the proxy', async () => {
    await using dynamodb = await startHttps(pair, tables);
    await using proxy = await startProxy();
    await using connection = await connect(
      {
        ...KEYS,
        Endpoint: dynamodb.origin,
        SSLServerCert: ca,
        ProxyServer: `127.0.0.1:${proxy.port}`,
        ProxyExceptions: '127.0.0.0/8',
      },
      { ports: fakePorts() },
    );
    expect(connection).toBeDefined();
    expect(proxy.tunnels).toEqual([]);
  });

  it.each([
    [407, 'it requires ProxyUser and ProxyPassword (407)'],
    [403, 'it responded with status 403'],
  ])('is not reached if the proxy responds with %i', async (status, words) => {
    await using proxy = await startProxy(status);
    const properties = { ...KEYS, Endpoint: 'https://127.0.0.1:1', ProxyServer: `127.0.0.1:${proxy.port}` };
    const error = await thrownBy(() => connect(properties, { ports: fakePorts() }));
    expect(error.code).toBe('CONN_PROXY');
    expect(error.message).toContain(words);
    expect(proxy.tunnels).toHaveLength(1);
  });

  it('and STS use the same proxy', async () => {
    await using both = await startHttps(pair, () => ({
      ...callerIdentity('arn:aws:iam::123456789012:user/ana'),
      headers: { 'content-type': 'text/xml' },
    }));
    await using proxy = await startProxy();
    await using connection = await connect(
      {
        ...KEYS,
        ConnectOnOpen: 'false',
        STSEndpoint: both.origin,
        SSLServerCert: ca,
        ProxyServer: `127.0.0.1:${proxy.port}`,
      },
      { ports: fakePorts() },
    );
    expect((await connection.whoami()).account).toBe('123456789012');
    expect(proxy.tunnels).toHaveLength(1);
  });
});

describe('NODE_TLS_REJECT_UNAUTHORIZED=0', () => {
  it('is reported to have no effect', async () => {
    const ports = fakePorts({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    const connection = await connect({ ...KEYS, ConnectOnOpen: 'false' }, { ports });
    await connection.close();
    expect(ports.warnings).toEqual([expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect/)]);
  });
});
