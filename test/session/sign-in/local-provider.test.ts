import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import { connect } from '../../../src/host/node/connect.ts';
import { type HttpsServer, startHttps } from '../../doubles/https-server.ts';
import { fakePorts } from '../../doubles/ports.ts';
import { testAuthority } from '../../support/certificates.ts';
import { printsOf } from '../../support/prints.ts';
import { thrownBy } from '../../support/thrown.ts';
import { PASSWORD, startAdfs, USER } from '../../doubles/adfs.ts';
import { openPlace, person, ROWS } from './place.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const negotiatorFor = () => Promise.reject(new Error('a ticket was asked for'));

withTls('an identity provider on this machine', () => {
  let server: HttpsServer;
  beforeAll(async () => {
    server = await startHttps(pair, () => ({ body: 'here' }));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const string = (more: ConnectionObject, host: string): ConnectionObject => ({
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
    ['no address', { AuthScheme: 'PingFederate', ...ana }, '0.0.0.0'],
    ['an address of IPv6', { AuthScheme: 'ADFS', ...ana }, '[::ffff:127.0.0.1]'],
  ])('is not asked for a string from anybody: %s', async (_, more, host) => {
    const ports = { ...fakePorts({ trusted: false }), negotiatorFor };
    await using connection = await connect(string(more, host), { ports });
    const error = await thrownBy(() => connection.whoami());
    expect([error.code, error.message]).toEqual([
      'AUTH_UNTRUSTED',
      expect.stringContaining('is a local address, which only a trusted connection string may use'),
    ]);
    expect(error.remedy).toContain('{ trusted: true }');
    expect(printsOf(error)).not.toContain('CANARY');
    expect(server.requests).toEqual([]);
  });

  it.each([undefined, false, true])(
    'is not asked where its address is of the link alone (trusted: %s)',
    async (trusted) => {
      const text = { ...string({ AuthScheme: 'ADFS', ...ana }, ''), SSOLoginURL: 'https://169.254.169.254/' };
      const options = { ports: fakePorts(), ...(trusted === undefined ? {} : { trusted }) };
      await using connection = await connect(text, options);
      const error = await thrownBy(() => connection.whoami());
      expect([error.code, error.message]).toEqual([
        'AUTH_UNTRUSTED',
        '169.254.169.254 is a link-local address, which cannot be an identity provider',
      ]);
    },
  );

  it('signs in for a string that is trusted, and says nothing of it', async () => {
    await using place = await openPlace();
    await using adfs = await startAdfs(pair);
    const { options, told } = person();
    const properties = {
      AuthScheme: 'ADFS',
      User: USER,
      Password: PASSWORD,
      SSOLoginURL: adfs.origin,
      SSLServerCert: ca,
    };
    const untrusted = { ...options, trusted: false };
    const error = await thrownBy(() => place.rowsFor(properties, { options: untrusted, told, asked: [] }));
    expect(error.code).toBe('AUTH_UNTRUSTED');
    expect(await place.rowsFor(properties, { options, told, asked: [] })).toEqual(ROWS);
    expect(told).toEqual([]);
  });
});
