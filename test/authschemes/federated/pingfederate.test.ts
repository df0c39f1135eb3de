import { describe, expect, it } from '@jest/globals';
import { connect } from '../../../src/index.ts';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import { PARTNER, PASSWORD, startPing, USER } from '../../doubles/pingfederate.ts';
import { type TestAuthority, testAuthority } from '../../support/certificates.ts';
import { CLIENT_PASSWORD, clientCertificates } from '../../support/client-certificates.ts';
import { printsOf } from '../../support/prints.ts';
import { PROVIDER, ROLE } from '../../support/saml.ts';
import { thrownBy } from '../../support/thrown.ts';
import { federatedWorld } from './federated-world.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing runs without one
const { ca, server: pair } = authority as TestAuthority;

const QUERY = 'SELECT id FROM things';

function properties(origin: string, more: ConnectionObject = {}): ConnectionObject {
  return {
    authScheme: 'pingfederate',
    SSOLoginURL: `${origin}/idp/sts.wst`,
    SSOExchangeUrl: PARTNER,
    user: USER,
    password: PASSWORD,
    SSLServerCert: ca,
    ...more,
  };
}

describeWithTls('AuthScheme PingFederate', () => {
  it('signs in at the token service, assumes the role and reads DynamoDB', async () => {
    await using ping = await startPing(pair, { isBasic: true });
    await using world = await federatedWorld();
    await using connection = await world.open(
      properties(ping.origin, {
        SSOProperties: 'Authscheme=Basic',
        AWSPrincipalARN: PROVIDER,
        AWSRoleArn: ROLE,
      }),
    );
    expect((await connection.query(QUERY)).rows).toEqual([{ id: 'one' }]);
    expect(world.asked()).toEqual([
      expect.objectContaining({ Action: 'AssumeRoleWithSAML', RoleArn: ROLE, PrincipalArn: PROVIDER }),
    ]);
    expect(ping.violations).toEqual([]);
    const others = [...world.sts.requests, ...world.table.received].map((request) => printsOf([request]));
    expect(others.filter((text) => text.includes('CANARY-p') || text.includes('Basic '))).toEqual([]);
  });

  it('goes through the pages where SSOLoginURL is no token service', async () => {
    await using ping = await startPing(pair);
    await using world = await federatedWorld();
    const { SSOExchangeUrl: _, ...rest } = properties(ping.origin, { SSOLoginURL: ping.origin });
    await using connection = await world.open(rest);
    expect((await connection.query(QUERY)).rowCount).toBe(1);
    expect(ping.violations).toEqual([]);
  });

  it('needs SSOExchangeUrl for the token service, before anything is sent', async () => {
    await using ping = await startPing(pair);
    const { SSOExchangeUrl: _, ...rest } = properties(ping.origin, { AWSRegion: 'eu-west-1' });
    const error = await thrownBy(() => connect(rest));
    expect(error.code).toBe('AUTH_MISSING_PROPERTY');
    expect(error.message).toContain('SSOExchangeUrl');
    expect(ping.requests).toEqual([]);
  });
});

const made = 'skipped' in authority ? undefined : clientCertificates();
const describeWithOldCiphers = made?.oldPfx === undefined ? describe.skip : describe;

async function rowsWith(sso: string): Promise<number> {
  await using ping = await startPing(pair, { clientCa: made?.ca ?? '' });
  await using world = await federatedWorld();
  await using connection = await world.open(properties(ping.origin, { SSOProperties: sso }));
  return (await connection.query(QUERY)).rowCount;
}

function base64(text: string | Buffer): string {
  return Buffer.from(text).toString('base64');
}

describeWithTls('a client certificate at PingFederate', () => {
  it.each([
    [
      'PFX',
      () =>
        `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(made?.pfx ?? '')};SSLClientCertPassword=${CLIENT_PASSWORD}`,
    ],
    ['PEM', () => `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(made?.pem ?? '')}`],
    [
      'PEM with an encrypted key',
      () =>
        `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(made?.lockedPem ?? '')};SSLClientCertPassword=${CLIENT_PASSWORD}`,
    ],
    [
      'PEM of several, by its subject',
      () =>
        `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(`${made?.other}${made?.pem}`)};SSLClientCertSubject='CN=ana, O=Corp'`,
    ],
    [
      'PEM of several, by a part of its subject',
      () =>
        `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(`${made?.other}${made?.pem}`)};SSLClientCertSubject=ana`,
    ],
  ])('is shown: %s', async (_, sso) => {
    expect(await rowsWith(sso())).toBe(1);
  });

  it('is missed where there is none', async () => {
    const error = await thrownBy(() => rowsWith(''));
    expect(error.code).toBe('CONN_TLS');
    // Some servers say why they end the connection, others end it.
    expect(error.message).toMatch(/it (wants a|may require a|may want a) client certificate/);
  });

  it.each([
    [
      'the wrong password',
      () =>
        `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(made?.pfx ?? '')};SSLClientCertPassword=CANARY-no`,
      /SSLClientCertPassword does not open SSLClientCert/,
    ],
    [
      'the wrong password of a PEM key',
      () =>
        `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(made?.lockedPem ?? '')};SSLClientCertPassword=CANARY-no`,
      /SSLClientCertPassword does not open SSLClientCert/,
    ],
    [
      'a subject that is not there',
      () => `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(made?.pem ?? '')};SSLClientCertSubject=eve`,
      /no certificate with a key of the subject "eve", but "O=Corp, CN=ana"/,
    ],
    [
      'a file that is not there',
      () => 'SSLClientCertType=PFXFILE;SSLClientCert=/no/such/CANARY.pfx',
      /names a file, but there is no such file/,
    ],
    [
      'no certificate at all',
      () => 'SSLClientCertType=PEMKEY_BLOB;SSLClientCert=Q0FOQVJZ',
      /holds no certificate with its key/,
    ],
  ])('is explained with %s', async (_, sso, message) => {
    const error = await thrownBy(() => rowsWith(sso()));
    expect(error.code).toBe('CONN_BAD_VALUE');
    expect(error.message).toMatch(message);
    expect(printsOf([error])).not.toContain('CANARY');
  });
});

describeWithOldCiphers('a client certificate at PingFederate of an old cipher', () => {
  it('is to be exported anew', async () => {
    const sso = `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(made?.oldPfx ?? '')};SSLClientCertPassword=${CLIENT_PASSWORD}`;
    const error = await thrownBy(() => rowsWith(sso));
    expect(error.message).toMatch(/cipher that is no longer supported$/);
    expect(error.remedy).toContain('AES-256');
  });
});
