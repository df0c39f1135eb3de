import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import { connect } from '../../../src/host/node/connect.ts';
import { type HttpsServer, startHttps } from '../../doubles/https-server.ts';
import { fakePorts } from '../../doubles/ports.ts';
import { testAuthority } from '../../support/certificates.ts';
import { collectOutput } from '../../support/collect-output.ts';
import { thrownBy } from '../../support/thrown.ts';
import { PASSWORD, startAdfs, USER } from '../../doubles/adfs.ts';
import { startSignInBackend, createUser, ROWS } from './backend.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const negotiatorFor = () => Promise.reject(new Error('a ticket was requested'));

withTls('an identity provider on this machine', () => {
  let server: HttpsServer;
  beforeAll(async () => {
    server = await startHttps(pair, () => ({ body: 'here' }));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const toProperties = (more: ConnectionObject, host: string): ConnectionObject => ({
    AWSRegion: 'eu-west-1',
    SSLServerCert: ca,
    SSOLoginURL: `${server.origin.replace('127.0.0.1', host)}/home/app/0oa1/272`,
    MaximumRequestRetries: '1',
    ...more,
  });
  const ana = { User: 'ana', Password: 'CANARY' };

  it.each<[string, ConnectionObject, host: string]>([
    ['ADFS', { AuthScheme: 'ADFS', ...ana }, '127.0.0.1'],
    ['ADFS for the Windows user', { AuthScheme: 'ADFS' }, '127.0.0.1'],
    ['Okta', { AuthScheme: 'Okta', ...ana }, '127.0.0.1'],
    ['PingFederate', { AuthScheme: 'PingFederate', ...ana }, '127.0.0.1'],
    ['a name', { AuthScheme: 'ADFS', ...ana }, 'localhost'],
    ['a number', { AuthScheme: 'Okta', ...ana }, '2130706433'],
    ['the unspecified address', { AuthScheme: 'PingFederate', ...ana }, '0.0.0.0'],
    ['an IPv6 address', { AuthScheme: 'ADFS', ...ana }, '[::ffff:127.0.0.1]'],
  ])('receives no request of an untrusted connection string: %s', async (_, more, host) => {
    const ports = { ...fakePorts({ trusted: false }), negotiatorFor };
    await using connection = await connect(toProperties(more, host), { ports });
    const error = await thrownBy(() => connection.whoami());
    expect([error.code, error.message]).toEqual([
      'AUTH_UNTRUSTED',
      expect.stringContaining('is a local address, which only a trusted connection string may use'),
    ]);
    expect(error.remedy).toContain('{ trusted: true }');
    expect(collectOutput(error)).not.toContain('CANARY');
    expect(server.requests).toEqual([]);
  });

  it.each([undefined, false, true])(
    'receives no request at a link-local address (trusted: %s)',
    async (trusted) => {
      const text = {
        ...toProperties({ AuthScheme: 'ADFS', ...ana }, ''),
        SSOLoginURL: 'https://169.254.169.254/',
      };
      const options = { ports: fakePorts(), ...(trusted === undefined ? {} : { trusted }) };
      await using connection = await connect(text, options);
      const error = await thrownBy(() => connection.whoami());
      expect([error.code, error.message]).toEqual([
        'AUTH_UNTRUSTED',
        '169.254.169.254 is a link-local address, which cannot be an identity provider',
      ]);
    },
  );

  it('can be used by a trusted connection string, without a warning', async () => {
    await using backend = await startSignInBackend();
    await using adfs = await startAdfs(pair);
    const { options, messages } = createUser();
    const properties = {
      AuthScheme: 'ADFS',
      User: USER,
      Password: PASSWORD,
      SSOLoginURL: adfs.origin,
      SSLServerCert: ca,
    };
    const untrusted = { ...options, trusted: false };
    const error = await thrownBy(() =>
      backend.queryRows(properties, { options: untrusted, messages, prompts: [] }),
    );
    expect(error.code).toBe('AUTH_UNTRUSTED');
    expect(await backend.queryRows(properties, { options, messages, prompts: [] })).toEqual(ROWS);
    expect(messages).toEqual([]);
  });
});
