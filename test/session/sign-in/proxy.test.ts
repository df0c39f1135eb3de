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
import { openPlace, person, type Place, type ProviderDouble, ROWS } from './place.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
beforeEach(() => place.forget());
afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

type Opened = ProviderDouble & AsyncDisposable & { readonly loginUrl?: string };

interface Way {
  open(): Promise<Opened>;
  /** Beyond the address. */
  readonly given: ConnectionObject;
  readonly path?: string;
}

const RESPONSE = samlResponse({
  roles: ['arn:aws:iam::123456789012:role/A,arn:aws:iam::123456789012:saml-provider/P'],
});
const BY_PING = { AuthScheme: 'PingFederate', User: ping.USER, Password: ping.PASSWORD };
const BY_ADFS = { AuthScheme: 'ADFS', User: adfs.USER, Password: adfs.PASSWORD };
const WAYS: Readonly<Record<string, Way>> = {
  Okta: {
    open: () => okta.startOkta(pair, { samlResponse: RESPONSE }),
    given: { AuthScheme: 'Okta', User: okta.USER, Password: okta.PASSWORD },
  },
  'ADFS by its pages': { open: () => adfs.startAdfs(pair), given: BY_ADFS },
  'ADFS by WS-Trust': {
    open: () => adfs.startAdfs(pair),
    given: BY_ADFS,
    path: '/adfs/services/trust/13/usernamemixed',
  },
  'PingFederate by its pages': { open: () => ping.startPing(pair), given: BY_PING },
  'PingFederate by WS-Trust': {
    open: () => ping.startPing(pair),
    given: { ...BY_PING, SSOExchangeUrl: ping.PARTNER },
    path: '/idp/sts.wst',
  },
};

/** Connects to the provider through the proxy and reads rows. */
function rowsThrough(port: number, provider: Opened, { given, path = '' }: Way): Promise<readonly object[]> {
  const address = provider.loginUrl ?? `${provider.origin}${path}`;
  const proxy = { ProxyServer: '127.0.0.1', ProxyPort: String(port) };
  return place.rowsFor({ ...given, SSOLoginURL: address, SSLServerCert: ca, ...proxy }, person());
}

withTls.each(Object.entries(WAYS))('a sign-in by way of %s', (_, way) => {
  it("goes through the connection's proxy, to a server of an authority that the connection names", async () => {
    await using provider = await way.open();
    await using proxy = await startProxy();
    expect(await rowsThrough(proxy.port, provider, way)).toEqual(ROWS);
    const { host } = new URL(provider.origin);
    const tunnels = proxy.tunnels.filter(({ authority: asked }) => asked === host);
    const connections = new Set(provider.requests.map(({ connection }) => connection));
    expect(tunnels.length).toBeGreaterThan(0);
    expect(tunnels).toHaveLength(connections.size);
    expect(place.strays(provider, [])).toEqual([]);
  });

  it('asks nobody where the proxy refuses, and says who refused', async () => {
    await using provider = await way.open();
    await using proxy = await startProxy(403);
    const error = await thrownBy(() => rowsThrough(proxy.port, provider, way));
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
  ])('of %s goes to the STS of its partition, %s', async (region, partition, sts) => {
    await using proxy = await startProxy(403);
    const account = `arn:${partition}:iam::123456789012`;
    const roles = [`${account}:role/A,${account}:saml-provider/P`];
    const given = {
      AuthScheme: 'SAMLAssertion',
      SAMLAssertion: samlResponse({ roles }),
      AWSRegion: region,
      ProxyServer: `127.0.0.1:${proxy.port}`,
      MaximumRequestRetries: '1',
    };
    await using connection = await connect(given, person().options);
    expect((await thrownBy(() => connection.whoami())).code).toBe('CONN_PROXY');
    expect(proxy.tunnels.map(({ authority: asked }) => asked)).toEqual([sts]);
  });
});
