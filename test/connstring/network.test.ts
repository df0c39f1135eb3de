import { describe, expect, it } from '@jest/globals';
import { resolveNetworkSettings } from '../../src/connstring/network.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { fakePorts } from '../doubles/ports.ts';
import { testAuthority } from '../support/certificates.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

type PortOptions = NonNullable<Parameters<typeof fakePorts>[0]>;

async function read(properties: Readonly<Record<string, string>>, portOptions: PortOptions = {}) {
  const ports = fakePorts(portOptions);
  const { options } = await parseConnection({ AWSRegion: 'eu-west-1', ...properties }, ports);
  return { settings: await resolveNetworkSettings(options, ports), warnings: ports.warnings };
}

describe('the proxy', () => {
  it.each([
    [{ ProxyServer: 'proxy.corp' }, 'http://proxy.corp'],
    [{ ProxyServer: 'proxy.corp', ProxyPort: '3128' }, 'http://proxy.corp:3128'],
    [{ ProxyServer: 'http://proxy.corp:3128' }, 'http://proxy.corp:3128'],
    [{ ProxyServer: 'proxy.corp:3128' }, 'http://proxy.corp:3128'],
    [{ ProxyServer: 'https://proxy.corp' }, 'https://proxy.corp'],
    [{ ProxyServer: '[::1]', ProxyPort: '3128' }, 'http://[::1]:3128'],
  ])('of %j is %s', async (properties, url) => {
    expect((await read(properties)).settings?.proxy?.url).toBe(url);
  });

  it('is that of the environment if the string sets none, and never for local hosts', async () => {
    const env = { HTTPS_PROXY: 'http://ana:p%40ss@proxy.corp:3128', NO_PROXY: 'corp.com, .local' };
    const { settings } = await read({}, { env });
    expect(settings?.proxy).toMatchObject({ url: 'http://proxy.corp:3128', user: 'ana', httpsOnly: true });
    expect(settings?.proxy?.password?.reveal()).toBe('p@ss');
    expect(settings?.proxy?.exceptions).toEqual(['localhost', '127.0.0.0/8', '::1', 'corp.com', '.local']);
    expect((await read({ ProxyAutoDetect: 'false' }, { env })).settings).toBeUndefined();
    expect((await read({ ProxyServer: 'other' }, { env })).settings?.proxy?.url).toBe('http://other');
  });

  it.each([
    [{ ProxyServer: 'socks5://proxy' }, {}, 'CONN_BAD_VALUE'],
    [{ ProxyServer: 'http://ana:CANARY@proxy' }, {}, 'CONN_BAD_VALUE'],
    [{ ProxyServer: 'a b' }, {}, 'CONN_BAD_VALUE'],
    [{ ProxyUser: 'ana' }, {}, 'AUTH_MISSING_PROPERTY'],
    [{ ProxyServer: 'proxy', ProxyPassword: 'CANARY' }, {}, 'AUTH_MISSING_PROPERTY'],
    [{}, { HTTPS_PROXY: 'socks5://ana:CANARY@proxy' }, 'CONN_BAD_VALUE'],
  ])('of %j and the environment %j is refused', async (properties, env, code) => {
    const error = await thrownBy(() => read(properties, { env }));
    expect(error.code).toBe(code);
    expect(collectOutput(error)).not.toContain('CANARY');
  });
});

describe('SSLServerCert', () => {
  const digits = '0A'.repeat(32);

  it.each([digits, digits.replaceAll(/(..)(?=.)/g, '$1:'), `SHA256:${digits}`])(
    'may be the fingerprint %s',
    async (value) => {
      const { settings } = await read({ SSLServerCert: value });
      expect(settings?.trust).toEqual({ kind: 'fingerprint', sha256: digits.toLowerCase() });
    },
  );

  it('of * is accepted with a warning', async () => {
    const { settings, warnings } = await read({ SSLServerCert: '*' });
    expect(settings?.trust).toEqual({ kind: 'anything' });
    expect(warnings).toEqual([expect.stringContaining('SSLServerCert=*')]);
  });

  it('may be PEM, also with its line breaks turned into spaces, or a PEM file', async () => {
    const authority = testAuthority();
    const pem = 'skipped' in authority ? undefined : authority.ca;
    const values = pem === undefined ? [] : [pem, pem.replaceAll('\n', ' '), '/ca.pem'];
    const readings = values.map((value) =>
      read({ SSLServerCert: value }, { files: { '/ca.pem': `x\n${pem}` } }),
    );
    const trusted = (await Promise.all(readings)).map(({ settings }) => settings?.trust);
    expect(trusted).toEqual(values.map(() => ({ kind: 'certificates', pem })));
  });

  it.each([
    ['0a'.repeat(20), 'fingerprint of 40 digits'],
    ['/nowhere.pem', 'no such file'],
    ['/empty.pem', 'contains no PEM certificate'],
    ['-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----', 'contains an invalid certificate'],
  ])('of %s is refused', async (value, words) => {
    const error = await thrownBy(() => read({ SSLServerCert: value }, { files: { '/empty.pem': 'x' } }));
    expect([error.code, error.message]).toEqual(['CONN_BAD_VALUE', expect.stringContaining(words)]);
  });
});

it('network settings are undefined if no property is set', async () => {
  expect((await read({})).settings).toBeUndefined();
});
