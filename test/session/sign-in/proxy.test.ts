import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import { connect } from '../../../src/host/node/connect.ts';
import * as adfs from '../../doubles/adfs.ts';
import * as okta from '../../doubles/okta.ts';
import * as ping from '../../doubles/pingfederate.ts';
import { startProxy } from '../../doubles/proxy.ts';
import { testAuthority } from '../../support/certificates.ts';
import { samlResponse } from '../../support/saml-response.ts';
import { thrownBy } from '../../support/thrown.ts';
import { startSignInBackend, createUser, type SignInBackend, type ProviderDouble, ROWS } from './backend.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

let backend: SignInBackend;
beforeAll(async () => {
  backend = await startSignInBackend();
});
beforeEach(() => backend.reset());
afterAll(async () => {
  await backend[Symbol.asyncDispose]();
});

type Opened = ProviderDouble & AsyncDisposable & { readonly loginUrl?: string };

interface SignInMethod {
  open(): Promise<Opened>;
  /** The properties besides SSOLoginURL. */
  readonly properties: ConnectionObject;
  readonly path?: string;
}

const RESPONSE = samlResponse({
  roles: ['arn:aws:iam::123456789012:role/A,arn:aws:iam::123456789012:saml-provider/P'],
});
const BY_PING = { AuthScheme: 'PingFederate', User: ping.USER, Password: ping.PASSWORD };
const BY_ADFS = { AuthScheme: 'ADFS', User: adfs.USER, Password: adfs.PASSWORD };
const METHODS: Readonly<Record<string, SignInMethod>> = {
  Okta: {
    open: () => okta.startOkta(pair, { samlResponse: RESPONSE }),
    properties: { AuthScheme: 'Okta', User: okta.USER, Password: okta.PASSWORD },
  },
  'ADFS by its pages': { open: () => adfs.startAdfs(pair), properties: BY_ADFS },
  'ADFS by WS-Trust': {
    open: () => adfs.startAdfs(pair),
    properties: BY_ADFS,
    path: '/adfs/services/trust/13/usernamemixed',
  },
  'PingFederate by its pages': { open: () => ping.startPing(pair), properties: BY_PING },
  'PingFederate by WS-Trust': {
    open: () => ping.startPing(pair),
    properties: { ...BY_PING, SSOExchangeUrl: ping.PARTNER },
    path: '/idp/sts.wst',
  },
};

/** Connects to the provider through the proxy and reads rows. */
function rowsThrough(
  port: number,
  provider: Opened,
  { properties, path = '' }: SignInMethod,
): Promise<readonly object[]> {
  const address = provider.loginUrl ?? `${provider.origin}${path}`;
  const proxy = { ProxyServer: '127.0.0.1', ProxyPort: String(port) };
  return backend.queryRows(
    { ...properties, SSOLoginURL: address, SSLServerCert: ca, ...proxy },
    createUser(),
  );
}

withTls.each(Object.entries(METHODS))('a sign-in at %s', (_, method) => {
  it('goes through the proxy and trusts the authority in SSLServerCert', async () => {
    await using provider = await method.open();
    await using proxy = await startProxy();
    expect(await rowsThrough(proxy.port, provider, method)).toEqual(ROWS);
    const { host } = new URL(provider.origin);
    const tunnels = proxy.tunnels.filter(({ authority: target }) => target === host);
    const connections = new Set(provider.requests.map(({ connection }) => connection));
    expect(tunnels.length).toBeGreaterThan(0);
    expect(tunnels).toHaveLength(connections.size);
    expect(backend.findLeaks(provider, [])).toEqual([]);
  });

  it('sends nothing if the proxy refuses, and names the proxy', async () => {
    await using provider = await method.open();
    await using proxy = await startProxy(403);
    const error = await thrownBy(() => rowsThrough(proxy.port, provider, method));
    expect(error.code).toBe('CONN_PROXY');
    expect(error.message).toContain(`proxy 127.0.0.1:${proxy.port}`);
    expect(provider.requests).toEqual([]);
  });
});

describe('an assertion', () => {
  it.each([
    ['eu-west-1', 'aws', 'sts.eu-west-1.amazonaws.com:443'],
    ['us-gov-west-1', 'aws-us-gov', 'sts.us-gov-west-1.amazonaws.com:443'],
    ['cn-north-1', 'aws-cn', 'sts.cn-north-1.amazonaws.com.cn:443'],
  ])('for %s is sent to the STS of its partition, %s', async (region, partition, sts) => {
    await using proxy = await startProxy(403);
    const account = `arn:${partition}:iam::123456789012`;
    const roles = [`${account}:role/A,${account}:saml-provider/P`];
    const properties = {
      AuthScheme: 'SAMLAssertion',
      SAMLAssertion: samlResponse({ roles }),
      AWSRegion: region,
      ProxyServer: `127.0.0.1:${proxy.port}`,
      MaximumRequestRetries: '1',
    };
    await using connection = await connect(properties, createUser().options);
    expect((await thrownBy(() => connection.whoami())).code).toBe('CONN_PROXY');
    expect(proxy.tunnels.map(({ authority: target }) => target)).toEqual([sts]);
  });
});
